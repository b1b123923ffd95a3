#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-get and elog-list against a web server with faults.

load ../lib/common

setup() {
    common_setup
    experiment e1
    public e1
    "$tests/lib/stub.py" "$tree" "$BATS_TEST_TMPDIR/port" "$BATS_TEST_TMPDIR/log" 3>&- &
    stub=$!
    wait_for test -s "$BATS_TEST_TMPDIR/port"
    http=http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")
    export ELOG_AUTHENTICATED_PREFIX=/ws-kerb/lgbk/lgbk
    exp=$tree/ws-kerb/lgbk/lgbk/e1/ws
}

teardown() {
    kill "$stub"
}

fetch() {
    elog-get --url "$http" --auth none "$@"
}

# rules RESOURCE RULE...: what the next requests of it come to.
rules() {
    local resource=$1
    shift
    printf '%s\n' "$@" >"$exp/$resource.rules"
}

asked() {
    grep -c "/$1\b" "$BATS_TEST_TMPDIR/log"
}

outcome() {
    jq -rc 'select(.stream == "fetches" and .type == "RECORD").record | [.status, .stream, .http_status, .attempts]' <<<"$output"
}

@test "what passes is tried again: 503, 429, a reset, a body cut short" {
    rules runs 503 "429 Retry-After: 1" ok
    rules files reset ok
    rules elog cut ok
    rules info 500 502
    start=$EPOCHREALTIME
    run --separate-stderr fetch e1
    status_is 0
    silent
    equal "$(outcome)" '["complete",null,null,null]'
    equal "$(asked runs) $(asked files) $(asked elog) $(asked info)" "3 2 2 3"
    equal "$(jq -s 'map(select(.stream == "runs" and .type == "RECORD")) | length' <<<"$output")" 2
    # 0.5 to 1 s before the second attempt, and what the server asked for before the third.
    /usr/bin/python3 -c 'import sys; t = float(sys.argv[2]) - float(sys.argv[1]); assert 1.4 < t, t' "$start" "$EPOCHREALTIME"
}

@test "three attempts, then it has failed" {
    rules runs '500*'
    run --separate-stderr fetch e1 --only runs,files
    status_is 1
    says elog-get "e1: runs: HTTP 500 after 3 attempts"
    equal "$(outcome)" '["partial","runs",500,3]'
    equal "$(asked runs)" 3
}

@test "--retries 0: one attempt" {
    rules runs '503*'
    run --separate-stderr fetch e1 --only runs --retries 0
    status_is 75
    says elog-get "e1: runs: HTTP 503"
    equal "$(asked runs)" 1
}

@test "what does not pass is not tried again: 400, 403, 404" {
    for code in 400 403 404 410; do
        rm -f "$BATS_TEST_TMPDIR/log"
        rules runs "$code*"
        run --separate-stderr fetch e1 --only runs
        status_is 1
        says elog-get "e1: " "HTTP $code"
        equal "$(asked runs)" 1
        case $code in
            403) equal "$(outcome)" '["denied","runs",403,1]' ;;
            *) equal "$(outcome)" "[\"failed\",\"runs\",$code,1]" ;;
        esac
    done
}

@test "401: nothing more is asked, exit 77" {
    # Whichever answer comes first is a 401.
    rules info '401*'
    for i in {1..30}; do
        experiment "x$i"
        cp "$exp/info.rules" "$tree/ws-kerb/lgbk/lgbk/x$i/ws"
    done
    run --separate-stderr fetch e1 x{1..30} --max-requests 2
    status_is 77
    says elog-get "not authenticated"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/log")" -le 4 ]
    # Every experiment is closed none the less.
    equal "$(outcome | grep -cE 'denied|failed')" 31
}

@test "a server that asks to come back much later is left alone" {
    rules runs '503 Retry-After: 9999*'
    run --separate-stderr timeout 100 elog-get --url "$http" --auth none e1 --only runs
    status_is 75
    says elog-get "e1: runs: HTTP 503" "9999 s"
    equal "$(asked runs)" 1
}

@test "no answer: --timeout ends an attempt" {
    rules runs 'hang*'
    run --separate-stderr timeout 100 elog-get --url "$http" --auth none e1 --only runs --timeout 1 --retries 1
    status_is 1
    says elog-get "e1: runs: " "after 2 attempts"
    equal "$(asked runs)" 2
}

@test "redirects: within the server yes, elsewhere and to files never" {
    cp "$exp/runs" "$exp/runs2"
    rules runs "redirect $http/ws-kerb/lgbk/lgbk/e1/ws/runs2"
    run --separate-stderr fetch e1 --only runs
    status_is 0
    equal "$(outcome)" '["complete",null,null,null]'
    for to in "http://localhost:${http##*:}/ws-kerb/lgbk/lgbk/e1/ws/runs2" "file://$exp/runs2" "ftp://127.0.0.1/x" \
        "http://127.0.0.1:1/x" "//127.0.0.2/x"
    do
        rules runs "redirect $to*"
        run --separate-stderr fetch e1 --only runs
        case $to in
            # Maintenance is announced so: the service is away.
            http:* | //*) status_is 75 ;;
            *) status_is 1 ;;
        esac
        says elog-get "e1: runs: " "not followed"
    done
    rm "$BATS_TEST_TMPDIR/log"
    rules runs "redirect $http/ws-kerb/lgbk/lgbk/e1/ws/runs*"
    run --separate-stderr fetch e1 --only runs
    status_is 1
    says elog-get "loop"
    [ "$(asked runs)" -le 10 ]
}

