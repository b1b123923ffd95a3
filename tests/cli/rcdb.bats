#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-load --import-rcdb: a database of RCDB becomes an experiment.

load ../lib/common

setup() {
    common_setup
    rcdb=$BATS_TEST_TMPDIR/'rc db?mode=rw#%.sqlite'
    sqlite3 "$rcdb" <"$tests/lib/rcdb.sql"
}

import() {
    elog-load --quiet --import-rcdb "$rcdb" --experiment hd "$db"
}
values() {
    elog-cond show --db "$db" --json hd "$1" | jq -c '[.name // .path, .type, .value // .importance, .set_by]'
}

@test "runs, types, values, files, periods, aliases" {
    run --separate-stderr import
    status_is 0
    silent
    equal "$(sql "$db" "SELECT run_number, start_time, end_time FROM runs WHERE run_number IN (1, 9)")" \
        $'1|2026-03-01T10:00:00Z|2026-03-01T10:30:00Z\n9||'
    equal "$(values 1)" $'["a","int",1,"RCDB"]\n["b","float",1.01,"RCDB"]\n["c","bool",null,"RCDB"]\n["d","string","haha","RCDB"]\n["e","json",{"a":1},"RCDB"]\n["t","time","2026-03-01T12:00:00.500000Z","RCDB"]\n["/etc/daq.conf","file",1,"RCDB"]'
    equal "$(values 5)" $'["b","float",2.32,"RCDB"]\n["c","bool",null,"RCDB"]\n["d","string","bang","RCDB"]\n["g","blob",{"$base64":"YUdWc2JHOD0="},"RCDB"]'
    # All digits of 7 / 3, and when it was set.
    equal "$(sql "$db" "SELECT value = 7.0 / 3 FROM conditions JOIN runs ON runs.id = run_id
        JOIN condition_types t ON t.id = type_id WHERE run_number = 2 AND name = 'b'")" 1
    equal "$(sql "$db" "SELECT set_at FROM conditions JOIN condition_types t ON t.id = type_id WHERE name = 'a' LIMIT 1")" 2026-02-02T03:04:05Z
    equal "$(elog-cond ls --db "$db" --json | jq -c 'del(.set_at, .created_at) | with_entries(select(.value != null))' | sed -n '1p;9,$p')" \
        '{"kind":"type","name":"a","value_type":"int","declared":true,"runs":5,"description":"a number"}
{"kind":"alias","name":"is_production","expression":"a > 2 and c","set_by":"RCDB","description":"good runs"}
{"kind":"period","name":"2026-02","run_min":1,"run_max":9,"start_time":"2026-02-01T00:00:00Z","end_time":"2026-04-30T00:00:00Z","set_by":"RCDB","description":"spring"}'
    equal "$(elog-cond cat --db "$db" 9f86d0)" test
    equal "$(sql "$db" "SELECT DISTINCT user, program FROM log_records")" "$(id -un)|elog-load"
    equal "$(sql "$db" "SELECT table_name, count(*) FROM log_records GROUP BY 1")" \
        $'aliases|1\ncondition_types|8\nconditions|27\nrun_files|2\nrun_periods|1\nruns|1'
    equal "$(elog-select -v d '@is_production' "$db" | cut -f 2)" $'3\n4\n9'
    lone_database "$db"
}

@test "a second import writes nothing; what changed comes, what others set stays" {
    import
    dump "$db" >"$BATS_TEST_TMPDIR/before"
    rows=$(sql "$db" 'SELECT count(*) FROM log_records')
    run --separate-stderr elog-load --import-rcdb "$rcdb" --experiment hd "$db"
    status_is 0
    says elog-load '0 records of RCDB, 0 left out; 0 rows changed'
    dump "$db" | diff "$BATS_TEST_TMPDIR/before" -
    equal "$(sql "$db" 'SELECT count(*) FROM log_records')" "$rows"
    elog-cond set --db "$db" hd 2 a 20 --replace
    sqlite3 "$rcdb" "UPDATE conditions SET int_value = 10 * int_value WHERE condition_type_id = 1;
        UPDATE runs SET finished = '2026-03-01 11:00:00' WHERE number = 1"
    run --separate-stderr elog-load --import-rcdb "$rcdb" --experiment hd "$db"
    status_is 0
    says elog-load '4 records of RCDB'
    equal "$(sql "$db" "SELECT group_concat(value) FROM conditions WHERE type_id = (SELECT id FROM condition_types WHERE name = 'a')")" \
        10,20,30,40,90
    equal "$(sql "$db" "SELECT end_time FROM runs WHERE run_number = 1")" 2026-03-01T11:00:00Z
}

