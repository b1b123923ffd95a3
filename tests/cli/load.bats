#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-load: what becomes of records, and of a database that something happens to.

load ../lib/common

setup() {
    common_setup
}

# apply [ARGUMENT...]: stdin into $db.
apply() {
    elog-load "$db" "$@"
}

# An experiment e1 of two runs, by hand.
two_runs() {
    record runs '{"experiment":"e1","num":1,"params":{"v":1}}'
    record runs '{"experiment":"e1","num":2}'
    closed e1 '{"runs":2}'
    state e1
}

@test "the summary, the bookmarks, and nothing left beside the database" {
    two_runs >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$output" '{"bookmarks":{"e1":{"fetched_at":"x"}}}'
    says elog-load "$db: 1 experiments complete; 3 records read, "
    lone_database "$db"
    equal "$(stat -c %a "$db")" 600
    equal "$(sql "$db" "SELECT run_number, parameters FROM runs ORDER BY 1")" $'1|{"v":1}\n2|{}'
    equal "$(sql "$db" "SELECT printf('%03d-', version) FROM schema_version")" \
        "$(find "$root/common/sql/migrations" -name '*.sql' -printf '%f\n' | sort | sed 's/-.*/-/')"
}

@test "files as arguments, several; one that is not there" {
    two_runs >"$BATS_TEST_TMPDIR/in"
    two_runs | sed s/e1/e2/g >"$BATS_TEST_TMPDIR/in2"
    run --separate-stderr apply --quiet "$BATS_TEST_TMPDIR/in" /nonexistent/in "$BATS_TEST_TMPDIR/in2"
    status_is 1
    says elog-load "/nonexistent/in: No such file"
    equal "$(sql "$db" "SELECT name FROM experiments ORDER BY 1" | tr '\n' ' ')" "e1 e2 "
}

@test "a second load of the same data changes nothing, and says so" {
    mapfile -t names < <(elog-list --url "file://$sample")
    elog-get --url "file://$sample" "${names[@]}" >"$BATS_TEST_TMPDIR/first" 2>&1 || true
    sleep 0.01
    elog-get --url "file://$sample" "${names[@]}" >"$BATS_TEST_TMPDIR/second" 2>&1 || true
    grep '^{' "$BATS_TEST_TMPDIR/first" | apply >/dev/null
    dump "$db" >"$BATS_TEST_TMPDIR/before"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/before")" -gt 700 ]
    run --separate-stderr apply < <(grep '^{' "$BATS_TEST_TMPDIR/second")
    status_is 0
    [[ $stderr == *", 0 rows changed"* ]]
    dump "$db" | cmp "$BATS_TEST_TMPDIR/before" -
}

@test "an entry edited, one deleted, a run added, a file gone: exactly that" {
    experiment e1
    experiment e2
    mirror "$db" e1 e2
    sql "$db" "SELECT * FROM logbook_entries JOIN experiments e ON e.id = experiment_id WHERE e.name = 'e2'" >"$BATS_TEST_TMPDIR/e2"
    id=$(sql "$db" "SELECT id FROM runs WHERE experiment_id = 1 AND run_number = 1")
    put e1 elog '[{"_id": "a1", "insert_time": "2026-01-01T10:00:00+00:00", "author": "ann", "content": "one, better", "run_num": 1, "previous_version": "a3"},
        {"_id": "a2", "insert_time": "2026-01-01T11:00:00+00:00", "author": "bob", "content": "two", "deleted_by": "bob", "deleted_time": "2026-01-02T00:00:00+00:00"},
        {"_id": "a3", "insert_time": "2026-01-01T10:00:00+00:00", "author": "ann", "content": "one", "run_num": 1, "deleted_by": "ann", "deleted_time": "2026-01-02T00:00:00+00:00"}]'
    put e1 runs '[{"num": 3, "params": {"p": 3}}, {"num": 2, "params": {"p": 2}}, {"num": 1, "params": {"p": 1}}]'
    put e1 files '[{"path": "/f2", "run_num": 2, "size": 20}]'
    run --separate-stderr apply < <(get e1 e2)
    status_is 0
    # Two entries and a new one, a run, a file less; the inferred run of a2 comes again.
    equal "$(sql "$db" "SELECT entry_id, content, deleted_by, previous_version FROM logbook_entries
        WHERE experiment_id = 1 ORDER BY 1")" $'a1|one, better||a3\na2|two|bob|\na3|one|ann|'
    equal "$(sql "$db" "SELECT content FROM Logbook WHERE experiment_id = 'e1'")" "one, better"
    equal "$(sql "$db" "SELECT run_number, parameters FROM runs WHERE experiment_id = 1 ORDER BY 1")" \
        $'1|{"p":1}\n2|{"p":2}\n3|{"p":3}'
    equal "$(sql "$db" "SELECT path FROM files WHERE experiment_id = 1")" /f2
    sql "$db" "SELECT * FROM logbook_entries JOIN experiments e ON e.id = experiment_id WHERE e.name = 'e2'" |
        cmp "$BATS_TEST_TMPDIR/e2" -
    # Ids stay: what points at a row still does.
    equal "$(sql "$db" "SELECT id FROM runs WHERE experiment_id = 1 AND run_number = 1")" \
        "$id"
}

@test "only the streams that were fetched are touched" {
    experiment e1
    mirror "$db" e1
    put e1 runs '[]'
    put e1 elog '[]'
    get e1 --only runs | apply >/dev/null
    equal "$(sql "$db" "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM logbook_entries), (SELECT count(*) FROM files)")" "0|2|2"
}