@test "a login page in place of JSON" {
    rules runs 'html*'
    run --separate-stderr fetch e1
    status_is 1
    says elog-get "e1: runs: " "HTML"
    equal "$(asked runs)" 1
}

@test "nobody listens: 75, and everything is closed as failed" {
    kill "$stub"
    wait "$stub" || true
    run --separate-stderr fetch e1 e2 --retries 0
    status_is 75
    [[ ${stderr_lines[0]} == "elog-get: "*"connect"* ]]
    equal "$(outcome | grep -c failed)" 2
    run --separate-stderr elog-list --url "$http" --auth none --retries 0
    status_is 75
    equal "$output" ""
    says elog-list "connect"
    "$tests/lib/stub.py" "$tree" "$BATS_TEST_TMPDIR/port2" "$BATS_TEST_TMPDIR/log" 3>&- &
    stub=$!
}

@test "no such host: 75" {
    run --separate-stderr elog-get --url http://nosuchhost.invalid --auth none e1 --retries 0
    status_is 75
    [[ $stderr == "elog-get: "*nosuchhost.invalid* ]]
}

# slowly EXPERIMENT N: as experiment, its answers slow, above all until N were under way at once.
slowly() {
    local resource
    experiment "$1"
    for resource in info elog runs files samples shifts workflow_jobs workflow_definitions; do
        echo "slow $2*" >"$tree/ws-kerb/lgbk/lgbk/$1/ws/$resource.rules"
    done
}

@test "never more than --max-requests at once" {
    for n in 1 3 6; do
        for i in 1 2 3 4; do slowly "x$i" $n; done
        rm -f "$BATS_TEST_TMPDIR/log"
        run --separate-stderr fetch x1 x2 x3 x4 --max-requests $n
        status_is 0
        equal "$(cut -d ' ' -f 2 "$BATS_TEST_TMPDIR/log" | sort -n | tail -n 1)" $n
        equal "$(grep -c '/x[0-9]/ws/' "$BATS_TEST_TMPDIR/log")" 56
    done
}

@test "elog-sync.sh: parallel_jobs bounds the requests of all processes" {
    for i in {1..8}; do slowly "x$i" 0; done
    public x{1..8}
    for jobs in 2 9; do
        rm -f "$BATS_TEST_TMPDIR/log"
        run --separate-stderr elog-sync.sh --url "$http" --auth none --force --dir "$BATS_TEST_TMPDIR/d$jobs" --jobs $jobs
        status_is 0
        [ "$(cut -d ' ' -f 2 "$BATS_TEST_TMPDIR/log" | sort -n | tail -n 1)" -le $jobs ]
        equal "$(elog-status --json "$BATS_TEST_TMPDIR/d$jobs" | jq .complete)" 8
        equal "$(grep -c '/x[0-9]/ws/' "$BATS_TEST_TMPDIR/log")" 112
    done
}

@test "elog-sync.sh: stopped in the middle of a request: at once, and whole" {
    experiment slow
    public e1 slow
    mkdir "$BATS_TEST_TMPDIR/d"
    elog-sync.sh --url "$http" --auth none --dir "$BATS_TEST_TMPDIR/d"
    before=$(ls "$BATS_TEST_TMPDIR/d")
    dump "$BATS_TEST_TMPDIR/d/elog.db" >"$BATS_TEST_TMPDIR/dump"
    last=$(elog-status --json "$BATS_TEST_TMPDIR/d" | jq .last_sync)
    for signal in TERM INT HUP; do
        rm -f "$BATS_TEST_TMPDIR/log"
        echo 'hang*' >"$tree/ws-kerb/lgbk/lgbk/slow/ws/runs.rules"
        (exec env --default-signal=HUP,INT elog-sync.sh --force --url "$http" --auth none --dir "$BATS_TEST_TMPDIR/d" 2>"$BATS_TEST_TMPDIR/said" 3>&-) &
        sync=$!
        wait_for grep -qs slow/ws/runs "$BATS_TEST_TMPDIR/log"
        kill -"$signal" $sync
        rc=0
        wait $sync || rc=$?
        equal "$rc" $((128 + $(kill -l $signal)))
        equal "$(cat "$BATS_TEST_TMPDIR/said")" "elog-sync: stopped by a signal: experiments that came whole are kept"
        equal "$(ls "$BATS_TEST_TMPDIR/d")" "$before"
        dump "$BATS_TEST_TMPDIR/d/elog.db" | cmp "$BATS_TEST_TMPDIR/dump" -
        equal "$(elog-status --json "$BATS_TEST_TMPDIR/d" | jq .last_sync)" "$last"
        equal "$(ls -A "$TMPDIR")" ""
        # No process of it is left to hold the lock.
        wait_for flock -n "$BATS_TEST_TMPDIR/d/.elog-sync.lock" true
    done
    rm "$tree/ws-kerb/lgbk/lgbk/slow/ws/runs.rules"
    run --separate-stderr elog-sync.sh --force --url "$http" --auth none --dir "$BATS_TEST_TMPDIR/d"
    status_is 0
}

@test "elog-sync.sh: stopped while it lists" {
    echo 'hang*' >"$tree/ws/lgbk/lgbk/ws/experiment_names_updated_within.rules"
    elog-sync.sh --force --url "$http" --auth none --dir "$BATS_TEST_TMPDIR/d" 2>"$BATS_TEST_TMPDIR/said" 3>&- &
    sync=$!
    wait_for grep -qs updated_within "$BATS_TEST_TMPDIR/log"
    kill -TERM $sync
    rc=0
    wait $sync || rc=$?
    equal "$rc" 143
    equal "$(ls -A "$TMPDIR")" ""
}
