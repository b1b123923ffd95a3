#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-sync.sh end to end, with a real KDC and a real web server.

load ../lib/common
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/web.sh"

setup_file() {
    mkdir "$BATS_FILE_TMPDIR/servers"
    cp -r "$sample" "$BATS_FILE_TMPDIR/docs"
    realm_start "$BATS_FILE_TMPDIR/servers"
    web_start "$BATS_FILE_TMPDIR/servers" "$BATS_FILE_TMPDIR/docs"
}

teardown_file() {
    web_stop "$BATS_FILE_TMPDIR/servers"
    realm_stop "$BATS_FILE_TMPDIR/servers"
}

setup() {
    common_setup
    servers=$BATS_FILE_TMPDIR/servers
    http=http://localhost:$(web_port "$servers" http)
    docs=$BATS_FILE_TMPDIR/docs/ws-kerb/lgbk/lgbk
    dir=$BATS_TEST_TMPDIR/d
    eval "$(realm_env "$servers")"
    KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/cc
    kinit -k -t "$servers/alice.keytab" alice
}

synchronize() {
    elog-sync.sh --url "$http" --dir "$dir" "$@"
}

outcome() {
    elog-status --json "$dir" | jq -c '[.complete, .failed, .denied]'
}

# older MINUTES: as if the last synchronization had been then.
older() {
    sqlite3 "$dir/elog.db" "UPDATE metadata SET value = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-$1 minutes')
        WHERE key IN ('last_sync', 'last_update')"
}

@test "fresh: all that may be read, what may not is no failure; then skipped; then nothing changes" {
    web_settle "$servers"
    before=$(wc -l <"$servers/access.log")
    run --separate-stderr synchronize
    status_is 0
    silent
    equal "$(outcome)" "[11,0,2]"
    lone_database "$dir/elog.db"
    web_settle "$servers"
    tail -n +$((before + 1)) "$servers/access.log" >"$BATS_TEST_TMPDIR/requests"
    equal "$(grep -c $'\t401\t' "$BATS_TEST_TMPDIR/requests")" 0
    # At most fifteen an experiment, and one of what may not be read.
    [ "$(grep -cE '/(mfx|xpp|cxi|txi)[a-z]?[0-9_]+/|/attribute/' "$BATS_TEST_TMPDIR/requests")" -le $((11 * 15 + 2)) ]
    equal "$(grep -cE 'mfxl115323|cxil118725' "$BATS_TEST_TMPDIR/requests")" 2

    before=$(wc -l <"$servers/access.log")
    run --separate-stderr synchronize
    status_is 0
    web_settle "$servers"
    equal "$(wc -l <"$servers/access.log")" "$before"

    older 2000
    dump "$dir/elog.db" >"$BATS_TEST_TMPDIR/dump"
    run --separate-stderr synchronize
    status_is 0
    [ "$(sql "$dir/elog.db" "SELECT julianday() - julianday(value) < 0.1 FROM metadata WHERE key = 'last_sync'")" = 1 ]
    dump "$dir/elog.db" | cmp "$BATS_TEST_TMPDIR/dump" -
}

@test "no ticket: 77, and nothing is made; expired likewise" {
    kdestroy
    run --separate-stderr synchronize
    status_is 77
    [[ $stderr == *"no Kerberos ticket"*"run kinit"* ]]
    equal "$(ls "$dir")" ""
    realm_ticket "$servers" expired
    mv "$servers/cc" "$BATS_TEST_TMPDIR/cc"
    run --separate-stderr synchronize
    status_is 77
    [[ $stderr == *"expired"*"run kinit"* ]]
    equal "$(ls "$dir")" ""
    equal "$(ls -A "$TMPDIR")" ""
}

@test "--keytab, as cron does it: no cache, no terminal, an empty environment" {
    kdestroy
    run --separate-stderr env -i PATH="$PATH" HOME="$HOME" TMPDIR="$TMPDIR" KRB5_CONFIG="$KRB5_CONFIG" \
        elog-sync.sh --url "$http" --dir "$dir" --keytab "$servers/alice.keytab" --quiet --log "$BATS_TEST_TMPDIR/log"
    status_is 0
    silent
    equal "$(outcome)" "[11,0,2]"
}