@test "runs of entries that name none" {
    put e1 elog '[
        {"_id": "a", "insert_time": "2026-01-01T10:00:00", "content": "before any run"},
        {"_id": "b", "insert_time": "2026-01-01T11:00:00", "content": "x", "run_num": 3},
        {"_id": "c", "insert_time": "2026-01-01T12:00:00", "content": "after 3"},
        {"_id": "d", "insert_time": "2026-01-01T13:00:00", "content": "Run number 12: Running with 3 uJ"},
        {"_id": "e", "insert_time": "2026-01-01T14:00:00", "content": "after 12"},
        {"_id": "f", "insert_time": "2026-01-01T15:00:00", "content": "RUN NUMBER 13 is RUNNING"},
        {"_id": "g", "insert_time": "2026-01-01T16:00:00", "content": "run number 99 has ended"},
        {"_id": "h", "insert_time": "2026-01-01T10:30:00", "content": "out of order, before 3"},
        {"_id": "i", "insert_time": "2026-01-01T17:00:00", "content": "x", "run_num": 2},
        {"_id": "j", "insert_time": "2026-01-01T18:00:00", "content": "after 2"},
        {"_id": "k", "insert_time": "2026-01-01T19:00:00"}]'
    experiment_of_entries() {
        get e1 --only logbook_entries | apply >/dev/null
        sql "$db" "SELECT entry_id || ':' || ifnull(run_number, '-') || ':' || run_inferred FROM logbook_entries ORDER BY created_at" | tr '\n' ' '
    }
    equal "$(experiment_of_entries)" "a:-:0 h:-:0 b:3:0 c:3:1 d:12:1 e:12:1 f:13:1 g:13:1 i:2:0 j:2:1 k:2:1 "
    # Nothing of it is in the documents.
    equal "$(sql "$db" "SELECT doc FROM logbook_entries WHERE entry_id = 'c'")" \
        '{"_id": "c", "insert_time": "2026-01-01T12:00:00", "content": "after 3"}'
    # The one that named run 3 goes: those behind it lose their run; nothing else moves.
    sed -i '/"_id": "b"/d' "$tree/ws-kerb/lgbk/lgbk/e1/ws/elog"
    equal "$(experiment_of_entries)" "a:-:0 h:-:0 c:-:0 d:12:1 e:12:1 f:13:1 g:13:1 i:2:0 j:2:1 k:2:1 "
}

@test "run numbers that are texts stay texts" {
    experiment e1
    put e1 runs '[{"num": "007"}, {"num": "7"}, {"num": 7}]'
    put e1 elog '[{"_id": "a", "insert_time": "1", "run_num": "007"}, {"_id": "b", "insert_time": "2"}]'
    put e1 files '[{"path": "/f", "run_num": "007", "size": 1}]'
    mirror "$db" e1
    equal "$(sql -quote "$db" "SELECT run_number FROM runs ORDER BY typeof(run_number), 1" | tr '\n' ' ')" "7 '007' '7' "
    equal "$(sql -quote "$db" "SELECT DISTINCT run_number FROM logbook_entries")" "'007'"
    equal "$(sql "$db" "SELECT r.run_number FROM RunProductionData p JOIN runs r ON r.id = p.run_id WHERE number_of_files = 1")" 007
}

