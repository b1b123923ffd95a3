#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-cond: types and values of conditions, aliases, periods and files of runs.

load ../lib/common

setup() {
    common_setup
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        record runs '{"experiment":"e1","num":1}'
        record runs '{"experiment":"e1","num":2}'
        closed e1 '{"experiments":1,"runs":2}'
        record experiments '{"experiment":"e2","name":"e2"}'
        record runs '{"experiment":"e2","num":"007"}'
        closed e2 '{"experiments":1,"runs":1}'
    } | elog-load --quiet "$db" >/dev/null
}

# mirrored PARAMS [PARAMS]: what the logbook has of the two runs of e1.
mirrored() {
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        record runs "{\"experiment\":\"e1\",\"num\":1,\"params\":$1}"
        record runs "{\"experiment\":\"e1\",\"num\":2,\"params\":${2:-null}}"
        closed e1 '{"experiments":1,"runs":2}'
    } | elog-load --quiet "$db" >/dev/null
}

# What a run has, as TSV.
shown() {
    elog-cond show --db "$db" "$@"
}
# The columns of the log rows that elog-cond wrote.
logged() {
    sql -separator '|' "$db" "SELECT $1 FROM log_records WHERE program = 'elog-cond' ORDER BY id"
}

@test "a value becomes a record, and --db loads it" {
    run --separate-stderr elog-cond set e1 1 x 5
    status_is 0
    silent
    equal "$(jq -c 'select(.type == "RECORD") | [.stream, .record.experiment, .record.run, .record.name, .record.value, .record.set_by]' <<<"$output")" \
        "[\"conditions\",\"e1\",1,\"x\",\"5\",\"$(id -un)\"]"
    elog-load --quiet "$db" <<<"$output" >/dev/null
    run --separate-stderr elog-cond set --db "$db" e1 2 x -6
    status_is 0
    silent
    equal "$output" ""
    equal "$(shown e1 1)" $'x\tint\t5'
    equal "$(shown e1 2)" $'x\tint\t-6'
    equal "$(sql "$db" "SELECT count(*) FROM conditions WHERE set_by = '$(id -un)' AND set_at LIKE '____-__-__T__:__:__Z'")" 2
}

@test "the user is the system's, not the environment's" {
    USER=mallory LOGNAME=mallory elog-cond set --db "$db" e1 1 x 5
    equal "$(logged 'DISTINCT user')" "$(id -un)"
}

@test "types are inferred, and widen as evidence comes" {
    elog-cond set --db "$db" e1 1 b true
    elog-cond set --db "$db" e1 1 j '{"a": [1]}'
    equal "$(shown e1 1)" $'b\tbool\ttrue\nj\tjson\t{"a": [1]}'
    elog-cond set --db "$db" e1 2 b 5
    equal "$(shown e1 1 | head -n 1)" $'b\tbool\ttrue'
    elog-cond set --db "$db" e2 007 b 2.5
    equal "$(shown e2 007)" $'b\tfloat\t2.5'
    equal "$(shown e1 2)" $'b\tint\t5'
    elog-cond set --db "$db" --replace e1 2 b 'a text'
    equal "$(sql "$db" "SELECT quote(value) FROM conditions JOIN condition_types ON id = type_id WHERE name = 'b' ORDER BY run_id")" \
        $'1\n\'a text\'\n2.5'
    equal "$(sql "$db" "SELECT old_value || '-' || new_value FROM log_records WHERE table_name = 'condition_types' AND action = 'update'")" \
        $'bool-int\nint-float\nfloat-mixed'
}

@test "what the logbook wrote keeps its kind beside a text that is set" {
    mirrored '{"p":"0.9420"}'
    elog-cond set --db "$db" e1 2 p 'not measured'
    equal "$(shown e1 1)" $'p\tfloat\t0.942'
}

@test "a declared type is kept, and refuses what does not fit" {
    elog-cond type --db "$db" beam float -d 'mean current, nA'
    elog-cond set --db "$db" e1 1 beam 4
    equal "$(shown e1 1)" $'beam\tfloat\t4.0'
    run --separate-stderr elog-cond set --db "$db" e1 2 beam strong
    status_is 1
    says elog-load 'e1: run 2: beam: "strong" is no float, its declared type'
    equal "$(shown e1 2)" ""
    # A declared type can be declared anew if all local values fit.
    run --separate-stderr elog-cond type --db "$db" beam time
    status_is 1
    says elog-load 'beam: it has values that are no time: 4.0'
    elog-cond type --db "$db" beam string
    equal "$(shown e1 1)" $'beam\tstring\t4.0'
    equal "$(elog-cond ls --db "$db" -l --json 'be*' | jq -c '[.name, .value_type, .declared, .runs, .description]')" \
        '["beam","string",true,1,"mean current, nA"]'
    run --separate-stderr elog-cond type --db "$db" beam number
    status_is 1
    says elog-load "'number' is none of the types"
}

@test "a type that is declared leaves out what the logbook has and does not fit" {
    mirrored '{"p":7}' '{"p":"none"}'
    elog-cond type --db "$db" p int
    equal "$(sql "$db" "SELECT quote(value) FROM conditions")" 7
}

