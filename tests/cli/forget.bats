#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# Names that the service does not know, and experiments that are forgotten.

load ../lib/common

setup() {
    common_setup
    experiment good1
    experiment good2
}

@test "a name that there is not: exit 1, and not remembered" {
    # On 9cc3b6d it stayed failed for ever.
    run --separate-stderr get typo25
    status_is 1
    says elog-get "typo25: " "no such experiment"
    equal "$(get typo25 2>/dev/null | jq -c 'select(.type == "RECORD") | .record | [.status, .stream, .http_status]')" \
        '["failed","experiments",404]'
    { get typo25 good1 2>/dev/null || true; } | elog-load -q "$db" >/dev/null
    equal "$(elog-status --json "$db" | jq -c '[.complete, .failed, .to_retry]')" '[1,0,[]]'
    # Nor does one stay that an older elog-load remembered.
    sqlite3 "$db" "INSERT INTO fetches (experiment, status, stream, http_status) VALUES ('typo25', 'failed', 'experiments', 404)"
    { get typo25 2>/dev/null || true; } | elog-load -q "$db"
    equal "$(elog-status --failed "$db" | tr '\0' '\n')" ""
}

@test "one that we know, and one whose other resource is not there, are remembered" {
    mirror "$db" good1
    rm -r "$tree/ws-kerb/lgbk/lgbk/good1" "$tree/ws-kerb/lgbk/lgbk/good2/ws/runs"
    { get good1 good2 2>/dev/null || true; } | elog-load -q "$db"
    equal "$(elog-status --json "$db" | jq -c '.to_retry')" '["good1","good2"]'
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 2
}

@test "--forget: all of it goes, what others have stays, the log tells" {
    mirror "$db" good1 good2
    echo one >"$BATS_TEST_TMPDIR/f"
    for name in good1 good2; do
        elog-cond set --db "$db" "$name" 1 x 5
        elog-cond file --db "$db" "$name" 1 "$BATS_TEST_TMPDIR/f"
    done
    record attachments '{"experiment":"good1","entry_id":"a1","attachment_id":"1","path":"p","url":"http://h/u"}' | elog-load -q "$db"
    run --separate-stderr elog-load --forget good1 "$db"
    status_is 0
    silent
    equal "$(sql "$db" "SELECT group_concat(name) FROM experiments")" good2
    for table in logbook_entries files runs; do
        equal "$(sql "$db" "SELECT count(*) FROM $table")" 2
    done
    for table in run_files file_contents fetches; do
        equal "$(sql "$db" "SELECT count(*) FROM $table")" 1
    done
    equal "$(sql "$db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 1
    equal "$(sql "$db" "SELECT count(*) FROM attachments")" 0
    equal "$(sql "$db" "SELECT user, experiment, json_extract(old_value, '$.runs') FROM log_records WHERE action = 'forget'")" \
        "$(id -un)|good1|2"
    lone_database "$db"
    # It comes again as if it had never been there.
    mirror "$db" good1
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 4
    # Several, of which one is not there; a failure alone.
    sqlite3 "$db" "INSERT INTO fetches (experiment, status) VALUES ('old', 'failed')"
    run --separate-stderr elog-load --forget good1 --forget nosuch --forget old "$db"
    status_is 1
    says elog-load "nosuch: there is no such experiment"
    equal "$(sql "$db" "SELECT group_concat(experiment) FROM fetches")" good2
    run --separate-stderr elog-load --forget good2 "$db" file
    status_is 2
    run --separate-stderr elog-load --forget good2 --migrate "$db"
    status_is 2
    run --separate-stderr elog-load --forget good2 "$BATS_TEST_TMPDIR/none.db"
    status_is 1
    [ ! -e "$BATS_TEST_TMPDIR/none.db" ]
}

@test "--forget of a label: the same experiment as its address" {
    { record experiments '{"experiment":"DIA_daq_13","name":"DIA daq 13"}'
      closed DIA_daq_13 '{"experiments":1}'; } | elog-load --quiet "$db" >/dev/null
    elog-load --quiet --forget 'DIA daq 13' "$db"
    equal "$(sql "$db" "SELECT count(*) FROM experiments")" 0
}
