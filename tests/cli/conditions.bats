#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-load: parameters of runs become conditions, in columns.

load ../lib/common

setup() {
    common_setup
}

# params EXPERIMENT PARAMS...: a run for each object, from 1 on, and their closing record.
params() {
    local experiment=$1 number=0 object
    shift
    for object; do
        number=$((number + 1))
        record runs "{\"experiment\":\"$experiment\",\"num\":$number,\"params\":$object}"
    done
    closed "$experiment" "{\"runs\":$number}"
}

# into: stdin into $db, without a word.
into() {
    run --separate-stderr elog-load --quiet "$db"
    status_is 0
    silent
}

# types: "name type" of all conditions, on one line.
types() {
    sql -separator ' ' "$db" "SELECT name, value_type FROM condition_types ORDER BY name" |
        tr '\n' ';'
}

# values NAME: "experiment.run=value" as SQL literals, on one line.
values() {
    sql "$db" "SELECT e.name || '.' || r.run_number || '=' || quote(c.value)
        FROM conditions c JOIN condition_types t ON t.id = c.type_id
        JOIN runs r ON r.id = c.run_id JOIN experiments e ON e.id = r.experiment_id
        WHERE t.name = '$1' ORDER BY e.name, r.run_number" | tr '\n' ' '
}

@test "each value gets its type, a string that is a number among the numbers" {
    params e1 '{"b":true, "i":7, "f":0.5, "s":"text", "j":[1, {"a": 2}], "o":{},
        "si":"1", "sf":"0.9420", "se":"-1.5E+3", "n":null, "nan":"NaN", "inf":"-Infinity",
        "zero":"-0", "padded":" 1", "leading":"007", "hex":"0x1F", "dot":".5", "empty":"",
        "big":"9007199254740993", "huge":123456789012345678901234567890, "over":1e999}' |
        tr -d '\n' | sed 's/}{"type/}\n{"type/' | into
    equal "$(types)" "b bool;big int;dot string;empty string;f float;hex string;huge float;i int;inf float;j json;leading string;o json;over string;padded string;s string;se float;sf float;si int;zero float;"
    equal "$(values b)$(values i)$(values f)$(values s)" "e1.1=1 e1.1=7 e1.1=0.5 e1.1='text' "
    equal "$(values j)$(values o)" "e1.1='[1,{\"a\":2}]' e1.1='{}' "
    equal "$(values si)$(values sf)$(values se)$(values big)" \
        "e1.1=1 e1.1=0.942 e1.1=-1500.0 e1.1=9007199254740993 "
    equal "$(values n)$(values nan)" ""
    equal "$(values over)$(values leading)" "e1.1='1e999' e1.1='007' "
    equal "$(sql "$db" "SELECT value < -1e308 FROM conditions c JOIN condition_types t
        ON t.id = c.type_id WHERE t.name = 'inf'")" 1
    # The text stays.
    equal "$(sql "$db" "SELECT parameters ->> 'sf' FROM runs")" 0.9420
}

@test "a name gets its dot and its dollar back, however it is escaped" {
    params e1 '{"MFX:DIA:MMS:05\uff0eRBV":1,"a．b＄c":2}' '{"MFX:DIA:MMS:05．RBV":3,"q\"\\é\n":4}' | into
    equal "$(values MFX:DIA:MMS:05.RBV)" "e1.1=1 e1.2=3 "
    # shellcheck disable=SC2016 # the name
    equal "$(values 'a.b$c')" "e1.1=2 "
    equal "$(sql "$db" "SELECT name = 'q\"\\é' || char(10) FROM condition_types WHERE name LIKE 'q%'")" 1
}

@test "what somebody edited wins over the parameter of the same name" {
    {
        record runs '{"experiment":"e1","num":1,"params":{"x":1,"y":2,"x":9},"editable_params":{"x":{"value":"good","modified_by":"bob"},"y":{"value":null},"z":{"value":3},"w":4}}'
        closed e1 '{"runs":1}'
    } | into
    equal "$(types)" "x string;y int;z int;"
    equal "$(values x)$(values y)$(values z)" "e1.1='good' e1.1=2 e1.1=3 "
}

@test "what was edited under a name with dots comes nested" {
    {
        record runs '{"experiment":"e1","num":1,"params":{"a.b":1,"a.c":2},"editable_params":{"a":{"b":{"value":5,"modified_by":"bob"},"d":{"e":{"value":"x"}},"n":7},"f":{"g":{}}}}'
        closed e1 '{"runs":1}'
    } | into
    equal "$(types)" "a.b int;a.c int;a.d.e string;"
    equal "$(values a.b)$(values a.c)$(values a.d.e)" "e1.1=5 e1.1=2 e1.1='x' "
}