@test "times, blobs and texts in their types" {
    elog-cond type --db "$db" t time
    elog-cond set --db "$db" e1 1 t '2026-03-01 12:00:00.5+01:00'
    printf 'a\0b' >"$BATS_TEST_TMPDIR/blob"
    elog-cond set --db "$db" e1 1 z "@$BATS_TEST_TMPDIR/blob"
    elog-cond set --db "$db" e1 1 at '@@home'
    equal "$(elog-cond show --db "$db" --json e1 1 | jq -c '[.name, .type, .value]')" \
        $'["at","string","@home"]\n["t","time","2026-03-01T11:00:00.500000Z"]\n["z","blob",{"$base64":"YQBi"}]'
    equal "$(shown e1 1 | tail -n 1)" "$(printf 'z\tblob\tsha256:%s' "$(sha256sum "$BATS_TEST_TMPDIR/blob" | cut -d' ' -f1)")"
    run --separate-stderr elog-cond set --db "$db" e1 2 z @/nowhere
    status_is 1
    says elog-cond '/nowhere: No such file'
    run --separate-stderr elog-cond set --db "$db" e1 2 t yesterday
    status_is 1
    says elog-load '"yesterday" is no time'
}

@test "what is set already needs --replace, and the log keeps the old value" {
    mirrored '{"p":"0.9420"}'
    run --separate-stderr elog-cond set --db "$db" e1 1 p 1
    status_is 1
    says elog-load 'e1: run 1: p is 0.942 already (of the logbook): --replace sets it anew'
    elog-cond set --db "$db" e1 1 p 1 --replace
    equal "$(shown e1 1)" $'p\tint\t1'
    run --separate-stderr elog-cond set --db "$db" e1 1 p 2
    status_is 1
    says elog-load "p is 1 already (set by $(id -un))"
    elog-cond set --db "$db" e1 1 p 2 --replace
    equal "$(logged "experiment, run_number, table_name, action, old_value, new_value, message")" \
        $'e1|1|conditions|update|0.942|1|p\ne1|1|conditions|update|1|2|p'
}

@test "a run that is not there, a name that cannot be, no value" {
    while IFS='|' read -r text arguments; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr elog-cond set --db "$db" $arguments
        status_is 1
        says elog-load "$text"
    done <<'END'
e1: there is no run 3|e1 3 x 5
e9: no such experiment|e9 1 x 5
e2: there is no run 7|e2 7 x 5
every run has by itself|e1 1 duration 5
"NaN" is no value|e1 1 x NaN
END
    run --separate-stderr elog-cond set --db "$db" e1 1 $'a\nb' 5
    status_is 1
    says elog-load 'control character'
    run --separate-stderr elog-cond set --db "$db" e1 1 "$(printf 'x%.0s' {1..256})" 5
    status_is 1
    says elog-load 'longer than 255'
    run --separate-stderr elog-cond set e1 1 x $'\xff'
    status_is 2
    says elog-cond 'not UTF-8'
    run --separate-stderr elog-cond type x int -d $'\xff' --db "$db"
    status_is 2
    says elog-cond 'not UTF-8'
    run --separate-stderr elog-cond set e1 1 x --db "$db"
    status_is 2
    says elog-cond 'usage: elog-cond set '
    equal "$(sql "$db" 'SELECT count(*) FROM conditions')" 0
    equal "$(logged 'count(*)')" 0
}

@test "in bulk: TSV and JSON lines; a bad line is named by its number, the rest goes in" {
    run --separate-stderr elog-cond set --db "$db" <<'END'
e1	1	x	5
e1	2	x
e1	3	x	5

{"experiment":"e2","run":"007","name":"x","value":2.5}
{"experiment":"e1","run":2,"name":"note","value":"a\tb"}
{"experiment":"e1","run":2,"name":"blob","value":{"$base64":"YQBi"}}
e1	1	note	c\td\\
e1	1	x	6
END
    status_is 1
    equal "$(grep -c '' <<<"$stderr")" 3
    [[ $stderr == *"elog-cond: line 2: not four fields"* ]]
    [[ $stderr == *"elog-load: line 3: e1: there is no run 3"* ]]
    [[ $stderr == *"elog-load: line 9: e1: run 1: x is 5"*"already"* ]]
    equal "$(elog-cond show --db "$db" --json e1 1 | jq -c '[.name, .value]')" $'["note","c\\td\\\\"]\n["x",5]'
    equal "$(shown e1 2)" "$(printf 'blob\tblob\tsha256:%s\nnote\tstring\ta\\tb' "$(printf 'a\0b' | sha256sum | cut -d' ' -f1)")"
    # What elog-cond prints can be set elsewhere.
    printf '%s\n' '{"experiment":"e1","run":1,"name":"y","value":null}' >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-cond set --db "$db" <"$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-load 'line 1: e1: run 1: y: null is no value'
    run --separate-stderr elog-cond set --db "$db" </dev/null
    status_is 0
}