@test "the ticket is looked at even where nothing would be fetched, but not while the database is young" {
    synchronize
    kdestroy
    run --separate-stderr synchronize
    status_is 0
    run --separate-stderr synchronize --force
    status_is 77
}

@test "a resource that fails: named, kept as it was, and fetched by --retry when mended" {
    synchronize
    sql "$dir/elog.db" "SELECT r.doc FROM runs r JOIN experiments e ON e.id = experiment_id WHERE name = 'txil000523'" >"$BATS_TEST_TMPDIR/runs"
    mv "$docs/txil000523/ws/runs" "$BATS_TEST_TMPDIR/kept"
    older 2000
    run --separate-stderr synchronize --all
    mv "$BATS_TEST_TMPDIR/kept" "$docs/txil000523/ws/runs"
    status_is 1
    [[ $stderr == *"elog-get: txil000523: runs: HTTP 404"* ]]
    [[ $stderr == *"elog-sync: failed: txil000523 "* ]]
    equal "$(outcome)" "[10,0,2]"
    sql "$dir/elog.db" "SELECT r.doc FROM runs r JOIN experiments e ON e.id = experiment_id WHERE name = 'txil000523'" |
        cmp "$BATS_TEST_TMPDIR/runs" -
    older 1
    web_settle "$servers"
    before=$(wc -l <"$servers/access.log")
    run --separate-stderr synchronize --retry
    status_is 0
    equal "$(outcome)" "[11,0,2]"
    web_settle "$servers"
    equal "$(tail -n +$((before + 1)) "$servers/access.log" | grep -vcE '/txil000523/|/run23/|/ws/instruments ')" 0
}

@test "two at once: one works, the other says so" {
    synchronize --force 2>"$BATS_TEST_TMPDIR/first" 3>&- &
    first=$!
    wait_for test -e "$dir/elog.db.lock"
    run --separate-stderr synchronize --force --wait 0
    status_is 75
    says elog-sync "$dir" "try again later"
    wait $first
    equal "$(outcome)" "[11,0,2]"
}

@test "SIGTERM and SIGINT in the middle: nothing is left, elog.db is whole, the last sync the one before" {
    synchronize
    dump "$dir/elog.db" >"$BATS_TEST_TMPDIR/dump"
    before=$(elog-status --json "$dir" | jq .last_sync)
    # One that cannot have ended before the signal comes: what fetches goes on.
    mkdir "$BATS_TEST_TMPDIR/slow"
    printf '#!/bin/sh\nPATH=%s\nelog-get "$@" || exit\ncase " $* " in *" --login "*) ;; *) sleep 30 ;; esac\n' \
        "$PATH" >"$BATS_TEST_TMPDIR/slow/elog-get"
    chmod +x "$BATS_TEST_TMPDIR/slow/elog-get"
    ln -s "$(command -v elog-sync.sh)" "$BATS_TEST_TMPDIR/slow"
    for signal in TERM INT; do
        (exec env --default-signal=INT "PATH=$BATS_TEST_TMPDIR/slow:$PATH" elog-sync.sh --url "$http" --dir "$dir" --force 2>"$BATS_TEST_TMPDIR/said" 3>&-) &
        sync=$!
        wait_for test -e "$dir/elog.db.lock"
        kill -"$signal" $sync
        rc=0
        wait $sync || rc=$?
        equal "$rc" $((128 + $(kill -l $signal)))
        grep -q "stopped by a signal" "$BATS_TEST_TMPDIR/said"
        wait_for flock -n "$dir/.elog-sync.lock" true
        dump "$dir/elog.db" | cmp "$BATS_TEST_TMPDIR/dump" -
        equal "$(elog-status --json "$dir" | jq .last_sync)" "$before"
        lone_database "$dir/elog.db"
        equal "$(find "$dir" -name 'elog_*.db' | wc -l)" 1
        equal "$(ls -A "$TMPDIR")" ""
    done
    run --separate-stderr synchronize --force
    status_is 0
}
