#!/usr/bin/env bats
# elog-follow.sh over file://: a part that ends early ends the round, with the status that
# says why; what is over ends all.

# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run; bash -c
load ../lib/common

setup() {
    common_setup
    base=$BATS_TEST_TMPDIR/L2
    data=$BATS_TEST_TMPDIR/data
    day=RMA1/2025/01/01/00/0000
    mkdir -p "$base/$day"
    local i
    for ((i = 0; i < 300; i++)); do echo "$i" >"$base/$day/$i"; done
    find "$base" -exec touch -d 2025-02-01 {} +
    january=(--from 2025-01-01 --to 2025-01-31 "file://$base/RMA1")
}

follow() {
    timeout 300 elog-follow.sh --db "$db" --to "$data" "$@"
}

place() {
    echo "$data/local$base/$day/$1"
}

@test "a part that ends early ends the round, with its own status" {
    run --separate-stderr follow --once --jobs 0 -- "${january[@]}"
    status_is 2
    run --separate-stderr follow --once --limit-rate x -- "${january[@]}"
    status_is 2
    # Two sources, of which one has more to say than a pipe holds.
    run --separate-stderr follow --once --jobs 0 -- "${january[@]}" -- "${january[@]}"
    status_is 2
    # Another works in the directory, or writes the database.
    mkdir -p "$data"
    exec 9>"$data/.elog-pull.lock"
    flock 9
    run --separate-stderr follow --once -- "${january[@]}" 9>&-
    exec 9>&-
    status_is 75
    elog-load --quiet "$db" </dev/null >/dev/null
    exec 9>"$db.lock"
    flock 9
    run --separate-stderr follow --once --wait 0 -- "${january[@]}" 9>&-
    exec 9>&-
    status_is 75
}

@test "a database that cannot be written ends the round" {
    elog-load --quiet "$db" </dev/null >/dev/null
    mkdir "$BATS_TEST_TMPDIR/closed"
    mv "$db" "$BATS_TEST_TMPDIR/closed/"
    chmod 444 "$BATS_TEST_TMPDIR/closed/elog.db"
    chmod 555 "$BATS_TEST_TMPDIR/closed"
    run --separate-stderr as_user timeout 300 elog-follow.sh --db "$BATS_TEST_TMPDIR/closed/elog.db" \
        --to "$data" --once -- "${january[@]}"
    chmod 755 "$BATS_TEST_TMPDIR/closed"
    status_is 1
}

@test "it ends by itself when the windows have ended and all files are there" {
    run --separate-stderr follow --every 1 -- "${january[@]}"
    status_is 0
    says elog-follow 'the windows have ended, and all files are there'
    equal "$(sql "$db" 'SELECT count(*) FROM downloads')" 300
    # Not while one is lacking.
    mkdir -p "$base/$day/hidden"
    echo x >"$base/$day/late"
    find "$base" -exec touch -d 2025-02-01 {} +
    elog-scan --db "$db" --recheck "${january[@]}"
    mv "$base/$day/late" "$BATS_TEST_TMPDIR/late"
    touch -d 2025-02-01 "$base/$day"
    timeout 300 elog-follow.sh --db "$db" --to "$data" --every 1 --most 1 -- "${january[@]}" \
        2>"$BATS_TEST_TMPDIR/said" 3>&- &
    local pid=$!
    wait_for grep -q 'no such file' "$BATS_TEST_TMPDIR/said"
    kill -0 $pid
    mv "$BATS_TEST_TMPDIR/late" "$base/$day/late"
    touch -d 2025-02-01 "$base/$day" "$base/$day/late"
    kill -TERM $pid
    wait $pid || true
    run --separate-stderr follow --every 1 --retry-failed -- "${january[@]}"
    status_is 0
    equal "$(cat "$(place late)")" x
}

@test "--log-db has what is said, in a session of its own" {
    run --separate-stderr follow --log-db "$BATS_TEST_TMPDIR/log.db" -- "${january[@]}"
    status_is 0
    silent
    wait_for sh -c "elog-log sessions --db '$BATS_TEST_TMPDIR/log.db' 2>/dev/null | grep -q ^follow-"
    wait_for sh -c "[ ! -e '$BATS_TEST_TMPDIR/log.db.lock' ]"
}

@test "--log has what is said, with the time; --exec and --servers go to who needs them" {
    umask 027
    run --separate-stderr follow --log "$BATS_TEST_TMPDIR/log" --exec "umask >$BATS_TEST_TMPDIR/mask; :" \
        --servers "file://$base file:///mirror" -- "${january[@]}"
    status_is 0
    silent
    wait_for grep -qE '^20[0-9-]+T[0-9:]+Z INFO elog-follow: the windows have ended' "$BATS_TEST_TMPDIR/log"
    equal "$(cat "$BATS_TEST_TMPDIR/mask")" 0027
    equal "$(stat -c %a "$BATS_TEST_TMPDIR/log")" 600
    run --separate-stderr follow --servers "file://$base" -- "${january[@]}"
    status_is 2
    run --separate-stderr env TMPDIR=/nowhere elog-follow.sh --db "$db" --to "$data" --once -- "${january[@]}"
    status_is 1
    says elog-follow 'set TMPDIR'
    run --separate-stderr follow --log "$BATS_TEST_TMPDIR/no/log" -- "${january[@]}"
    status_is 1
    says elog-follow "--log: $BATS_TEST_TMPDIR/no/log cannot be written"
}