@test "many values in one pass, in memory that does not grow" {
    {
        record experiments '{"experiment":"big","name":"big"}'
        for ((i = 1; i <= 100; i++)); do
            record runs "{\"experiment\":\"big\",\"num\":$i}"
        done
        closed big '{"experiments":1,"runs":100}'
    } | elog-load -q "$db" >/dev/null
    for ((i = 1; i <= 100; i++)); do
        seq 500 | sed "s/.*/big\t$i\tc&\t&.5/"
    done >"$BATS_TEST_TMPDIR/in"
    # shellcheck disable=SC2016 # expanded by the inner shell
    run bash -c 'ulimit -v 200000; elog-cond set --db "$0" <"$1"' "$db" "$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$(sql "$db" "SELECT count(*) || ' ' || sum(value) FROM conditions")" "50000 12550000.0"
    equal "$(logged 'count(*)')" 50500
    lone_database "$db"
}

@test "aliases: checked by the parser, cycles refused" {
    elog-cond alias --db "$db" hot 'temperature > 300' -d 'above ambient'
    elog-cond alias --db "$db" good '@hot and not dark'
    run --separate-stderr elog-cond alias --db "$db" hot '@good'
    status_is 2
    [[ $stderr == *"@hot comes to use itself"* ]]
    run --separate-stderr elog-cond alias bad 'x >'
    status_is 2
    [[ $stderr == "elog-cond: "*$'\n    x >\n'*'^' ]]
    equal "$output" ""
    run --separate-stderr elog-cond alias --db "$db" bad '@missing'
    status_is 2
    [[ $stderr == *"there is no alias @missing"* ]]
    run --separate-stderr elog-cond alias me '@me'
    status_is 2
    run --separate-stderr elog-cond alias --db "$db" hot 'temperature > 400'
    status_is 1
    says elog-load '@hot is temperature > 300 already: --replace'
    elog-cond alias --db "$db" hot 'temperature > 400' --replace
    elog-cond alias --db "$db" good --rm
    run --separate-stderr elog-cond alias --db "$db" good --rm
    status_is 1
    says elog-load 'there is no alias @good'
    equal "$(elog-cond ls --db "$db")" $'alias\thot\ttemperature > 400\t\t'
    equal "$(logged 'action, old_value, new_value, message')" \
        $'insert||temperature > 300|hot\ninsert||@hot and not dark|good\nupdate|temperature > 300|temperature > 400|hot\ndelete|@hot and not dark||good'
    # A database that is not there yet is made.
    elog-cond alias --db "$BATS_TEST_TMPDIR/new.db" a 'b > 1'
    equal "$(elog-cond ls --db "$BATS_TEST_TMPDIR/new.db")" $'alias\ta\tb > 1\t\t'
}

@test "periods: limits in order, --update and --rm" {
    elog-cond period --db "$db" spring --run-min 10 --run-max 20 --start 2026-03-01 -d 'first beam'
    run --separate-stderr elog-cond period --db "$db" spring --run-min 11
    status_is 1
    says elog-load 'period spring is there already: --update'
    run --separate-stderr elog-cond period --db "$db" spring --update --run-max 9
    status_is 1
    says elog-load 'its first run, 10, is behind its last, 9'
    run --separate-stderr elog-cond period --db "$db" spring --update --end 2026-02-01
    status_is 1
    says elog-load 'starts, 2026-03-01T00:00:00Z, after its end'
    run --separate-stderr elog-cond period --db "$db" other --start soon
    status_is 1
    says elog-load 'times of ISO 8601'
    run --separate-stderr elog-cond period --db "$db" other --run-min 1.5
    status_is 2
    says elog-cond "--run-min: '1.5' is no whole number"
    elog-cond period --db "$db" spring --update --end '2026-04-01 12:00'
    equal "$(elog-cond ls --db "$db" --json | jq -c '[.run_min, .run_max, .start_time, .end_time, .description]')" \
        '[10,20,"2026-03-01T00:00:00Z","2026-04-01T12:00:00Z","first beam"]'
    elog-cond period --db "$db" spring --rm
    for option in --rm --update; do
        run --separate-stderr elog-cond period --db "$db" spring $option
        status_is 1
        says elog-load 'there is no period spring'
    done
    equal "$(logged action)" $'insert\nupdate\ndelete'
}

@test "a run that vanishes from the logbook stays for its files" {
    echo "gain 7" >"$BATS_TEST_TMPDIR/daq.conf"
    elog-cond file --db "$db" e1 2 "$BATS_TEST_TMPDIR/daq.conf"
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        closed e1 '{"experiments":1,"runs":0}'
    } | elog-load --quiet "$db" >/dev/null
    equal "$(sql "$db" "SELECT run_number, r.doc IS NULL FROM runs r JOIN experiments e ON e.id = experiment_id WHERE name = 'e1'")" "2|1"
    elog-cond cat --db "$db" "$(sha256sum "$BATS_TEST_TMPDIR/daq.conf" | cut -d' ' -f1)" | cmp - "$BATS_TEST_TMPDIR/daq.conf"
}