@test "a value that does not fit is left out and reported; the rest comes" {
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        record runs '{"experiment":"e1","num":1}'
        closed e1 '{"experiments":1,"runs":1}'
    } | elog-load -q "$db" >/dev/null
    elog-cond type --db "$db" d int
    sqlite3 "$rcdb" "UPDATE conditions SET text_value = '5' WHERE text_value <> 'mew' AND condition_type_id = 4"
    run --separate-stderr import
    status_is 1
    says elog-load 'conditions: left out: hd: run 9: d: "mew" is no int, its declared type'
    equal "$(sql "$db" "SELECT group_concat(value) FROM conditions WHERE type_id = (SELECT id FROM condition_types WHERE name = 'd')")" 5,5,5
}

@test "what is no such database, and names that are taken" {
    sqlite3 "$rcdb" 'UPDATE schema_versions SET version = 3'
    run --separate-stderr import
    status_is 1
    says elog-load 'its RCDB schema is version 3: versions 1 and 2'
    sqlite3 "$rcdb" 'UPDATE schema_versions SET version = 2; ALTER TABLE aliases RENAME TO kept; CREATE VIEW aliases AS SELECT id, who() AS name, code, description FROM kept'
    run --separate-stderr import
    status_is 1
    says elog-load 'not an RCDB database'
    sqlite3 "$rcdb" 'DROP VIEW aliases; DROP TABLE runs'
    run --separate-stderr import
    status_is 1
    says elog-load 'not an RCDB database'
    echo 'a text that is no database, and long enough to be seen as none, of that I am sure' >"$rcdb"
    run --separate-stderr import
    status_is 1
    says elog-load 'not an SQLite database'
    rm "$rcdb"
    run --separate-stderr import
    status_is 1
    says elog-load 'No such file'
    no_file "$BATS_TEST_TMPDIR" 'rc db*'
    equal "$(sql "$db" 'SELECT count(*) FROM experiments')" 0
    sqlite3 "$rcdb" <"$tests/lib/rcdb.sql"
    {
        record experiments '{"experiment":"hd","name":"hd"}'
        closed hd '{"experiments":1}'
    } | elog-load -q "$db" >/dev/null
    run --separate-stderr import
    status_is 1
    says elog-load 'hd comes from the logbook: choose another name'
    run --separate-stderr elog-load --import-rcdb "$rcdb" "$db"
    status_is 2
    run --separate-stderr elog-load --import-rcdb "$rcdb" --experiment '' "$db"
    status_is 1
}

@test "it is only read" {
    as_user chmod 400 "$rcdb"
    sum=$(sha256sum <"$rcdb")
    run --separate-stderr import
    status_is 0
    equal "$(sha256sum <"$rcdb")" "$sum"
}

@test "cells of another type than their column: left out one by one, or read" {
    sqlite3 "$rcdb" "UPDATE conditions SET int_value = 'many' WHERE run_number = 1 AND condition_type_id = 1;
        UPDATE conditions SET float_value = 9e999 WHERE run_number = 1 AND condition_type_id = 2;
        UPDATE conditions SET text_value = x'ff00' WHERE run_number = 4 AND text_value = 'hoho'"
    run --separate-stderr import
    status_is 1
    equal "${#stderr_lines[@]}" 2
    [[ $stderr == *'"many" is no int'* ]]
    equal "$(elog-select -v a,b "run < 3" --format json "$db" | jq -c '[.a, .b]')" $'[null,"Infinity"]\n[2,2.3333333333333335]'
    [[ $stderr == *"left out: not UTF-8"* ]]
    equal "$(elog-select -v d "@is_production" "$db" | cut -f 3)" $'\n\nmew'
}