@test "counts that disagree: not applied, reported, bookmark withheld, the old version stays" {
    two_runs | apply >/dev/null 2>&1
    { record runs '{"experiment":"e1","num":3}'; closed e1 '{"runs":2}'; state e1; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    equal "$output" ""
    says elog-load "e1: not applied" "runs: 1 of 2 records"
    equal "$(sql "$db" "SELECT group_concat(run_number) FROM runs")" "1,2"
    equal "$(sql "$db" "SELECT status, message, completed_at FROM fetches")" \
        "failed|runs: 1 of 2 records arrived|2026-01-01T00:00:00Z"
    # More than were told; and of a stream that was not told at all.
    { two_runs; } | sed 's/"runs":2/"runs":1/' >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-load "runs: 2 of 1 records"
    { record shifts '{"experiment":"e1","_id":"s"}'; closed e1 '{"runs":0}'; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-load "shifts: 1 of 0 records"
    equal "$(sql "$db" "SELECT count(*) FROM shifts")" 0
}

@test "a good fetch after a refused one is taken, and its bookmark given" {
    { record runs '{"experiment":"e1","num":1}'; closed e1 '{"runs":2}'; state e1
      two_runs; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    equal "$output" '{"bookmarks":{"e1":{"fetched_at":"x"}}}'
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 2
    equal "$(sql "$db" "SELECT status FROM fetches")" complete
}

@test "duplicate keys: not applied" {
    { record runs '{"experiment":"e1","num":1}'; record runs '{"experiment":"e1","num":1,"x":1}'
      closed e1 '{"runs":2}'; state e1; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    equal "$output" ""
    equal "${stderr_lines[0]}" "elog-load: line 2: e1: runs: two records with the same num"
    [[ ${stderr_lines[1]} == "elog-load: e1: not applied: "* ]]
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 0
    # One document under two experiments is no duplicate; nor a file in two runs.
    { record runs '{"experiment":"a","num":1}'; record runs '{"experiment":"b","num":1}'
      record files '{"experiment":"a","path":"/f","run_num":1}'; record files '{"experiment":"a","path":"/f","run_num":2}'
      record files '{"experiment":"a","path":"/f"}'
      closed a '{"runs":1,"files":3}'; closed b '{"runs":1}'; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$(sql "$db" "SELECT count(*) FROM files")" 3
}

@test "records without a key, or without an experiment: told by line, not applied" {
    { record runs '{"experiment":"e1","num":1}'
      record runs '{"experiment":"e1","number":2}'
      record runs '{"experiment":"e1","num":null}'
      record runs '{"num":4}'
      closed e1 '{"runs":1}'; state e1
      two_runs | sed s/e1/e2/g; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    equal "$output" '{"bookmarks":{"e2":{"fetched_at":"x"}}}'
    equal "${stderr_lines[0]}" "elog-load: line 2: e1: a record of runs without its num"
    equal "${stderr_lines[1]}" "elog-load: line 3: e1: a record of runs without its num"
    equal "${stderr_lines[2]}" "elog-load: line 4: a record of runs without an experiment"
    [[ ${stderr_lines[3]} == *"e1: not applied: "* ]]
    equal "$(sql "$db" "SELECT group_concat(DISTINCT name) FROM runs JOIN experiments e ON e.id = experiment_id")" e2
}

@test "lines that are no messages: told by number, the rest is taken" {
    { echo hello; echo '[1]'; echo '{}'; echo; echo '   '; printf '\r\n'
      echo '{"type":"RECORD","stream":"runs"}'
      echo '{"type":"RECORD","stream":"runs","record":{"experiment":"e1","num":9,"x":NaN}}'
      printf '{"type":"RECORD","stream":"runs","record":{"x":"\xff"}}\n'
      printf 'a\0b\n'; two_runs; echo '{"type":"STATE"'; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    equal "$(printf '%s\n' "${stderr_lines[@]}" | sed 's/^elog-load: line \([0-9]*\): .*/\1/' | tr '\n' ' ')" "1 2 3 7 8 9 10 15 "
    equal "$output" '{"bookmarks":{"e1":{"fetched_at":"x"}}}'
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 2
}

@test "a torn line: what another writer wrote behind it is taken" {
    { record runs '{"experiment":"dead","num":1}'
      printf '{"type":"RECORD","stream":"runs","record":{"experiment":"dead","num":2,"x":"half'
      two_runs; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    [[ ${stderr_lines[0]} == "elog-load: line 2: "*died* ]]
    [[ ${stderr_lines[1]} == "elog-load: dead: not applied: "*"cut short"* ]]
    [ "${#stderr_lines[@]}" = 2 ]
    equal "$(sql "$db" "SELECT e.name, count(*) FROM runs JOIN experiments e ON e.id = experiment_id GROUP BY 1")" "e1|2"
    equal "$(sql "$db" "SELECT experiment, status FROM fetches ORDER BY 1")" $'dead|failed\ne1|complete'
}

@test "an experiment that is not closed is not applied" {
    two_runs | apply >/dev/null 2>&1
    two_runs | sed 's/"num":2/"num":3/' | head -n 2 >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-load "e1: not applied" "no closing record"
    equal "$(sql "$db" "SELECT group_concat(run_number) FROM runs")" "1,2"
    equal "$(sql "$db" "SELECT status FROM fetches")" failed
}

@test "a bookmark never speaks for records that are not durable" {
    # Its experiment is open still: no closing record came before the STATE.
    { record runs '{"experiment":"e1","num":1}'; state e1; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    equal "$output" ""
    # Another's, in between, is given.
    { record runs '{"experiment":"e1","num":1}'; two_runs | sed s/e1/e2/g; closed e1 '{"runs":1}'; state e1; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$output" $'{"bookmarks":{"e2":{"fetched_at":"x"}}}\n{"bookmarks":{"e1":{"fetched_at":"x"}}}'
}

@test "experiments of several producers, mixed line by line" {
    for i in 1 2 3; do two_runs | sed "s/e1/x$i/g" >"$BATS_TEST_TMPDIR/$i"; done
    paste -d '\n' "$BATS_TEST_TMPDIR"/[123] >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$(sql "$db" "SELECT count(*), count(DISTINCT experiment_id) FROM runs")" "6|3"
}

@test "failed and denied fetches are noted; what was there stays" {
    two_runs | apply >/dev/null 2>&1
    { record runs '{"experiment":"e1","num":7}'
      record fetches '{"experiment":"e1","status":"failed","stream":"runs","http_status":503,"attempts":3,"message":"HTTP 503 after 3 attempts","fetched_at":"2026-02-01T00:00:00Z"}'
      record fetches '{"experiment":"e2","status":"denied","stream":"experiments","http_status":403,"attempts":1,"message":"HTTP 403","fetched_at":"2026-02-01T00:00:00Z"}'
    } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply <"$BATS_TEST_TMPDIR/in"
    says elog-load "0 experiments complete, 1 failed, 1 denied;"
    equal "$(sql "$db" "SELECT group_concat(run_number) FROM runs")" "1,2"
    equal "$(sql "$db" "SELECT experiment, status, stream, http_status, attempts, message, completed_at FROM fetches ORDER BY 1")" \
        $'e1|failed|runs|503|3|HTTP 503 after 3 attempts|2026-01-01T00:00:00Z\ne2|denied|experiments|403|1|HTTP 403|'
    equal "$(sql "$db" "SELECT name FROM experiments")" e1
}

@test "a line of more than 256 MiB is left out" {
    { printf '{"type":"RECORD","stream":"runs","record":{"experiment":"e1","num":3,"x":"'
      head -c 268435456 /dev/zero | tr '\0' x
      printf '"}}\n'; two_runs; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    rm "$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-load "line 1: longer than 256 MiB"
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 2
}

@test "a tap of somebody else: kept whole, said once" {
    {
        echo '{"type":"SCHEMA","stream":"users","schema":{"type":"object"},"key_properties":["id"]}'
        echo '{"type":"RECORD","stream":"users","record":{"id":1,"name":"Ann","n":9007199254740993}}'
        echo '{"type":"RECORD","stream":"users","record":{"id":2,"name":"Bob"},"version":1}'
        echo '{"type":"ACTIVATE_VERSION","stream":"users","version":1}'
        echo '{"type":"SCHEMA","stream":"pairs","schema":{},"key_properties":["a","b"]}'
        echo '{"type":"RECORD","stream":"pairs","record":{"a":"x","b":[1],"c":0}}'
        echo '{"type":"RECORD","stream":"keyless","record":{"z":1}}'
        # A stream that has the name of one of ours, but not our key.
        echo '{"type":"SCHEMA","stream":"runs","schema":{},"key_properties":["uuid"]}'
        echo '{"type":"RECORD","stream":"runs","record":{"uuid":"u1","distance":5}}'
        echo '{"type":"STATE","value":{"users":2}}'
        echo '{"type":"RECORD","stream":"users","record":{"id":1,"name":"Anne"}}'
        echo '{"type":"STATE","value":"done"}'
    } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$output" $'{"users":2}\n"done"'
    equal "$(grep -c 'other_records' <<<"$stderr")" 4
    equal "$(sql "$db" "SELECT * FROM other_records ORDER BY 1, 2")" \
        'keyless|{"z":1}|{"z":1}
pairs|["x",[1]]|{"a":"x","b":[1],"c":0}
runs|u1|{"uuid":"u1","distance":5}
users|1|{"id":1,"name":"Anne"}
users|2|{"id":2,"name":"Bob"}'
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 0
    echo '{"type":"SCHEMA","stream":"users","schema":{},"key_properties":["id"]}
{"type":"RECORD","stream":"users","record":{"name":"x"}}' >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 1
    [[ $stderr == *"line 2: a record of users without its id"* ]]
}

@test "integers beyond 2^53 survive, in parameters and in columns" {
    experiment e1
    put e1 runs '[{"num": 9007199254740993, "params": {"pulse": 9007199254740993, "more": 18446744073709551615}}]'
    put e1 elog '[{"_id": "a", "insert_time": "1", "content": "x", "run_num": 9007199254740993}]'
    put e1 files '[{"path": "/f", "run_num": 9007199254740993, "size": 9223372036854775807}]'
    put e1 workflow_jobs '[{"_id": "j", "run_num": 9007199254740993}]'
    mirror "$db" e1
    equal "$(sql "$db" "SELECT run_number, parameters FROM runs")" \
        '9007199254740993|{"pulse":9007199254740993,"more":18446744073709551615}'
    equal "$(sql "$db" "SELECT parameters ->> 'pulse' FROM runs")" 9007199254740993
    equal "$(sql "$db" "SELECT run_number FROM logbook_entries UNION SELECT run_number FROM files UNION SELECT run_number FROM workflow_jobs")" 9007199254740993
    equal "$(sql "$db" "SELECT size FROM files")" 9223372036854775807
    equal "$(sql "$db" "SELECT total_size_bytes FROM RunProductionData")" 9223372036854775807
}

# ---- the database file ------------------------------------------------------

@test "a newer schema is refused, the file untouched" {
    two_runs | apply >/dev/null 2>&1
    sqlite3 "$db" "INSERT INTO schema_version VALUES (999, '999-future', 'x')"
    before=$(sha256sum "$db")
    two_runs >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply <"$BATS_TEST_TMPDIR/in"
    status_is 1
    equal "$output" ""
    says elog-load "$db" "version 999" "newer elog"
    equal "$(sha256sum "$db")" "$before"
    lone_database "$db"
}

@test "another application's database is refused, untouched" {
    sqlite3 "$db" "CREATE TABLE runs (x); INSERT INTO runs VALUES (1); PRAGMA application_id = 7"
    before=$(sha256sum "$db")
    run --separate-stderr apply </dev/null
    status_is 1
    says elog-load "$db" "another application"
    equal "$(sha256sum "$db")" "$before"
    lone_database "$db"
}

@test "a text file, a directory, a damaged database: refused, untouched" {
    head -c 5000 /dev/zero | tr '\0' 'x' >"$db"
    before=$(sha256sum "$db")
    run --separate-stderr apply </dev/null
    status_is 1
    says elog-load "$db" "not an SQLite database"
    equal "$(sha256sum "$db")" "$before"
    no_file "$BATS_TEST_TMPDIR" 'elog.db?*'
    mkdir "$BATS_TEST_TMPDIR/d"
    run --separate-stderr elog-load "$BATS_TEST_TMPDIR/d" </dev/null
    status_is 1
    says elog-load "$BATS_TEST_TMPDIR/d: "
    rm "$db"
    two_runs | apply >/dev/null 2>&1
    dd if=/dev/zero of="$db" bs=8192 seek=1 count=8 conv=notrunc status=none
    run --separate-stderr apply </dev/null
    status_is 1
    says elog-load "$db: "
}

@test "a directory that cannot be written, or is not there" {
    mkdir -m 555 "$BATS_TEST_TMPDIR/ro"
    run --separate-stderr as_user elog-load "$BATS_TEST_TMPDIR/ro/x.db" </dev/null
    chmod 755 "$BATS_TEST_TMPDIR/ro"
    status_is 1
    says elog-load "$BATS_TEST_TMPDIR/ro/x.db" "Permission denied"
    run --separate-stderr elog-load "$BATS_TEST_TMPDIR/nowhere/x.db" </dev/null
    status_is 1
    says elog-load "$BATS_TEST_TMPDIR/nowhere/x.db" "No such file"
}

@test "a lock that is held: 75, with the holder's process id" {
    mkfifo "$BATS_TEST_TMPDIR/in"
    apply --quiet <"$BATS_TEST_TMPDIR/in" 3>&- &
    holder=$!
    exec 8>"$BATS_TEST_TMPDIR/in"
    wait_for test -s "$db.lock"
    run --separate-stderr apply --wait 0 </dev/null 8>&-
    status_is 75
    says elog-load "$db: process $(cat "$db.lock") is writing it" "try again later"
    exec 8>&-
    wait $holder
    run --separate-stderr apply --quiet </dev/null
    status_is 0
    silent
    # One that a dead process left is no lock.
    echo 99999 >"$db.lock"
    run --separate-stderr apply --quiet </dev/null
    status_is 0
    lone_database "$db"
}

@test "a reader in the middle of it sees the old or the new, and is not disturbed" {
    two_runs | apply >/dev/null 2>&1
    mkfifo "$BATS_TEST_TMPDIR/in"
    apply --quiet <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/states" 3>&- &
    loader=$!
    exec 8>"$BATS_TEST_TMPDIR/in"
    record runs '{"experiment":"e1","num":5}' >&8
    wait_for test -e "$db-wal"
    equal "$(sql "$db" "SELECT group_concat(run_number) FROM runs")" "1,2"
    { closed e1 '{"runs":1}'; state e1; } >&8
    wait_for test -s "$BATS_TEST_TMPDIR/states"
    equal "$(sql "$db" "SELECT group_concat(run_number) FROM runs")" "5"
    exec 8>&-
    wait $loader
    lone_database "$db"
}

@test "any client opens it read-only, from a read-only directory" {
    mkdir "$BATS_TEST_TMPDIR/d"
    two_runs | elog-load "$BATS_TEST_TMPDIR/d/x.db" >/dev/null 2>&1
    chmod 444 "$BATS_TEST_TMPDIR/d/x.db"
    chmod 555 "$BATS_TEST_TMPDIR/d"
    run as_user sqlite3 -readonly "$BATS_TEST_TMPDIR/d/x.db" "SELECT count(*) FROM Run"
    status_is 0
    equal "$output" 2
    run as_user elog-status "$BATS_TEST_TMPDIR/d/x.db"
    status_is 0
    chmod 755 "$BATS_TEST_TMPDIR/d"
}

@test "--backup of a database in a directory that may not be written" {
    mkdir "$BATS_TEST_TMPDIR/d" "$BATS_TEST_TMPDIR/mine"
    two_runs | elog-load "$BATS_TEST_TMPDIR/d/x.db" >/dev/null 2>&1
    chmod 444 "$BATS_TEST_TMPDIR/d/x.db"
    chmod 555 "$BATS_TEST_TMPDIR/d"
    chmod 777 "$BATS_TEST_TMPDIR/mine"
    run --separate-stderr as_user elog-load --backup "$BATS_TEST_TMPDIR/mine/x.db" "$BATS_TEST_TMPDIR/d/x.db"
    status_is 0
    silent
    equal "$(ls "$BATS_TEST_TMPDIR/d")" x.db
    lone_database "$BATS_TEST_TMPDIR/mine/x.db"
    equal "$(sql "$BATS_TEST_TMPDIR/mine/x.db" "SELECT count(*) FROM Run")" 2
    run --separate-stderr as_user elog-load --backup "$BATS_TEST_TMPDIR/mine/x.db" "$BATS_TEST_TMPDIR/d/none.db"
    status_is 1
    says elog-load "none.db: No such file"
    chmod 755 "$BATS_TEST_TMPDIR/d"
}

@test "a name that was misspelt: nothing is left of a database that was made and got nothing" {
    typo=$BATS_TEST_TMPDIR/typo.db
    run --separate-stderr elog-cond set --db "$typo" e1 1 x 5
    status_is 1
    says elog-load "e1: no such experiment"
    no_file "$BATS_TEST_TMPDIR" 'typo*'
    run --separate-stderr elog-load --quiet --drop-empty "$typo" "$BATS_TEST_TMPDIR/none"
    status_is 1
    no_file "$BATS_TEST_TMPDIR" 'typo*'
    # One that was asked for stays, one that was there, and one that got anything.
    elog-load --quiet --drop-empty "$typo" </dev/null
    [ -e "$typo" ]
    run --separate-stderr elog-cond set --db "$typo" e1 1 x 5
    status_is 1
    [ -e "$typo" ]
    rm "$typo"
    run elog-load --drop-empty "$typo" < <(echo 'no JSON'; record metadata '{"key":"k","value":"v"}')
    status_is 1
    equal "$(sql "$typo" "SELECT value FROM metadata WHERE key = 'k'")" v
}

@test "--base: begins as a copy, which is left as it was" {
    two_runs | apply >/dev/null 2>&1
    before=$(sha256sum "$db")
    two_runs | sed s/e1/e2/g >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-load --quiet --base "$db" "$BATS_TEST_TMPDIR/new.db" <"$BATS_TEST_TMPDIR/in"
    status_is 0
    silent
    equal "$(sha256sum "$db")" "$before"
    equal "$(sql "$BATS_TEST_TMPDIR/new.db" "SELECT group_concat(name) FROM experiments")" "e1,e2"
    lone_database "$BATS_TEST_TMPDIR/new.db"
    equal "$(stat -c %a "$BATS_TEST_TMPDIR/new.db")" 600
    # Not over one that is there; not from nothing, nor from a stranger's.
    before=$(sha256sum "$BATS_TEST_TMPDIR/new.db")
    run --separate-stderr elog-load --base "$db" "$BATS_TEST_TMPDIR/new.db" </dev/null
    status_is 1
    says elog-load "$BATS_TEST_TMPDIR/new.db: it exists already"
    equal "$(sha256sum "$BATS_TEST_TMPDIR/new.db")" "$before"
    run --separate-stderr elog-load --base /nonexistent/x.db "$BATS_TEST_TMPDIR/third.db" </dev/null
    status_is 1
    says elog-load "/nonexistent/x.db: No such file"
    sqlite3 "$BATS_TEST_TMPDIR/strange.db" "CREATE TABLE x (y)"
    run --separate-stderr elog-load --base "$BATS_TEST_TMPDIR/strange.db" "$BATS_TEST_TMPDIR/third.db" </dev/null
    status_is 1
    says elog-load "another application"
    no_file "$BATS_TEST_TMPDIR" '*third*'
}

@test "--base: over a link to it, which becomes a file; never over itself" {
    two_runs | apply >/dev/null 2>&1
    ln -s elog.db "$BATS_TEST_TMPDIR/link.db"
    two_runs | sed s/e1/e2/g >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-load --base "$db" "$db" </dev/null
    status_is 2
    says elog-load "$db: it is its own base"
    # What is set while it waits for the base comes along.
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load -q "$db" <"$BATS_TEST_TMPDIR/fifo" >/dev/null 3>&- &
    holder=$!
    exec 5>"$BATS_TEST_TMPDIR/fifo"
    wait_for test -s "$db.lock"
    run --separate-stderr elog-load --wait 0 --base "$db" "$BATS_TEST_TMPDIR/link.db" </dev/null 5>&-
    status_is 75
    [ -L "$BATS_TEST_TMPDIR/link.db" ]
    elog-load -q --base "$db" "$BATS_TEST_TMPDIR/link.db" "$BATS_TEST_TMPDIR/in" 5>&- 3>&- &
    base=$!
    record note '{"id":1}' >&5
    exec 5>&-
    wait "$holder"
    wait "$base"
    [ ! -L "$BATS_TEST_TMPDIR/link.db" ]
    equal "$(sql "$BATS_TEST_TMPDIR/link.db" "SELECT group_concat(name) FROM experiments")" "e1,e2"
    equal "$(sql "$BATS_TEST_TMPDIR/link.db" "SELECT count(*) FROM other_records")" 1
    equal "$(sql "$db" "SELECT group_concat(name) FROM experiments")" "e1"
    # A link to another one is followed.
    ln -s link.db "$BATS_TEST_TMPDIR/other.db"
    run --separate-stderr elog-load --base "$db" "$BATS_TEST_TMPDIR/other.db" </dev/null
    status_is 1
    says elog-load "it exists already"
}

@test "one that waits for a database whose link becomes a file writes to that" {
    two_runs | apply >/dev/null 2>&1
    mv "$db" "$BATS_TEST_TMPDIR/dated.db"
    ln -s dated.db "$db"
    exec 9>"$BATS_TEST_TMPDIR/dated.db.lock"
    flock 9
    elog-cond set --db "$db" e1 1 x 5 9>&- 3>&- &
    setter=$!
    wait_for test -e "$BATS_TEST_TMPDIR/dated.db.queue"
    sleep 0.2
    cp "$BATS_TEST_TMPDIR/dated.db" "$db.new"
    mv "$db.new" "$db"
    exec 9>&-
    wait $setter
    equal "$(sql "$db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 1
    equal "$(sql "$BATS_TEST_TMPDIR/dated.db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 0
}

@test "--backup: a copy while others write, in its place when it is whole" {
    two_runs | apply >/dev/null 2>&1
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load -q "$db" <"$BATS_TEST_TMPDIR/fifo" >"$BATS_TEST_TMPDIR/states" 3>&- &
    holder=$!
    exec 5>"$BATS_TEST_TMPDIR/fifo"
    { two_runs | sed s/e1/e2/g; record runs '{"experiment":"e3","num":1}'; } >&5
    wait_for test -s "$BATS_TEST_TMPDIR/states"
    run --separate-stderr elog-load --backup "$BATS_TEST_TMPDIR/copy.db" "$db" 5>&-
    status_is 0
    silent
    equal "$(sql "$BATS_TEST_TMPDIR/copy.db" "SELECT group_concat(name) FROM experiments")" "e1,e2"
    lone_database "$BATS_TEST_TMPDIR/copy.db"
    closed e3 '{"runs":1}' >&5
    exec 5>&-
    wait $holder
    chmod 640 "$db"
    elog-load --backup "$BATS_TEST_TMPDIR/copy.db" "$db"
    lone_database "$BATS_TEST_TMPDIR/copy.db"
    lone_database "$db"
    equal "$(sql "$BATS_TEST_TMPDIR/copy.db" "SELECT count(*) FROM experiments")" 3
    equal "$(stat -c %a "$BATS_TEST_TMPDIR/copy.db")" 640
    # Not over what is no database of ours, not over itself, not of nothing.
    echo mine >"$BATS_TEST_TMPDIR/mine"
    run --separate-stderr elog-load --backup "$BATS_TEST_TMPDIR/mine" "$db"
    status_is 1
    says elog-load "mine: not an SQLite database"
    equal "$(cat "$BATS_TEST_TMPDIR/mine")" mine
    run --separate-stderr elog-load --backup "$BATS_TEST_TMPDIR/../$(basename "$BATS_TEST_TMPDIR")/elog.db" "$db"
    status_is 1
    says elog-load "itself"
    run --separate-stderr elog-load --backup "$BATS_TEST_TMPDIR/c.db" "$BATS_TEST_TMPDIR/none.db"
    status_is 1
    says elog-load "none.db: No such file"
    [ ! -e "$BATS_TEST_TMPDIR/none.db" ]
    run --separate-stderr elog-load --backup "$BATS_TEST_TMPDIR/c.db" --migrate "$db"
    status_is 2
    # On a full disk nothing of it is left, and the one before stays.
    before=$(sha256sum "$BATS_TEST_TMPDIR/copy.db")
    # shellcheck disable=SC2016 # the inner shell expands them
    run --separate-stderr bash -c 'ulimit -f 60; elog-load --backup "$0" "$1"' "$BATS_TEST_TMPDIR/copy.db" "$db"
    status_is 1
    equal "$(sha256sum "$BATS_TEST_TMPDIR/copy.db")" "$before"
    no_file "$BATS_TEST_TMPDIR" '*tmp[0-9]*'
}

@test "--draft: a database that is not there appears when it is whole, one that is there is written" {
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load -q --draft "$db" <"$BATS_TEST_TMPDIR/fifo" >/dev/null 3>&- &
    load=$!
    exec 5>"$BATS_TEST_TMPDIR/fifo"
    two_runs >&5
    wait_for [ -e "$db.tmp$load" ]
    [ ! -e "$db" ]
    # What is set meanwhile waits for it, and is not lost.
    elog-cond set --db "$db" e1 1 x 5 5>&- 3>&- &
    setter=$!
    wait_for test -e "$db.queue"
    sleep 2.5
    exec 5>&-
    wait "$load"
    wait "$setter"
    equal "$(sql "$db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 1
    two_runs | sed s/e1/e2/g | elog-load -q --draft "$db" >/dev/null
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 4
    lone_database "$db"
}

@test "--new: the database appears when it is whole, and its bookmarks behind it" {
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load --new "$db" <"$BATS_TEST_TMPDIR/fifo" >"$BATS_TEST_TMPDIR/states" 2>"$BATS_TEST_TMPDIR/said" &
    load=$!
    exec 5>"$BATS_TEST_TMPDIR/fifo"
    two_runs >&5
    wait_for [ -e "$db.tmp$load" ]
    sleep 0.5
    [ ! -e "$db" ]
    [ ! -s "$BATS_TEST_TMPDIR/states" ]
    exec 5>&-
    wait "$load"
    equal "$(cat "$BATS_TEST_TMPDIR/states")" '{"bookmarks":{"e1":{"fetched_at":"x"}}}'
    lone_database "$db"
    equal "$(stat -c %a "$db")" 600
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 2
    run --separate-stderr elog-load --new "$db" </dev/null
    status_is 1
    says elog-load "it exists already"
}

@test "--new, stopped or out of room: nothing is left" {
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load --new "$db" <"$BATS_TEST_TMPDIR/fifo" >/dev/null 2>&1 &
    load=$!
    exec 5>"$BATS_TEST_TMPDIR/fifo"
    two_runs >&5
    wait_for [ -e "$db.tmp$load" ]
    kill "$load"
    exec 5>&-
    status=0
    wait "$load" || status=$?
    equal "$status" 143
    no_file "$BATS_TEST_TMPDIR" 'elog.db*tmp*'
    [ ! -e "$db" ]
    two_runs >"$BATS_TEST_TMPDIR/in"
    # shellcheck disable=SC2016 # the inner shell expands them
    run --separate-stderr bash -c 'ulimit -f 100; elog-load -q --new "$0" <"$1"' "$db" "$BATS_TEST_TMPDIR/in"
    status_is 1
    [[ ${stderr_lines[0]} == "elog-load: $db"* ]]
    [ ! -e "$db" ]
    no_file "$BATS_TEST_TMPDIR" 'elog.db*tmp*'
}

@test "--metadata" {
    run --separate-stderr apply --quiet --metadata a=1 --metadata 'b=x=y z' --metadata c= </dev/null
    status_is 0
    equal "$(sql "$db" "SELECT key, value FROM metadata ORDER BY 1")" $'a|1\nb|x=y z\nc|'
    run --separate-stderr apply --metadata novalue </dev/null
    status_is 2
    says elog-load "KEY=VALUE"
}

@test "wrong usage: 2" {
    run --separate-stderr elog-load </dev/null
    status_is 2
    says elog-load "which database"
    run --separate-stderr elog-load --nonsense "$db" </dev/null
    status_is 2
    says elog-load --nonsense
    run --separate-stderr elog-load --expect many "$db" </dev/null
    status_is 2
    [ ! -e "$db" ]
}

@test "stdout full, gone, or closed: what was committed stays" {
    two_runs >"$BATS_TEST_TMPDIR/in"
    # shellcheck disable=SC2016 # expanded by the inner shell
    run --separate-stderr bash -c 'elog-load --quiet "$0" "$1" >/dev/full' "$db" "$BATS_TEST_TMPDIR/in"
    status_is 1
    [[ ${stderr_lines[0]} == "elog-load: stdout: No space left on device" ]]
    lone_database "$db"
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 2
    run --separate-stderr broken_pipe elog-load --quiet "$db" "$BATS_TEST_TMPDIR/in"
    silent
    [ "$output" != 0 ]
    equal "$(sql "$db" 'PRAGMA integrity_check')" ok
    # shellcheck disable=SC2016
    run --separate-stderr bash -c 'elog-load --quiet "$0" "$1" >&-' "$db" "$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-load stdout
    lone_database "$db"
    # A descriptor that is closed is no file of ours that takes its place.
    # shellcheck disable=SC2016
    run --separate-stderr bash -c 'elog-load --quiet "$0" <&-' "$db"
    [[ $stderr != *"line 1"* ]]
    lone_database "$db"
}

# ---- signals ----------------------------------------------------------------

@test "SIGTERM, SIGINT, SIGHUP in the middle: what is complete stays, nothing is left" {
    for signal in TERM INT HUP; do
        rm -f "$db" "$BATS_TEST_TMPDIR/in"
        mkfifo "$BATS_TEST_TMPDIR/in"
        # In the background a shell ignores SIGINT; undo it.
        (exec env --default-signal=INT elog-load "$db" <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/states" 2>"$BATS_TEST_TMPDIR/said" 3>&-) &
        loader=$!
        exec 8>"$BATS_TEST_TMPDIR/in"
        two_runs >&8
        two_runs | sed s/e1/e2/g | head -n 2 >&8
        wait_for test -s "$BATS_TEST_TMPDIR/states"
        kill -"$signal" $loader
        rc=0
        wait $loader || rc=$?
        exec 8>&-
        equal "$rc" $((128 + $(kill -l "$signal")))
        lone_database "$db"
        equal "$(sql "$db" "SELECT name FROM experiments")" e1
        equal "$(sql "$db" "SELECT count(*) FROM runs")" 2
    done
}

@test "SIGKILL at 20 random instants: whole, each experiment old or new, bookmarks true" {
    /usr/bin/python3 - "$BATS_TEST_TMPDIR" <<'END'
import contextlib, json, os, random, shutil, signal, sqlite3, subprocess, sys, threading, time
d = sys.argv[1]
os.chdir(d)

def stream(version):
    with open(f"v{version}", "w", encoding="utf-8") as out:
        for e in range(30):
            name = f"exp{e:02}"
            for run in range(100):
                record = {"experiment": name, "num": run, "params": {"v": version, "pad": "x" * 400}}
                print(json.dumps({"type": "RECORD", "stream": "runs", "record": record}), file=out)
            print(json.dumps({"type": "RECORD", "stream": "fetches", "record": {
                "experiment": name, "status": "complete", "records": {"runs": 100},
                "fetched_at": f"2026-01-0{version}T00:00:00Z"}}), file=out)
            print(json.dumps({"type": "STATE", "value": {"bookmarks": {name: version}}}), file=out)

# The second version comes with a pause behind each experiment: elog-load commits
# before it waits, so that a kill finds some of them old and some new.  It stops behind
# the last experiment but one, so that the kill comes before its end.
def feed(pipe, over):
    with contextlib.suppress(BrokenPipeError), pipe, open("v2", "rb") as lines:
        n = 0
        for line in lines:
            pipe.write(line)
            if b'"STATE"' in line:
                n += 1
                pipe.flush()
                over.wait(600 if n == 29 else 0.02)

# So many bookmarks were told.
def told(n):
    with open("states", "rb") as states:
        return states.read().count(b"\n") >= n

stream(1)
stream(2)
subprocess.run(["elog-load", "--quiet", "old.db", "v1"], check=True, stdout=subprocess.DEVNULL)
mixed = 0
for i in range(20):
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        if os.path.exists("t.db" + suffix):
            os.remove("t.db" + suffix)
    shutil.copy("old.db", "t.db")
    with open("states", "w", encoding="utf-8") as states:
        over = threading.Event()
        p = subprocess.Popen(["elog-load", "--quiet", "t.db"], stdin=subprocess.PIPE, stdout=states)
        feeder = threading.Thread(target=feed, args=(p.stdin, over))
        feeder.start()
        n = random.randrange(29)
        while not told(n):
            assert p.poll() is None, p.returncode
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.03))
        p.send_signal(signal.SIGKILL)
        assert p.wait() == -signal.SIGKILL
        over.set()
        feeder.join()
    with contextlib.closing(sqlite3.connect("t.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = db.execute("""SELECT e.name, count(*), min(r.parameters ->> 'v'), max(r.parameters ->> 'v'),
            (SELECT fetched_at FROM fetches WHERE experiment = e.name)
            FROM runs r JOIN experiments e ON e.id = r.experiment_id GROUP BY 1""").fetchall()
    assert len(rows) == 30
    for name, n, low, high, at in rows:
        assert n == 100 and low == high, (name, n, low, high)
        assert at == f"2026-01-0{low}T00:00:00Z", (name, at, low)
    new = {row[0] for row in rows if row[2] == 2}
    mixed += 0 < len(new) < 30
    names = {name for line in open("states", encoding="utf-8") if line.endswith("\n")
             for name in json.loads(line)["bookmarks"]}
    assert names <= new, names - new
    # And the next one goes on from there.
    if i % 5 == 0:
        subprocess.run(["elog-load", "--quiet", "t.db", "v2"], check=True, stdout=subprocess.DEVNULL)
        with contextlib.closing(sqlite3.connect("t.db")) as db:
            assert db.execute("SELECT count(*), min(parameters ->> 'v') FROM runs").fetchone() == (3000, 2)
        assert [f for f in os.listdir(".") if f.startswith("t.db")] == ["t.db"]
assert mixed >= 3, mixed
END
}

@test "a new database: the first transaction is whole or not at all, also for who reads" {
    python3 - >"$BATS_TEST_TMPDIR/stream" <<'END'
import json
for e in range(40):
    for run in range(200):
        print(json.dumps({"type": "RECORD", "stream": "runs", "record": {
            "experiment": f"exp{e:02}", "num": run, "params": {f"P{i}": run * i for i in range(200)}}}))
    print(json.dumps({"type": "RECORD", "stream": "fetches", "record": {"experiment": f"exp{e:02}",
        "status": "complete", "records": {"runs": 200}, "fetched_at": "2026-01-01T00:00:00Z"}}))
    print(json.dumps({"type": "STATE", "value": {"bookmarks": {f"exp{e:02}": e}}}))
END
    local made=$BATS_TEST_TMPDIR/new.db
    for fraction in 0.3 0.5 0.7 0.9; do
        rm -f "$made"*
        # The pipe stays open: the loader is in the middle of the first transaction, of which
        # much is on disk, for its cache is smaller.
        mkfifo "$BATS_TEST_TMPDIR/pipe.$fraction"
        elog-load -q "$made" <"$BATS_TEST_TMPDIR/pipe.$fraction" >"$BATS_TEST_TMPDIR/states" 3>&- &
        loader=$!
        exec 4>"$BATS_TEST_TMPDIR/pipe.$fraction"
        python3 -c "import sys; t = open(sys.argv[1], 'rb').read(); sys.stdout.buffer.write(t[:int(len(t) * $fraction)])" \
            "$BATS_TEST_TMPDIR/stream" >&4
        kill -KILL "$loader"
        wait "$loader" || true
        exec 4>&-
        runs=$(elog-select --format tsv -v '' "$made" | wc -l)
        [ $((runs % 200)) -eq 0 ]
        [ "$runs" -ge "$((200 * $(grep -c . "$BATS_TEST_TMPDIR/states" || true)))" ]
        equal "$(sql "$made" 'PRAGMA integrity_check')" ok
        equal "$(sql "$made" 'SELECT count(*) FROM runs')" "$runs"
        elog-load -q "$made" "$BATS_TEST_TMPDIR/stream" >/dev/null
        equal "$(sql "$made" 'SELECT count(*) FROM runs')" 8000
        equal "$(sql "$made" 'PRAGMA journal_mode')" delete
        equal "$(cd "$BATS_TEST_TMPDIR" && ls new.db*)" new.db
    done
}

@test "a database has one name: links lead to one lock, and nothing but a file is taken" {
    elog-load -q "$db" </dev/null
    ln -s "$db" "$BATS_TEST_TMPDIR/alias.db"
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load -q "$BATS_TEST_TMPDIR/alias.db" <"$BATS_TEST_TMPDIR/fifo" &
    exec 7>"$BATS_TEST_TMPDIR/fifo"
    wait_for test -s "$db.lock"
    run --separate-stderr elog-load --wait 0 "$db" </dev/null
    exec 7>&-
    wait
    status_is 75
    run --separate-stderr elog-load "" </dev/null
    status_is 2
    says elog-load "empty"
    cd "$BATS_TEST_TMPDIR"
    elog-load -q :memory: </dev/null
    elog-load -q file:x.db </dev/null
    [ -f ":memory:" ] && [ -f "file:x.db" ]
    run --separate-stderr elog-load fifo </dev/null
    status_is 1
    says elog-load "no regular file"
}

@test "streams that passed through other systems: CRLF, a byte order mark" {
    { printf '\xef\xbb\xbf'; record runs '{"experiment":"e1","num":1}'; closed e1 '{"runs":1}'; } |
        sed 's/$/\r/' >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr apply --quiet <"$BATS_TEST_TMPDIR/in"
    status_is 0
    silent
    equal "$(sql "$db" "SELECT run_number FROM runs")" 1
}

@test "a fetch of a status that there is not" {
    run --separate-stderr apply --quiet <<<'{"type":"RECORD","stream":"fetches","record":{"experiment":"e1","status":"foo"}}'
    status_is 1
    says elog-load "line 1" "complete, partial, failed, denied and gone"
    equal "$(sql "$db" "SELECT count(*) FROM fetches")" 0
}

# of_runs: "name:run=value" of all columns of runs, on one line; nothing more is due.
of_runs() {
    sql "$db" "SELECT name || ':' || key || '=' || value FROM run_columns, json_each(data)
        ORDER BY name, CAST(key AS INTEGER)" | tr '\n' ' '
    sql "$db" "SELECT 'due' FROM run_columns_due"
}

@test "what runs have stands in columns, too: changed, gone, renumbered, made here, by any hand" {
    run_of() {
        record runs "{\"experiment\":\"e1\",\"num\":$1,\"begin_time\":\"$2\",\"end_time\":$3,\"type\":\"DATA\"}"
    }
    {
        run_of 1 2026-03-01T12:00:00.25+00:00 null
        run_of 256 2026-03-01T14:00:00+02:00 '"never"'
        closed e1 '{"runs":2}'
    } | elog-load --quiet "$db"
    equal "$(of_runs)" "start_time:1=1772366400250000 start_time:256=1772366400000000 type:1=DATA type:256=DATA "
    # Changed, and renumbered.
    {
        run_of 1 2026-03-01T12:00:01Z '"2026-03-01T12:00:02Z"'
        run_of 3 2026-03-01T12:00:00Z null
        closed e1 '{"runs":2}'
    } | elog-load --quiet "$db"
    equal "$(of_runs)" "end_time:1=1772366402000000 start_time:1=1772366401000000 start_time:3=1772366400000000 type:1=DATA type:3=DATA "
    elog-cond run create e1 7 --start 1970-01-01T00:00:01Z --db "$db"
    elog-cond run remove e1 7 --db "$db"
    # By another hand: what is due is written with the next load.
    sqlite3 "$db" "INSERT INTO runs (experiment_id, run_number, sample) VALUES (1, -1, 'a\"b');
        DELETE FROM runs WHERE run_number = 1; UPDATE runs SET run_number = 4 WHERE run_number = 3"
    equal "$(sql "$db" "SELECT block FROM run_columns_due ORDER BY 1" | tr '\n' ' ')" "-1 0 "
    elog-load --quiet "$db" </dev/null
    equal "$(of_runs)" "sample:-1=a\"b start_time:4=1772366400000000 type:4=DATA "
    # A file of before there were any.
    sqlite3 "$db" "DROP TABLE run_columns; DROP TABLE run_columns_due; DROP TRIGGER runs_added;
        DROP TRIGGER runs_removed; DROP TRIGGER runs_changed; DELETE FROM schema_version WHERE version > 15"
    elog-load --migrate --quiet "$db"
    equal "$(of_runs)" "sample:-1=a\"b start_time:4=1772366400000000 type:4=DATA "
    elog-load --forget e1 --quiet "$db"
    equal "$(of_runs)" ""
}

@test "a file that is no stream is told in a few lines, with its name" {
    experiment e1
    get e1 >"$BATS_TEST_TMPDIR/records"
    seq 5000 >"$BATS_TEST_TMPDIR/other"
    run --separate-stderr elog-load "$db" "$BATS_TEST_TMPDIR/other" "$BATS_TEST_TMPDIR/records" "$BATS_TEST_TMPDIR/other"
    status_is 1
    equal "$(grep -c "other: line [0-9]*: not a message" <<<"$stderr")" 20
    equal "$(grep "more lines" <<<"$stderr")" "elog-load: $BATS_TEST_TMPDIR/other: 4990 more lines, to line 5000, are no messages: is it a stream of records?
elog-load: $BATS_TEST_TMPDIR/other: 4990 more lines, to line 5000, are no messages"
    [[ $stderr == *'1 experiments complete; '* ]]
    # What is between them is taken, and a line of another fault has its own number.
    { seq 20; cat "$BATS_TEST_TMPDIR/records"; seq 3; } | elog-load "$db" 2>"$BATS_TEST_TMPDIR/said" >/dev/null || true
    equal "$(sed -n 's/^elog-load: //p' "$BATS_TEST_TMPDIR/said" | grep -vc '^line [0-9]*: not a message: not an object$')" 2
    grep -q '^elog-load: 10 more lines, to line 20, are no messages: is it a stream of records?$' "$BATS_TEST_TMPDIR/said"
    grep -q "1 experiments complete" "$BATS_TEST_TMPDIR/said"
}

@test "on a terminal a bookmark does not stand behind the progress" {
    experiment e1
    get e1 >"$BATS_TEST_TMPDIR/records"
    run script -qec "elog-load '$db' '$BATS_TEST_TMPDIR/records'" /dev/null </dev/null
    [[ $output == *'{"bookmarks":'* ]]
    [[ $output != *'MB/s{"bookmarks"'* ]]
}