@test "files: a content once, many runs, versions of a path" {
    cd "$BATS_TEST_TMPDIR"
    echo one >daq.conf
    elog-cond file --db "$db" e1 1 daq.conf -d 'the DAQ'
    elog-cond file --db "$db" e1 2 daq.conf --importance 1
    elog-cond file --db "$db" e1 2 daq.conf --importance 1
    echo two >daq.conf
    elog-cond file --db "$db" e1 2 daq.conf
    : >empty
    elog-cond file --db "$db" e2 007 empty
    equal "$(sql "$db" 'SELECT count(*) FROM file_contents')" 3
    equal "$(sql "$db" 'SELECT count(*), count(DISTINCT sha256) FROM run_files')" '4|3'
    one=$(echo one | sha256sum | cut -d' ' -f1)
    equal "$(shown e1 1)" "daq.conf"$'\t'file$'\t'"$one"
    equal "$(shown e1 2 | wc -l)" 2
    equal "$(elog-cond cat --db "$db" "$one")" one
    equal "$(elog-cond cat --db "$db" "${one:0:6}")" one
    equal "$(elog-cond cat --db "$db" e3b0c442 | wc -c)" 0
    run --separate-stderr elog-cond cat --db "$db" 00000000
    status_is 1
    says elog-cond "no file's digits begin with 00000000"
    run --separate-stderr elog-cond cat --db "$db" 12
    status_is 2
    run --separate-stderr elog-cond file --db "$db" e1 9 daq.conf
    status_is 1
    says elog-load 'e1: there is no run 9'
    run --separate-stderr elog-cond file e1 1 nothing
    status_is 1
    says elog-cond 'nothing: No such file'
    equal "$(logged 'count(*)')" 4
    # A record that lies about its content is refused.
    elog-cond file e1 1 daq.conf | sed 's/"content":"[^"]*"/"content":"eHl6"/' >records
    run --separate-stderr elog-load -q "$db" records
    status_is 1
    says elog-load 'its SHA-256 is not that of its content'
}

@test "a sync neither changes nor removes what is local" {
    elog-cond set --db "$db" e1 1 x 5
    elog-cond type --db "$db" p string
    elog-cond period --db "$db" all
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        record runs '{"experiment":"e1","num":1,"params":{"p":"0.9421","x":"7"}}'
        record runs '{"experiment":"e1","num":2}'
        closed e1 '{"experiments":1,"runs":2}' 2026-02-01T00:00:00Z
    } | elog-load --quiet "$db" >/dev/null
    equal "$(shown e1 1 | grep ^x)" $'x\tint\t5'
    equal "$(elog-cond ls --db "$db" all)" $'period\tall\t\t\t'
    equal "$(sql "$db" "SELECT experiment, new_value -> '\$.runs' FROM log_records WHERE action = 'sync' ORDER BY id")" \
        $'e1|2\ne2|1\ne1|1'
    # Nothing new, no row.
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        closed e1 '{"experiments":1}' 2026-02-02T00:00:00Z
    } | elog-load --quiet "$db" >/dev/null
    equal "$(sql "$db" "SELECT count(*) FROM log_records WHERE action = 'sync'")" 3
}

@test "a single value that is refused: of no line" {
    run --separate-stderr elog-cond set --db "$db" nosuch 1 n 5
    status_is 1
    equal "$stderr" "elog-load: nosuch: no such experiment in this database"
    run --separate-stderr elog-cond set --db "$db" < <(printf 'nosuch\t1\tn\t5\n')
    status_is 1
    equal "$stderr" "elog-load: line 1: nosuch: no such experiment in this database"
}

@test "ls: a glob; the configuration's database; a database that is too old" {
    elog-cond type --db "$db" MFX:A float
    elog-cond type --db "$db" MFX:B int
    elog-cond type --db "$db" other int
    equal "$(elog-cond ls --db "$db" 'MFX:*')" $'type\tMFX:A\tfloat\t0\t\ntype\tMFX:B\tint\t0\t'
    # Without a wildcard: anywhere in the name.
    equal "$(elog-cond ls --db "$db" X:)" $'type\tMFX:A\tfloat\t0\t\ntype\tMFX:B\tint\t0\t'
    equal "$(elog-cond ls --db "$db" nothing)" ""
    equal "$(ELOG_DATABASE_PATH=$db elog-cond ls 'o*')" $'type\tother\tint\t0\t'
    run --separate-stderr elog-cond show --db "$db" e1 3
    status_is 1
    says elog-cond 'there is no run 3 of e1'
    rm "$db"
    old_database 3 "$db"
    run --separate-stderr elog-cond ls --db "$db"
    status_is 1
    says elog-cond 'elog-load --migrate'
    run --separate-stderr elog-cond ls --db "$BATS_TEST_TMPDIR/nothing.db"
    status_is 1
    says elog-cond 'No such file'
}

@test "wrong usage" {
    while IFS='|' read -r text arguments; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr elog-cond $arguments
        status_is 2
        says elog-cond "$text"
        equal "$output" ""
    done <<'END'
which of|
'x': none of|x
usage: elog-cond type|type a
usage: elog-cond set|set e1 1 x
no option --rm|ls --rm
no option --importance|set e1 1 x 5 --importance 1
--experiment|parse coda file
NAME and --rm|alias a
--importance: 'x'|file e1 1 f --importance x
END
}

