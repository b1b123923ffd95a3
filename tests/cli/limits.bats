#!/usr/bin/env bats
# Narrow places: a full disk, little memory, few descriptors, odd surroundings.

# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run; bash -c
load ../lib/common

setup() {
    common_setup
    export ELOG_BASE_URL=file://$sample
}

# big EXPERIMENT MEGABYTES: a saved logbook with a runs answer of that size.
big() {
    local directory=$tree/ws-kerb/lgbk/lgbk/$1/ws
    mkdir -p "$directory"
    /usr/bin/python3 -c '
import json, sys
run = json.dumps({"num": 0, "params": {"P%d" % i: i * 1.5 for i in range(600)}})[9:]
with open(sys.argv[1], "w") as f:
    f.write("{\"success\": true, \"value\": [")
    for i in range(int(sys.argv[2]) * 1000000 // len(run)):
        f.write((", " if i else "") + "{\"num\": %d" % i + run)
    f.write("]}")' "$directory/runs" "$2"
}

@test "the disk is full while loading: one line, exit 1, what was there stays" {
    elog-get mfxl100023 | elog-load -q "$db" >/dev/null
    dump "$db" >"$BATS_TEST_TMPDIR/before"
    elog-list --url "file://$sample" | elog-get -q >"$BATS_TEST_TMPDIR/all" 2>/dev/null || true
    [ "$(wc -c <"$BATS_TEST_TMPDIR/all")" -gt 500000 ]
    run --separate-stderr bash -c 'ulimit -f 300; elog-load -q "$0" <"$1"' "$db" "$BATS_TEST_TMPDIR/all"
    status_is 1
    [[ ${stderr_lines[0]} == "elog-load: $db: "* ]]
    [ "${#stderr_lines[@]}" -le 2 ]
    equal "$(sql "$db" 'PRAGMA integrity_check')" ok
    equal "$(sql "$db" "SELECT count(*) FROM runs WHERE experiment_id = 1")" 8
    # With room again, the next load heals it.
    elog-load -q "$db" <"$BATS_TEST_TMPDIR/all" >/dev/null
    lone_database "$db"
    equal "$(sql "$db" "SELECT count(*) FROM experiments")" 11
}

@test "the disk is full while our own records are loaded: said once" {
    elog-load -q "$db" </dev/null
    for i in $(seq 2000); do
        record remote_files "{\"url\":\"ftp://h/$i/$(printf %0200d 0)\",\"source\":\"s\",\"path\":\"p\"}"
    done >"$BATS_TEST_TMPDIR/files"
    run --separate-stderr bash -c 'ulimit -f 500; elog-load -q "$0" "$1"' "$db" "$BATS_TEST_TMPDIR/files"
    status_is 1
    says elog-load "$db: "
    equal "$(sql "$db" 'PRAGMA integrity_check')" ok
}

@test "the disk is full while copying the base: nothing is left" {
    elog-get mfxl100023 | elog-load -q "$db" >/dev/null
    run --separate-stderr bash -c 'ulimit -f 100; elog-load -q --base "$0" "$1" </dev/null' \
        "$db" "$BATS_TEST_TMPDIR/new.db"
    status_is 1
    [[ ${stderr_lines[0]} == "elog-load: "* ]]
    no_file "$BATS_TEST_TMPDIR" 'new.db*'
}

@test "no room for a large answer: that experiment fails, the others arrive" {
    big big1 20
    mkdir -p "$tree/ws-kerb/lgbk/lgbk/mfxl100023"
    cp -r "$sample/ws-kerb/lgbk/lgbk/mfxl100023/ws" "$tree/ws-kerb/lgbk/lgbk/mfxl100023/"
    run --separate-stderr bash -c 'ulimit -f 5000
        elog-get --only runs --url "file://$0" big1 mfxl100023 | cat' "$tree"
    says elog-get big1 runs "cannot be kept"
    [[ $output == *'"experiment":"mfxl100023","status":"complete"'* ]]
    [[ $output == *'"experiment":"big1","status":"failed"'* ]]
}

@test "256 MB of address space do for an answer of 100 MB" {
    big big1 100
    run bash -c 'ulimit -v 262144
        elog-get --only runs --url "file://$0" big1 | elog-load "$1" 2>&1' "$tree" "$db"
    status_is 0
    [[ $output == *"1 experiments complete"* ]]
    [ "$(sql "$db" "SELECT count(*) FROM runs")" -gt 5000 ]
    equal "$(sql "$db" 'PRAGMA integrity_check')" ok
}

@test "few descriptors" {
    run --separate-stderr bash -c 'ulimit -n 64
        elog-list | elog-get -q --max-requests 20 | elog-load -q "$0" >/dev/null' "$db"
    equal "$(sql "$db" "SELECT count(*) FROM fetches WHERE status = 'complete'")" 11
}

@test "time zone and locale change nothing" {
    elog-get mfxl100023 mfxl200025 | elog-load -q "$db" >/dev/null
    # shellcheck disable=SC2030 # meant for this shell alone
    (
        export TZ=Asia/Kathmandu LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 LC_NUMERIC=de_DE
        elog-get mfxl100023 mfxl200025 | elog-load -q "$BATS_TEST_TMPDIR/odd.db" >/dev/null
    )
    equal "$(dump "$BATS_TEST_TMPDIR/odd.db" | sed "s/'20[0-9-]*T[0-9:.]*Z'//g" | md5sum)" \
        "$(dump "$db" | sed "s/'20[0-9-]*T[0-9:.]*Z'//g" | md5sum)"
    equal "$(sql "$BATS_TEST_TMPDIR/odd.db" "SELECT fetched_at LIKE '20__-%Z' FROM fetches LIMIT 1")" 1
}

@test "stdin closed, or a directory" {
    run --separate-stderr bash -c 'elog-load -q "$0" <&-' "$db"
    status_is 1
    [[ $stderr == "elog-load: stdin: "* ]]
    run --separate-stderr bash -c 'elog-load -q "$0" </' "$db"
    status_is 1
    says elog-load "stdin: Is a directory"
}

@test "a clock that steps back: the bookmark of the last synchronization stays" {
    { record runs '{"experiment":"e1","num":1}'; closed e1 '{"runs":1}' 2026-05-01T00:00:00Z; } |
        elog-load -q "$db" >/dev/null
    { record runs '{"experiment":"e1","num":1}'; closed e1 '{"runs":1}' 2026-04-01T00:00:00Z; } |
        elog-load -q "$db" >/dev/null
    equal "$(sql "$db" "SELECT value FROM metadata WHERE key = 'last_update'")" 2026-05-01T00:00:00Z
    equal "$(sql "$db" "SELECT fetched_at FROM fetches")" 2026-04-01T00:00:00Z
}