@test "a value keeps its kind; the name's type is what they have in common" {
    params e1 '{"a":true,"b":1,"c":"1.50","d":[1],"e":false}' | into
    equal "$(types)" "a bool;b int;c float;d json;e bool;"
    before=$(sql "$db" "SELECT id, data FROM condition_columns ORDER BY id")
    params e2 '{"a":2,"b":2.5,"c":"x","d":"y","e":"z"}' | into
    equal "$(types)" "a int;b float;c mixed;d mixed;e mixed;"
    equal "$(values a)" "e1.1=1 e2.1=2 "
    equal "$(values b)" "e1.1=1 e2.1=2.5 "
    equal "$(values c)" "e1.1=1.5 e2.1='x' "
    equal "$(values d)" "e1.1='[1]' e2.1='y' "
    equal "$(values e)" "e1.1=0 e2.1='z' "
    # What was there is not written anew, and numbers are spelled as they were.
    equal "$(sql "$db" "SELECT id, data FROM condition_columns WHERE experiment_id = 1 ORDER BY id")" "$before"
    equal "$(sql "$db" "SELECT data FROM condition_columns c JOIN condition_types t ON t.id = c.type_id
        WHERE name = 'c' AND experiment_id = 1")" '{"1":1.50}'
    params e3 '{"a":"text","b":"1"}' | into
    equal "$(types)" "a mixed;b float;c mixed;d mixed;e mixed;"
    equal "$(values a)" "e1.1=1 e2.1=2 e3.1='text' "
    # What goes takes its kind with it.
    params e2 '{"c":2}' | into
    params e3 '{"b":1}' | into
    equal "$(types)" "a bool;b int;c float;d json;e bool;"
}

@test "within one stream the order of runs and experiments does not matter" {
    { params e1 '{"a":"x"}' '{"a":1}' '{"a":0.50}'; params e2 '{"b":1}' '{"b":"0.50"}'
        params e3 '{"b":"x"}'; } | into
    equal "$(values a)$(values b)" "e1.1='x' e1.2=1 e1.3=0.5 e2.1=1 e2.2=0.5 e3.1='x' "
    equal "$(types)" "a mixed;b mixed;"
}

@test "only the runs that changed; what vanished goes" {
    params e1 '{"a":1,"b":1}' '{"a":2}' '{"a":3}' | into
    sqlite3 "$db" "CREATE TABLE touched (type_id);
        CREATE TRIGGER add_one AFTER INSERT ON condition_columns
            BEGIN INSERT INTO touched VALUES (new.type_id); END;
        CREATE TRIGGER change_one AFTER UPDATE ON condition_columns
            BEGIN INSERT INTO touched VALUES (new.type_id); END"
    params e1 '{"a":1,"b":1}' '{"a":5,"c":1}' | into
    equal "$(values a)$(values b)$(values c)" "e1.1=1 e1.2=5 e1.1=1 e1.2=1 "
    # Columns in which no value changed are not written.
    equal "$(sql "$db" "SELECT group_concat(name) FROM touched JOIN condition_types ON id = type_id")" a,a,c
    params e1 '{"b":1}' | into
    equal "$(values a)$(values b)$(values c)" "e1.1=1 "
    equal "$(sql "$db" "SELECT count(*) FROM runs")" 1
}

@test "a run that changes twice in one stream keeps its conditions" {
    { params e1 '{"a":1,"b":true}'
        params e1 '{"a":2,"b":false}'
        params e1 '{"a":3,"b":true}'; } | into
    equal "$(values a)$(values b)" "e1.1=3 e1.1=1 "
}

@test "a local value beside those of the logbook keeps its kind, too" {
    { record runs '{"experiment":"e1","num":1,"params":{"a":1.50,"x．y":1.50},"editable_params":{"a":{"value":7.0}}}'
        record runs '{"experiment":"e1","num":2}'
        closed e1 '{"runs":2}'
        record conditions '{"experiment":"e1","run":2,"name":"a","value":"text"}'
        record conditions '{"experiment":"e1","run":2,"name":"x.y","value":"2.5"}'; } | into
    equal "$(values a)" "e1.1=7.0 e1.2='text' "
    equal "$(values x.y)" "e1.1=1.5 e1.2=2.5 "
    equal "$(types)" "a mixed;x.y float;"
}

@test "a blob beside a number" {
    { params e1 '{}' '{}'
        # shellcheck disable=SC2016 # $base64 is JSON
        record conditions '{"experiment":"e1","run":1,"name":"a","value":{"$base64":"AP8="}}'; } | into
    equal "$(types)" "a blob;"
    params e1 '{}' '{"a":5}' | into
    equal "$(values a)" "e1.1=X'00FF' e1.2=5 "
    equal "$(types)" "a mixed;"
}