@test "the database is held by another, or cannot be written; stdout full or gone" {
    exec 9>"$db.lock"
    flock 9
    run --separate-stderr elog-cond set --wait 0 --db "$db" e1 1 x 5
    status_is 75
    exec 9>&-
    rm -f "$db.lock"
    yes $'e1\t1\tx\t5' | head -n 300000 >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-cond set --db /nowhere/x.db <"$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-load /nowhere/x.db
    run --separate-stderr bash -c 'elog-cond set e1 1 x 5 >/dev/full'
    status_is 1
    says elog-cond 'No space left'
    run --separate-stderr broken_pipe elog-cond set e1 1 x 5
    equal "$output" -13
    # shellcheck disable=SC2016 # expanded by the inner shell
    run --separate-stderr bash -c 'elog-cond set --db "$0" <&-' "$db"
    status_is 1
}

@test "elog-load is killed behind --db: it is said, and what is there is whole" {
    mkfifo "$BATS_TEST_TMPDIR/in"
    elog-cond set --db "$db" <"$BATS_TEST_TMPDIR/in" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    producer=$!
    exec 8>"$BATS_TEST_TMPDIR/in"
    printf 'e1\t1\tx\t5\n' >&8
    wait_for test -e "$db.lock"
    loader=$(pgrep -P $producer)
    [ -n "$loader" ]
    kill -9 "$loader"
    exec 8>&-
    status=0
    wait $producer || status=$?
    equal "$status" 1
    equal "$(cat "$BATS_TEST_TMPDIR/err")" \
        "elog-cond: elog-load: killed by signal 9: what it had not committed is not in the database"
    equal "$(sqlite3 "$db" 'PRAGMA integrity_check')" ok
    elog-cond set --db "$db" --replace e1 1 x 6
    equal "$(shown e1 1)" $'x\tint\t6'
}

@test "parse: a run log of CODA, and what caget prints" {
    run --separate-stderr elog-cond parse coda "$sample/daq/coda_run.log" --experiment e1 --db "$db"
    status_is 0
    silent
    equal "$(shown e1 2 | cut -f 1,2)" $'component_stats\tjson\ncomponents\tjson\nevent_count\tint\nevio_files_count\tint\nevio_last_file\tstring\nis_valid_run_end\tbool\nrtvs\tjson\nrun_config\tstring\nrun_end_time\ttime\nrun_start_time\ttime\nrun_type\tstring\nsession\tstring\nuser_comment\tstring'
    equal "$(elog-cond show --db "$db" --json e1 2 | jq -c 'select(.name == "component_stats" or .name == "run_end_time") | .value')" \
        $'{"ROCFDC11":{"evt-rate":61,"data-rate":247.699110675808,"evt-number":123999},"ERsoftROC":{"evt-number":123929}}\n"2026-03-01T13:56:01Z"'
    run --separate-stderr elog-cond parse coda "$sample/daq/coda_run.log" --experiment e1 --db "$db" --replace
    status_is 0
    run --separate-stderr elog-cond parse coda "$sample/daq/coda_run.log" --experiment e1 --run 1
    status_is 1
    says elog-cond 'it is of run 2, not of --run 1'
    run --separate-stderr elog-cond parse caget "$sample/daq/caget.txt" --experiment e1 --run 1 --db "$db"
    status_is 1
    says elog-cond 'line 5: not connected'
    equal "$(elog-cond show --db "$db" --json e1 1 | jq -c '[.name, .value]')" \
        $'["MFX:ATT:COM:R_CUR",0.0034]\n["MFX:DIA:MMS:05.RBV",12.5]\n["MFX:GON:WAVE",[1,2.5,-4000]]\n["MFX:SAMPLE:NAME","lysozyme in LCP"]'
    run --separate-stderr elog-cond parse caget "$sample/daq/caget_a.txt" --experiment e1
    status_is 2
    says elog-cond '--run N'
    elog-cond parse caget "$sample/daq/caget_a.txt" --experiment e2 --run 007 --db "$db"
    equal "$(shown e2 007)" $'MFX:DIA:MMS:05.RBV\tfloat\t12.5\nMFX:DIA:MMS:05.RBV.timestamp\ttime\t2026-03-01T12:00:00.123456Z\nMFX:VAC:PUMP\tfloat\t3e-09\nMFX:VAC:PUMP.timestamp\ttime\t2026-03-01T12:00:01Z'
    printf '5\n' | elog-cond parse caget /dev/stdin --names x --experiment e1 --run 1 --db "$db"
    equal "$(shown e1 1 | grep ^x)" $'x\tint\t5'
    # What is no output of caget becomes no conditions.
    printf 'cd /tmp\n[ -e x ] || exit\n' >"$BATS_TEST_TMPDIR/env.sh"
    run --separate-stderr elog-cond parse caget "$BATS_TEST_TMPDIR/env.sh" --experiment e1 --run 1 --db "$db"
    status_is 1
    says elog-cond "env.sh: line 2: '[' is no name of EPICS"
    equal "$(shown e1 1 | grep -c ^cd)" 0
    printf 'A-b_c:d[1]<2>;.VAL$ 1\nX.VAL{"dbnd":{"d":1.5}} 2\n' | elog-cond parse caget /dev/stdin --experiment e1 --run 1 --db "$db"
    equal "$(shown e1 1 | grep -cE '^(A-b_c|X[.]VAL)')" 2
    run --separate-stderr elog-cond parse excel "$sample/daq/caget.txt" --experiment e1 --run 1
    status_is 1
    says elog-cond "'excel': none of the formats coda, caget"
}

