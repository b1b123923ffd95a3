#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2030,SC2031 # variables of common.bash and of run
# elog-log: lines in, lines out, and none lost.
load ../lib/common

setup() {
    common_setup
}

log() {
    elog-log --db "$db" "$@"
}

# All loads that were started in the background have ended, and all is in the database.
loaded() {
    wait_for sh -c "ls '$db' >/dev/null && [ \"\$(ls -d '$db'*)\" = '$db' ]"
}

@test "a line is seen at once, and is in the database soon" {
    log -l warn -s nightly -S here --job 7 --detail more hello world
    equal "$(elog-log ls --db "$db" --format json | jq -c 'del(.log_id, .timestamp)')" \
        '{"site_id":"here","log_level":"WARNING","session_id":"nightly","summary_message":"hello world","detailed_message":"more","job_id":"7"}'
    loaded
    equal "$(sql "$db" "SELECT site_id, log_level, session_id, summary_message, detailed_message,
        level_number, abs(timestamp - strftime('%s', 'now')) < 600 FROM logs")" \
        'here|WARNING|nightly|hello world|more|13|1'
    lone_database "$db"
}

@test "a directory stands for elog.db in it, as for other tools" {
    db=$BATS_TEST_TMPDIR/d/elog.db
    mkdir "${db%/*}"
    elog-log --db "${db%/*}" hello
    equal "$(elog-log count --db "${db%/*}")" 1
    loaded
    equal "$(elog-log count --db "${db%/*}")" 1
}

@test "a reader beside a load that takes the lines misses none, and sees none twice" {
    for i in $(seq 60); do
        log "$i"
        equal "$(elog-log count --db "$db")" "$i"
    done
}

@test "nobody waits for a database that somebody writes" {
    elog-load -q "$db" </dev/null
    exec 9>"$db.lock"
    flock 9
    SECONDS=0
    log one
    echo two | log
    equal "$(log three)" '' # nobody holds what the caller has open
    [ "$SECONDS" -lt 3 ]
    equal "$(elog-log count --db "$db")" 3
    exec 9>&-
    wait_for elog-load -q "$db" </dev/null
    equal "$(sql "$db" 'SELECT group_concat(summary_message) FROM logs')" one,two,three
}

@test "lines of a pipe as they come, and levels that are known by other names" {
    printf '%s\n' one two '' four | log -s pipe
    loaded
    equal "$(sql "$db" "SELECT group_concat(summary_message, '|') FROM logs")" 'one|two||four'
    {
        echo '{"message":"m","level":"fatal","time":"2026-03-01T00:00:00Z","more":1}'
        echo '{"msg":"n","severity":3,"session":"other"}'
        echo 'no object'
    } | log --json -s js
    equal "$(elog-log ls --db "$db" -l ERROR --format json | jq -c '[.log_level, .session_id, .summary_message]')" \
        '["CRITICAL","js","m"]
["ERROR","other","n"]'
    equal "$(elog-log ls --db "$db" -l CRITICAL --format json | jq -r '.timestamp, (.detailed_message | fromjson.more)')" \
        $'1772323200\n1'
    equal "$(elog-log ls --db "$db" -s js --format json | jq -r 'select(.log_level == "INFO").summary_message')" 'no object'
    echo '{"MESSAGE":"from systemd","PRIORITY":"4","__REALTIME_TIMESTAMP":"1772323200000000"}' |
        log --journald
    equal "$(elog-log ls --db "$db" -l WARNING --limit 1 --desc --format json | jq -r '.timestamp, .summary_message')" \
        $'1772323200\nfrom systemd'
}

@test "ls chooses, sorts and cuts" {
    now=$(date +%s)
    for i in 1 2 3 4; do
        record logs "{\"log_id\":$i,\"log_level\":\"INFO\",\"timestamp\":$((now - i * 86400)),\"session_id\":\"s$((i % 2))\",\"summary_message\":\"m$i\"}"
    done | elog-load -q "$db"
    ls_() { elog-log ls --db "$db" "$@" --format json | jq -r .summary_message | paste -sd ' '; }
    equal "$(ls_)" 'm1 m2 m3 m4'
    equal "$(ls_ --desc --limit 2)" 'm4 m3'
    equal "$(ls_ --limit 2 --offset 1)" 'm2 m3'
    equal "$(ls_ -s s0)" 'm2 m4'
    equal "$(ls_ --since -60h)" 'm1 m2'
    equal "$(ls_ --older-than 60h)" 'm3 m4'
    equal "$(ls_ --sort timestamp)" 'm4 m3 m2 m1'
    equal "$(ls_ --sort summary_message --desc)" 'm4 m3 m2 m1'
    equal "$(elog-log count --db "$db" --since "$(date -u -d '60 hours ago' +%FT%TZ)")" 2
    equal "$(elog-log sessions --db "$db" --format json | jq -c '[.session_id, .lines]')" \
        $'["s1",2]\n["s0",2]'
    run --separate-stderr elog-log ls --db "$db" --sort 'log_id; DROP TABLE logs'
    status_is 2
}

@test "ls -l is that and above, count -l that alone" {
    for level in debug info warning error critical; do log -l $level "$level"; done
    equal "$(elog-log ls --db "$db" -l ERROR --format json | jq -r .summary_message | paste -sd ' ')" 'error critical'
    equal "$(elog-log count --db "$db" -l ERROR --since -24h)" 1
    equal "$(elog-log count --db "$db")" 5
}

@test "delete says what was there; prune keeps what is to be kept" {
    now=$(date +%s)
    for i in 1 2 3; do
        record logs "{\"log_id\":$i,\"log_level\":\"ERROR\",\"timestamp\":$((now - 40 * 86400)),\"summary_message\":\"m$i\"}"
    done | elog-load -q "$db"
    record logs "{\"log_id\":9,\"timestamp\":$((now - 40 * 86400)),\"summary_message\":\"old\"}" |
        elog-load -q "$db"
    log new
    run --separate-stderr elog-log delete --db "$db" 1 77
    status_is 1
    equal "$output" '1 deleted'
    says elog-log '77' 'no such line'
    run --separate-stderr elog-log prune --db "$db" --older-than 30d --keep ERROR=365d
    status_is 0
    equal "$output" '1 deleted'
    equal "$(elog-log ls --db "$db" --format json | jq -r .summary_message | paste -sd ' ')" 'm2 m3 new'
    run --separate-stderr elog-log prune --db "$db" --older-than 30d
    equal "$output" '2 deleted'
    loaded
    equal "$(sql "$db" 'SELECT sum(lines) FROM log_counts')" 1
}

@test "a line that is only in the spool is deleted, too" {
    elog-load -q "$db" </dev/null
    exec 9>"$db.lock"
    flock 9
    log in the spool
    id=$(elog-log ls --db "$db" --format json | jq .log_id)
    (sleep 0.5 && exec 9>&-) &
    exec 9>&-
    run --separate-stderr elog-log delete --db "$db" --wait 30s "$id"
    equal "$output" '1 deleted'
    equal "$(elog-log count --db "$db")" 0
}

@test "32 writers, loads that are killed: nothing is lost, nothing is twice" {
    for w in $(seq 32); do
        (for i in $(seq 10); do log -s "w$w" "$w $i"; done
            seq -f "$w p%g" 20 | log -s "w$w") &
    done
    for i in $(seq 12); do
        sleep 0.1
        for pid in $(pgrep -x elog-load); do
            # Ours alone.
            if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$db"; then
                kill -9 "$pid" 2>/dev/null || true
            fi
        done
    done
    wait
    equal "$(elog-log count --db "$db")" 960
    wait_for elog-load -q --wait 30s "$db" </dev/null
    equal "$(sql "$db" 'SELECT count(*), count(DISTINCT summary_message) FROM logs')" '960|960'
    equal "$(sql "$db" 'SELECT sum(lines) FROM log_counts')" 960
}

@test "on a full disk the line goes to stderr, and the exit says so" {
    run bash -c "set -o pipefail; (ulimit -f 0; trap '' XFSZ; elog-log --db '$db' precious) 2>&1 | cat"
    status_is 1
    [[ $output == *precious* ]]
    run --separate-stderr elog-log --db "$BATS_TEST_TMPDIR/no/such.db" precious too
    status_is 1
    [[ $stderr == *"precious too"* ]]
}

@test "a time that no number holds is none, and ends" {
    printf '{"message":"%s","time":%s}\n' a 1e400 b '"inf"' c '"-inf"' d '"nan"' e '""' >"$BATS_TEST_TMPDIR/in"
    timeout 300 elog-log --db "$db" --json <"$BATS_TEST_TMPDIR/in"
    loaded
    equal "$(sql "$db" "SELECT group_concat(summary_message), min(abs(timestamp - strftime('%s', 'now')) < 600) FROM logs")" \
        'a,b,c,d,e|1'
}

@test "a torn line of a writer that died is cut off" {
    log whole
    loaded
    printf '{"type":"RECORD","stream":"logs","rec' >"$db.spool"
    log after
    equal "$(elog-log ls --db "$db" --format json | jq -r .summary_message | paste -sd ' ')" 'whole after'
    loaded
    equal "$(elog-log count --db "$db")" 2
}

@test "lines to follow, and records without a database" {
    log first
    elog-log ls --db "$db" --follow --format json >"$BATS_TEST_TMPDIR/out" &
    pid=$!
    wait_for grep -q first "$BATS_TEST_TMPDIR/out"
    log second
    wait_for grep -q second "$BATS_TEST_TMPDIR/out"
    kill $pid
    equal "$(jq -r .summary_message "$BATS_TEST_TMPDIR/out" | paste -sd ' ')" 'first second'
    loaded
    equal "$(elog-log a b | jq -r 'select(.type == "RECORD").record.summary_message')" 'a b'
    cd "$BATS_TEST_TMPDIR"
    equal "$(elog-log --db - a b | jq -r 'select(.type == "RECORD").record.summary_message')" 'a b'
    no_file . '-*'
    run --separate-stderr elog-log -l nosuch x
    status_is 2
    run --separate-stderr elog-log prune --db "$db"
    status_is 2
    run --separate-stderr elog-log --since 1h x
    status_is 2
}

@test "nothing waits beside a file that is another's" {
    sqlite3 "$BATS_TEST_TMPDIR/other.db" 'CREATE TABLE t (x)'
    echo 'a long enough text, which is no database' >"$BATS_TEST_TMPDIR/text"
    for file in other.db text; do
        run --separate-stderr elog-log --db "$BATS_TEST_TMPDIR/$file" hello
        status_is 1
        [[ $stderr == *"$file: it is another's"*"name another file"*hello* ]]
        [ ! -e "$BATS_TEST_TMPDIR/$file.spool" ]
    done
    # One that is begun only, or not at all, is ours.
    : >"$BATS_TEST_TMPDIR/empty.db"
    sqlite3 "$BATS_TEST_TMPDIR/begun.db" 'VACUUM'
    for file in empty.db begun.db none.db; do
        db=$BATS_TEST_TMPDIR/$file
        log hello
        loaded
        equal "$(elog-log count --db "$db")" 1
    done
}