@test "an experiment that is refused leaves conditions and their types as they were" {
    params e1 '{"a":1}' | into
    dump "$db" >"$BATS_TEST_TMPDIR/before"
    sqlite3 "$db" "CREATE TRIGGER refuse BEFORE UPDATE ON condition_columns WHEN new.data LIKE '%no%'
        BEGIN SELECT RAISE(ABORT, 'no'); END"
    { params e1 '{"a":"no","z":true}'; params e2 '{"a":2,"y":1.5}'; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-load --quiet "$db" "$BATS_TEST_TMPDIR/in"
    status_is 1
    sqlite3 "$db" "DROP TRIGGER refuse"
    equal "$(types)" "a int;y float;"
    equal "$(values a)" "e1.1=1 e2.1=2 "
}

@test "a declared type stays; what does not fit is said and left out" {
    params e1 '{"a":1}' | into
    sqlite3 "$db" "UPDATE condition_types SET declared = 1 WHERE name = 'a';
        INSERT INTO condition_types (name, value_type, declared) VALUES ('f', 'float', 1),
        ('s', 'string', 1), ('b', 'bool', 1), ('j', 'json', 1), ('x', 'blob', 1),
        ('t', 'time', 1)"
    params e2 '{"a":"text"}' '{"a":"2","f":1,"s":1.50,"b":1,"j":1,"x":"bytes","t":"2026-03-01T12:00:00.5+01:00"}' '{"a":2.5,"b":2,"f":"g"}' \
        >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-load --quiet "$db" "$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "${#stderr_lines[@]}" 3
    [[ $stderr == *"elog-load: $db: run 3: a: no int, the type of that condition: left out, as in other runs"* ]]
    equal "$(values a)" "e1.1=1 e2.2=2 "
    equal "$(values f)$(values s)$(values b)$(values j)$(values x)" \
        "e2.2=1.0 e2.2='1.50' e2.2=1 e2.2='1' e2.2=X'6279746573' "
    equal "$(values t)" "e2.2='2026-03-01T12:00:00.5+01:00' "
    equal "$(elog-select --format csv -v f,s,b,j,t -r 2 "$db" | tail -1 | tr -d '\r')" \
        'e2,2,1.0,1.50,True,1,2026-03-01T11:00:00.500000Z'
    equal "$(types)" "a int;b bool;f float;j json;s string;t time;x blob;"
    equal "$(sql "$db" "SELECT parameters ->> 'f' FROM runs WHERE run_number = 3")" g
}

@test "a type that is declared: no value is lost, those that do not fit are not shown" {
    params e1 '{"a":"abc","j":"[1,2]"}' '{"a":1.50}' '{"a":1}' | into
    run --separate-stderr elog-cond type --db "$db" a int
    status_is 0
    equal "${#stderr_lines[@]}" 1
    [[ $stderr == *"a: the logbook has values that are no int: left out" ]]
    equal "$(values a)" "e1.3=1 "
    equal "$(elog-select -v '' 'a is not None' "$db")" $'e1\t3'
    elog-cond type --db "$db" a string
    equal "$(values a)" "e1.1='abc' e1.2='1.50' e1.3='1' "
    equal "$(elog-select "a == '1.50'" "$db")" $'e1\t2\t1.50'
    # The same, whichever comes first.
    elog-cond type --db "$db" j json
    before=$(values j)
    rm "$db"
    elog-cond type --db "$db" j json
    params e1 '{"j":"[1,2]"}' | into
    equal "$(values j)" "$before"
}

@test "a local value is neither overwritten nor removed" {
    params e1 '{"a":1,"b":1}' '{"a":2}' '{"a":3}' | into
    for run in 2 3; do
        elog-cond set --db "$db" --replace e1 $run a 100
    done
    params e1 '{"a":7,"b":7}' '{"a":8,"b":8}' | into
    equal "$(values a)$(values b)" "e1.1=7 e1.2=100 e1.3=100 e1.1=7 e1.2=8 "
    # The third vanished; what the service said of it is gone.
    equal "$(sql "$db" "SELECT run_number, parameters, doc IS NULL FROM runs ORDER BY 1" | tail -1)" "3|{}|1"
    params e1 '{"a":"text"}' | into
    equal "$(values a)" "e1.1='text' e1.2=100 e1.3=100 "
    # One row a run, the local value's, in both views.
    equal "$(sql "$db" "SELECT experiment, run_number, name, value, value_type, set_by IS NULL
        FROM condition_values WHERE name = 'a' ORDER BY run_number")" \
        $'e1|1|a|text|string|1\ne1|2|a|100|int|0\ne1|3|a|100|int|0'
}

@test "a database of before there were conditions gets them when it is next loaded" {
    params e1 '{"a":1,"b":"x"}' '{"a":0.5}' | into
    dump "$db" >"$BATS_TEST_TMPDIR/before"
    age "$db"
    elog-load --quiet --migrate "$db"
    dump "$db" | cmp "$BATS_TEST_TMPDIR/before" -
    equal "$(sql "$db" "SELECT count(*) FROM metadata WHERE key LIKE 'conditions%'")" 0
}

@test "by name and by run the view finds values through an index" {
    params e1 '{"a":1}' | into
    for query in "SELECT * FROM conditions WHERE type_id = 1" "SELECT * FROM conditions WHERE run_id = 1" \
        "SELECT * FROM condition_values WHERE name = 'a' AND value > 99" \
        "SELECT * FROM condition_values WHERE experiment = 'e1' AND run_number = 1"; do
        plan=$(sql "$db" "EXPLAIN QUERY PLAN $query")
        ! grep -E 'SCAN [cr]( |$)' <<<"$plan" || { echo "$query: $plan" >&2; false; }
    done
}

@test "runs in blocks: far apart, below zero, texts" {
    {
        for run in 1 255 256 -1 -256 -257 100000; do
            record runs "{\"experiment\":\"e1\",\"num\":$run,\"params\":{\"a\":$run}}"
        done
        closed e1 '{"runs":7}'
        for run in FoilHole_00004 FoilHole_00005 FoilHole_00104 "a\\\"b\\\\" 7 é; do
            record runs "{\"experiment\":\"e2\",\"num\":\"$run\",\"params\":{\"a\":\"x\"}}"
        done
        record runs '{"experiment":"e2","num":7,"params":{"a":"number"}}'
        closed e2 '{"runs":7}'
    } >"$BATS_TEST_TMPDIR/in"
    into <"$BATS_TEST_TMPDIR/in"
    equal "$(sql "$db" "SELECT group_concat(block) FROM (SELECT block FROM condition_columns WHERE experiment_id = 1 ORDER BY block)")" \
        -2,-1,0,1,390
    equal "$(sql "$db" "SELECT count(*), sum(c.value = r.run_number) FROM conditions c JOIN runs r ON r.id = run_id WHERE experiment_id = 1")" '7|7'
    equal "$(sql "$db" "SELECT count(*), count(DISTINCT run_id) FROM conditions c JOIN runs r ON r.id = run_id WHERE experiment_id = 2")" '7|7'
    equal "$(elog-select -v a "a == 'number'" "$db")" $'e2\t7\tnumber'
    equal "$(elog-select -v '' "a == 'x'" "$db" | wc -l)" 6
    equal "$(elog-select -v '' "a < 0" "$db" | cut -f 2 | paste -sd ' ')" '-257 -256 -1'
    # One of each is taken away, and one comes.
    { sed '/"num":256/d; /"FoilHole_00005"/s/"x"/"y"/; s/"runs":7/"runs":6/' <(head -8 "$BATS_TEST_TMPDIR/in"); } | into
    { sed 1,8d "$BATS_TEST_TMPDIR/in" | sed '/"FoilHole_00005"/s/"x"/"y"/'; } | into
    equal "$(elog-select -v '' "a == 256" "$db" | wc -l)" 0
    equal "$(elog-select -v a "a == 'y'" "$db")" $'e2\tFoilHole_00005\ty'
    equal "$(sql "$db" "SELECT count(*) FROM condition_columns WHERE n = 0 OR data = '{}'")" 0
}

@test "more values than are gathered at a time, and more names than are known" {
    /usr/bin/python3 - >"$BATS_TEST_TMPDIR/in" <<'END'
import json
for run in range(1, 5):
    print(json.dumps({"type": "RECORD", "stream": "runs", "record": {"experiment": "e1", "num": run,
        "params": {"p%d" % i: (i if run < 4 else str(i) + "x") for i in range(40000)}}}))
print(json.dumps({"type": "RECORD", "stream": "fetches", "record": {"experiment": "e1",
    "status": "complete", "records": {"runs": 4}, "fetched_at": "2026-01-01T00:00:00Z"}}))
END
    into <"$BATS_TEST_TMPDIR/in"
    equal "$(sql "$db" "SELECT count(*), count(DISTINCT type_id), min(typeof(value)) FROM conditions")" "160000|40000|integer"
    equal "$(values p39999)" "e1.1=39999 e1.2=39999 e1.3=39999 e1.4='39999x' "
    equal "$(sql "$db" "SELECT DISTINCT value_type FROM condition_types")" mixed
}

@test "names that differ behind a NUL are one" {
    params e1 '{"a\u0000b":1,"a\u0000c":"x","a":3}' '{"a":2}' | into
    equal "$(types)$(values a)" "a int;e1.1=1 e1.2=2 "
}

@test "parameters that are none" {
    params e1 '[1,2]' '"text"' 'null' '7' '{}' '{"":1}' '{"a":{"deep":[[[]]]}}' | into
    equal "$(types)" " int;a json;"
}