@test "the examples of the manual run as they stand" {
    cd "$BATS_TEST_TMPDIR"
    cp "$sample/daq/coda_run.log" .
    echo 'gain 3' >daq.conf
    printf 'e1\t1\tpressure\t3e-9\ne1\t2\tpressure\t4e-9\n' >values.tsv
    awk '/^\.Bd -literal -offset indent/ { inside = examples; next }
        /^\.Ed/ { inside = 0 }
        /^\.Sh/ { examples = /EXAMPLES/ }
        inside { gsub(/\\e/, "\\"); print }' "$root/man/elog-cond.1" >examples
    [ -s examples ]
    run --separate-stderr bash -e examples
    status_is 0
    silent
    [[ $output == *$'beam_current\tfloat\t81.5'* ]]
}

@test "run: one that no logbook has, from its beginning to its end" {
    elog-cond run create e1 5 --start 2026-03-01T12:00:00 --db "$db"
    elog-cond set e1 5 x 1 --db "$db"
    elog-cond run end e1 5 --end 2026-03-01T12:30:00 --db "$db"
    equal "$(elog-select 'duration == 1800' -v x "$db")" $'e1\t5\t1'
    # To say it again is a success and no change; another time is none.
    elog-cond run create e1 5 --start 2026-03-01T12:00:00Z --db "$db"
    elog-cond run end e1 5 --end 2026-03-01T13:30:00+01:00 --db "$db"
    run --separate-stderr elog-cond run end e1 5 --end 2026-03-01T12:31:00 --db "$db"
    status_is 1
    says elog-load 'e1: run 5 ended at 2026-03-01T12:30:00Z already'
    run --separate-stderr elog-cond run create e1 6 --start 2026-03-01 --end 2026-02-01 --db "$db"
    status_is 1
    says elog-load 'e1: run 6: it starts' 'after its end'
    equal "$(sql "$db" "SELECT action || ' ' || run_number || ' ' || new_value FROM log_records WHERE table_name = 'runs' ORDER BY id")" \
        $'insert 5 {"start_time":"2026-03-01T12:00:00Z","end_time":null}\nupdate 5 {"start_time":"2026-03-01T12:00:00Z","end_time":"2026-03-01T12:30:00Z"}'
    # Now, if nothing is said; of an experiment that is made by it.
    elog-cond run create new 1 --db "$db"
    elog-cond run end new 1 --db "$db"
    equal "$(sql "$db" "SELECT count(*) FROM Run WHERE experiment_id = 'new' AND end_time >= start_time
        AND julianday() - julianday(start_time) < 0.1")" 1
    # What is the logbook's is not ours to change, and what is not there does not end.
    for mode in create end remove; do
        run --separate-stderr elog-cond run $mode e1 1 --db "$db"
        if [ $mode = remove ]; then
            status_is 1
        fi
    done
    run --separate-stderr elog-cond run end e1 77 --db "$db"
    status_is 1
    says elog-load 'e1: there is no run 77'
    run --separate-stderr elog-cond run begin e1 77 --db "$db"
    status_is 2
    # A synchronization leaves it alone.
    mirrored '{"p":1}' '{"p":2}'
    equal "$(sql "$db" "SELECT group_concat(run_number) FROM (SELECT run_number FROM runs r JOIN experiments e ON e.id = experiment_id WHERE name = 'e1' ORDER BY 1)")" 1,2,5
    run --separate-stderr elog-cond run create e1 1 --db "$db"
    status_is 1
    says elog-load "e1: run 1 is the logbook's"
    # Removed, but for one that has values.
    elog-cond run remove new 1 --db "$db"
    elog-cond run remove e1 5 --db "$db"
    equal "$(sql "$db" "SELECT count(*) FROM runs r JOIN experiments e ON e.id = experiment_id WHERE name = 'new'")" 0
    equal "$(sql "$db" "SELECT count(*) FROM runs WHERE run_number = 5")" 1
    equal "$(sql "$db" "SELECT count(*) FROM local_runs")" 0
}