@test "schema version 1: without aliases, run periods and importances" {
    sqlite3 "$rcdb" 'UPDATE schema_versions SET version = 1; DROP TABLE aliases; DROP TABLE run_periods;
        ALTER TABLE files DROP COLUMN importance'
    run --separate-stderr import
    status_is 0
    silent
    equal "$(elog-select -v d 'a > 2 and c' "$db" | cut -f 2)" $'3\n4\n9'
    equal "$(values 1 | tail -n 1)" '["/etc/daq.conf","file",0,"RCDB"]'
    equal "$(sql "$db" 'SELECT count(*) FROM aliases')" 0
}

@test "--timezone: its times have none" {
    elog-load --quiet --import-rcdb "$rcdb" --experiment hd --timezone America/New_York "$db"
    equal "$(sql "$db" "SELECT start_time, end_time FROM runs WHERE run_number = 1")" '2026-03-01T15:00:00Z|2026-03-01T15:30:00Z'
    equal "$(elog-cond show --db "$db" --json hd 1 | jq -r 'select(.name == "t") | .value')" 2026-03-01T17:00:00.500000Z
    equal "$(sql "$db" "SELECT start_time, end_time FROM run_periods")" '2026-02-01T05:00:00Z|2026-04-30T04:00:00Z'
    run --separate-stderr elog-load --import-rcdb "$rcdb" --experiment hd --timezone America/New_York "$db"
    says elog-load '0 records of RCDB, 0 left out; 0 rows changed'
    run --separate-stderr elog-load --import-rcdb "$rcdb" --experiment hd --timezone ../etc "$db"
    status_is 2
    says elog-load --timezone
}

@test "an alias that Python reads comes with a hint of how it is said here" {
    sqlite3 "$rcdb" "INSERT INTO aliases VALUES (2, 'raw', 'd.startswith(''ha'') and a > 0', NULL)"
    run --separate-stderr import
    status_is 0
    says elog-load "alias raw: 'd.startswith('ha')' is said startswith(d, 'ha') here"
    equal "$(elog-select "startswith(d, 'ha')" "$db" | cut -f 2)" 1
    # Said once.
    run --separate-stderr import
    silent
}

@test "what is deleted there goes here, but what others set stays" {
    import
    elog-cond set --db "$db" hd 9 mine 5
    sqlite3 "$rcdb" "DELETE FROM files_have_runs WHERE run_number = 2; DELETE FROM aliases; DELETE FROM run_periods;
        DELETE FROM conditions WHERE run_number = 9; DELETE FROM runs WHERE number = 9;
        DELETE FROM conditions WHERE run_number = 3; DELETE FROM runs WHERE number = 3"
    import
    equal "$(sql "$db" "SELECT count(*) FROM run_files")" 1
    equal "$(sql "$db" "SELECT count(*) FROM file_contents")" 1
    equal "$(sql "$db" "SELECT count(*) FROM aliases")$(sql "$db" "SELECT count(*) FROM run_periods")" 00
    equal "$(sql "$db" "SELECT table_name, count(*) FROM log_records WHERE action = 'delete' GROUP BY 1")" \
        $'aliases|1\nconditions|8\nrun_files|1\nrun_periods|1\nruns|1'
    # Run 3 is gone, run 9 has what was set here.
    equal "$(sql "$db" "SELECT group_concat(run_number) FROM runs WHERE experiment_id = (SELECT id FROM experiments WHERE name = 'hd')")" 1,2,4,5,9
    equal "$(values 9)" '["mine","int",5,"'"$(id -un)"'"]'
    # Names are of all that were imported: where there are several, none goes.
    sqlite3 "$rcdb" <<<"INSERT INTO aliases VALUES (1, 'x', 'a > 1', NULL)"
    import
    elog-load --quiet --import-rcdb "$rcdb" --experiment other "$db"
    sqlite3 "$rcdb" 'DELETE FROM aliases'
    import
    equal "$(sql "$db" "SELECT count(*) FROM aliases")" 1
}