@test "parse --create makes the run; --timezone says where its times are of" {
    run --separate-stderr elog-cond parse coda "$sample/daq/coda_run.log" --experiment hd --db "$db"
    status_is 1
    elog-cond parse coda "$sample/daq/coda_run.log" --experiment hd --create --timezone America/New_York --db "$db"
    equal "$(elog-select "experiment == 'hd'" -v duration,evio_files_count,is_valid_run_end,run_config,run_end_time "$db")" \
        $'hd\t2\t1800.0\t5\tTrue\tTRG_COSMIC.conf\t2026-03-01T18:56:01Z'
    # It may be read again.
    elog-cond parse coda "$sample/daq/coda_run.log" --experiment hd --create --replace --timezone -05:00 --db "$db"
    run --separate-stderr elog-cond parse coda "$sample/daq/coda_run.log" --experiment hd --timezone Nowhere --db "$db"
    status_is 2
    says elog-cond "--timezone: 'Nowhere'"
    elog-cond parse caget "$sample/daq/caget_a.txt" --experiment e2 --run 007 --timezone +01:00 --db "$db"
    equal "$(shown e2 007 | grep PUMP.timestamp)" $'MFX:VAC:PUMP.timestamp\ttime\t2026-03-01T11:00:01Z'
}

@test "caget: the mean of several readings; nan is no value" {
    printf 'A 1\nB nan\nA 2\nB 4\nA nan\n' >"$BATS_TEST_TMPDIR/f"
    run --separate-stderr elog-cond parse caget "$BATS_TEST_TMPDIR/f" --experiment e1 --run 1 --db "$db"
    status_is 1
    equal "${#stderr_lines[@]}" 2
    [[ $stderr == *"line 2: nan is no value"* ]]
    equal "$(shown e1 1)" $'A\tfloat\t1.5\nB\tint\t4'
}

@test "what is configured is written without --db; --db - prints" {
    mkdir -p "$HOME/.config/elog"
    echo "database_path: $db" >"$HOME/.config/elog/config.yaml"
    run --separate-stderr elog-cond set e1 1 x 5
    status_is 0
    silent
    equal "$output" ""
    equal "$(elog-cond show e1 1)" $'x\tint\t5'
    run --separate-stderr elog-cond set --db - e1 1 x 6
    status_is 0
    equal "$(jq -c 'select(.type == "RECORD") | .record.value' <<<"$output")" '"6"'
    equal "$(elog-cond show e1 1)" $'x\tint\t5'
    echo "database_dir: $BATS_TEST_TMPDIR" >"$HOME/.config/elog/config.yaml"
    elog-cond set e1 2 x 7
    equal "$(elog-cond show e1 2)" $'x\tint\t7'
    echo "nonsense: 1" >"$HOME/.config/elog/config.yaml"
    run --separate-stderr elog-cond set e1 2 y 7
    status_is 2
}

@test "ls: a word without wildcards is looked for anywhere" {
    for name in beam_current x_beam other; do elog-cond set --db "$db" e1 1 $name 1; done
    equal "$(elog-cond ls --db "$db" beam --json | jq -r .name)" $'beam_current\nx_beam'
    equal "$(elog-cond ls --db "$db" 'beam*' --json | jq -r .name)" beam_current
}

@test "what is set already, set again: a success, and no change" {
    mirrored '{"p":7,"s":"0.50","t":"text"}'
    elog-cond set --db "$db" e1 1 x 5
    rows=$(sql "$db" 'SELECT count(*) FROM log_records')
    for value in "x 5" "x 5.0" "p 7" "s 0.5" "t text"; do
        # shellcheck disable=SC2086 # two words
        run --separate-stderr elog-cond set --db "$db" e1 1 $value
        status_is 0
        silent
    done
    equal "$(sql "$db" 'SELECT count(*) FROM log_records')" "$rows"
    equal "$(sql "$db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 1
    run --separate-stderr elog-cond set --db "$db" e1 1 x 6
    status_is 1
    says elog-load 'x is 5 already'
    run --separate-stderr elog-cond set --db "$db" e1 1 x true
    status_is 1
}

@test "unset: a value, a type, a file; what the logbook has comes back, the log tells" {
    mirrored '{"p":7}'
    elog-cond set --db "$db" --replace e1 1 p 8
    elog-cond set --db "$db" e1 1 x 5
    elog-cond unset --db "$db" e1 1 p
    elog-cond unset --db "$db" value e1 1 x
    equal "$(shown e1 1)" $'p\tint\t7'
    equal "$(logged "action || ' ' || ifnull(old_value, '-') || ' ' || message" | tail -n 2)" $'delete 8 p\ndelete 5 x'
    run --separate-stderr elog-cond unset --db "$db" e1 1 x
    status_is 1
    says elog-load 'e1: run 1: x is not set'
    run --separate-stderr elog-cond unset --db "$db" e1 1 p
    status_is 1
    says elog-load 'p is of the logbook'
    # A type: values are what they are by themselves again; one without values goes.
    elog-cond type --db "$db" p string
    equal "$(elog-cond ls --db "$db" --json p | jq -r .value_type)" string
    elog-cond unset --db "$db" p
    equal "$(elog-cond ls --db "$db" --json p | jq -r .value_type)" int
    elog-cond type --db "$db" none float
    elog-cond type --db "$db" none --rm
    equal "$(elog-cond ls --db "$db" --json none)" ""
    run --separate-stderr elog-cond unset --db "$db" type none
    status_is 1
    says elog-load 'none: nobody has declared its type'
    equal "$(sql "$db" "SELECT count(*) FROM log_records WHERE table_name = 'condition_types' AND action = 'delete'")" 2
    # A file, all versions of it; its content goes with the last.
    echo one >"$BATS_TEST_TMPDIR/f"
    elog-cond file --db "$db" e1 1 "$BATS_TEST_TMPDIR/f"
    elog-cond file --db "$db" e1 2 "$BATS_TEST_TMPDIR/f"
    elog-cond unset --db "$db" file e1 1 "$BATS_TEST_TMPDIR/f"
    equal "$(sql "$db" 'SELECT count(*) FROM run_files')$(sql "$db" 'SELECT count(*) FROM file_contents')" 11
    elog-cond file --db "$db" e1 2 "$BATS_TEST_TMPDIR/f" --rm
    equal "$(sql "$db" 'SELECT count(*) FROM run_files')$(sql "$db" 'SELECT count(*) FROM file_contents')" 00
    run --separate-stderr elog-cond unset --db "$db" file e1 2 "$BATS_TEST_TMPDIR/f"
    status_is 1
    says elog-load 'there is no file'
    for arguments in "" "e1 1" "files e1 1 x" "e1 1 x y"; do
        # shellcheck disable=SC2086 # several words
        run --separate-stderr elog-cond unset --db "$db" $arguments
        status_is 2
    done
}

@test "an experiment goes by its label everywhere" {
    elog-cond run --db "$db" create 'DIA daq 13' 1
    elog-cond set --db "$db" 'DIA daq 13' 1 x 5
    printf 'DIA daq 13\t1\ty\t6\n{"experiment":"DIA daq 13","run":1,"name":"z","value":7}\n' |
        elog-cond set --db "$db"
    equal "$(shown DIA_daq_13 1)" $'x\tint\t5\ny\tint\t6\nz\tint\t7'
    # These, and lines of input, took it as it stood: no such experiment.
    elog-cond unset --db "$db" 'DIA daq 13' 1 x
    elog-cond file --db "$db" 'DIA daq 13' 1 "$0"
    elog-cond file --db "$db" 'DIA daq 13' 1 "$0" --rm
    equal "$(shown DIA_daq_13 1)" $'y\tint\t6\nz\tint\t7'
    equal "$(sql "$db" 'SELECT count(*) FROM run_files')" 0
}

@test "nan is no value; a declared type widens with --force alone" {
    # On 9cc3b6d a nan made a string of a condition, in silence.
    elog-cond set --db "$db" e1 1 x 5
    for value in nan +NaN NAN; do
        run --separate-stderr elog-cond set --db "$db" e1 2 x $value
        status_is 1
        says elog-load 'is no value'
    done
    equal "$(elog-cond ls --db "$db" --json x | jq -r .value_type)" int
    elog-cond type --db "$db" beam float
    elog-cond set --db "$db" e1 1 beam 4
    run --separate-stderr elog-cond set --db "$db" e1 2 beam 8,5
    status_is 1
    says elog-load 'is no float, its declared type: --force widens it'
    elog-cond set --db "$db" --force e1 2 beam 8.5
    equal "$(elog-cond ls --db "$db" --json beam | jq -r .value_type)" float
    elog-cond set --db "$db" --force --replace e1 2 beam 8,5
    equal "$(elog-cond ls --db "$db" --json beam | jq -c '[.value_type, .declared]')" '["string",true]'
    equal "$(shown e1 1 | grep beam)" $'beam\tstring\t4.0'
    equal "$(shown e1 2)" $'beam\tstring\t8,5'
    # Many, too; and a type of texts takes the word.
    printf 'e1\t1\tcount\t3\n' | elog-cond set --db "$db"
    elog-cond type --db "$db" count int
    printf 'e1\t2\tcount\t3.5\n' | elog-cond set --db "$db" --force
    equal "$(elog-cond ls --db "$db" --json count | jq -r .value_type)" float
    elog-cond type --db "$db" word string
    elog-cond set --db "$db" e1 2 word nan
    equal "$(shown e1 2 | grep word)" $'word\tstring\tnan'
}

@test "a text that spells a number which no double holds is a text, wherever it is read" {
    elog-cond set e1 1 big 1e400 --db "$db"
    equal "$(elog-select -v big --format json "big < 'zzz'" "$db" | jq -c .big)" '"1e400"'
    equal "$(elog-select -v big "big == '1e400'" "$db")" $'e1\t1\t1e400'
    elog-cond set e1 2 big 5 --db "$db"
    equal "$(elog-select -v big 'big > 4' "$db")" $'e1\t2\t5'
    equal "$(elog-select -v big 'big == math.inf' "$db")" ''
    equal "$(elog-select -v big "big == '1e400'" "$db")" $'e1\t1\t1e400'
    elog-cond set e1 1 big Infinity --replace --db "$db"
    equal "$(elog-select -v big 'big > 1e308' "$db")" $'e1\t1\tInfinity'
}
