#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run; back-quotes of queries
# elog-select: runs by condition.

load ../lib/common

# The table that RCDB's documentation and tests select from: six runs, seven conditions.
setup() {
    common_setup
    elog-load --quiet "$db" </dev/null
    writable_conditions "$db"
    sqlite3 "$db" <<'EOF'
INSERT INTO experiments (id, name) VALUES (1, 'halld');
INSERT INTO runs (id, experiment_id, run_number, start_time, end_time, type)
    SELECT value * 10, 1, value, '2026-03-0' || value || 'T12:00:00.123456+00:00',
        '2026-03-0' || value || 'T13:00:00.123456+00:00', 'DATA'
    FROM json_each('[1,2,3,4,5,9]');
INSERT INTO condition_types (id, name, value_type) VALUES (1, 'a', 'int'), (2, 'b', 'float'),
    (3, 'c', 'bool'), (4, 'd', 'string'), (5, 'e', 'json'), (6, 'f', 'string'), (7, 'g', 'blob');
INSERT INTO conditions (type_id, run_id, value) VALUES
    (1, 10, 1), (1, 20, 2), (1, 30, 3), (1, 40, 4), (1, 90, 9),
    (2, 10, 1.01), (2, 20, 7.0 / 3), (2, 30, 2.55), (2, 40, 1.64), (2, 50, 2.32), (2, 90, 2.02),
    (3, 10, 0), (3, 20, 1), (3, 30, 1), (3, 40, 1), (3, 50, 0), (3, 90, 1),
    (4, 10, 'haha'), (4, 40, 'hoho'), (4, 50, 'bang'), (4, 90, 'mew'),
    (5, 10, '{"a":1}'), (5, 40, '[1,2,3]'), (5, 90, '[3,2,{"b":5}]'),
    (6, 40, 'my only value'), (7, 50, x'68656c6c6f20776f726c64');
EOF
}

# selects RUNS QUERY [OPTION...]: the runs, with blanks between them.
selects() {
    local runs=$1 query=$2
    shift 2
    run --separate-stderr elog-select "$@" -v '' -- "$query" "$db"
    [ "$status" = 0 ] || printf '%s: %s\n' "$query" "$stderr" >&2
    equal "$query: $(cut -f 2 <<<"$output" | paste -sd ' ')" "$query: $runs"
    silent
}

# rows EXPECTED OPTION... QUERY: the rows as JSON arrays without the experiment.
rows() {
    local expected=$1
    shift
    run --separate-stderr elog-select --format json "$@" "$db"
    status_is 0
    silent
    equal "$(jq -c '[.[]][1:]' <<<"$output" | paste -sd ' ')" "$expected"
}

# refuses QUERY CARET TEXT...: exit 2, one message, the place marked.
refuses() {
    local query=$1 caret=$2 text
    shift 2
    run --separate-stderr elog-select -- "$query" "$db"
    status_is 2
    equal "$output" ""
    equal "${stderr_lines[1]}" "    $query"
    equal "${stderr_lines[2]}" "    $caret"
    equal "${#stderr_lines[@]}" 3
    for text in "elog-select: " "$@"; do
        [[ ${stderr_lines[0]} == *"$text"* ]] || {
            printf "no '%s' in: %s\n" "$text" "$stderr" >&2
            return 1
        }
    done
}

# ---- what RCDB selects from it -----------------------------------------------

@test "RCDB: select_values with a query, from a run on" {
    rows '[2,true,null,null] [9,true,"mew",null]' -r 2- -v c,d,f 'a in [1,2,4,9] and b > 2'
}

@test "RCDB: select_values without a query" {
    rows '[4,4,"hoho"] [5,null,"bang"] [9,9,"mew"]' -r 4- -v a,d
}

@test "RCDB: select_values, last run first" {
    rows '[9,9,"mew"] [5,null,"bang"] [4,4,"hoho"]' -r 4- -v a,d --desc
}

@test "RCDB: select_values of chosen runs, whatever their order" {
    rows '[4,4,"hoho"] [9,9,"mew"]' -r 9,4 -v a,d
}

@test "RCDB: select_runs with a query, from a run on" {
    selects '2 9' 'a in [1,2,4,9] and b > 2' -r 2-
}

@test "RCDB: select_runs of a range" {
    selects '4 5 9' '' -r 4-9
}

@test "RCDB: select_runs by a truth value" {
    selects '2 3 4 9' 'c'
}

@test "RCDB: values of three conditions, missing ones among them" {
    rows '[3,null,3,null] [4,[1,2,3],4,"hoho"] [5,null,null,"bang"]' -r 3-5 -v e,a,d
}

@test "RCDB: one condition" {
    rows '[3,null] [4,[1,2,3]] [5,null]' -r 3-5 -v e
}

@test "RCDB: no run, one run, no condition, mostly missing values" {
    rows '' -r 10-15 -v e,a,d
    rows '[9,null,9]' -r 9- -v f,a
    rows '[5] [9]' -r 5- -v ''
    rows '[3,null] [4,"my only value"] [5,null] [9,null]' -r 3- -v f
}

@test "RCDB: all with a value, last run first" {
    selects '9 4 3 2 1' 'a>0' --desc
    selects '5 4 3' '' -r 3-5 --desc
}

@test "RCDB: three conditions, last run first" {
    rows '[5,null,null,"bang"] [4,[1,2,3],4,"hoho"] [3,null,3,null]' -r 3-5 -v e,a,d --desc
}

@test "RCDB: the examples of its query syntax" {
    sqlite3 "$db" "INSERT INTO condition_types (id, name, value_type) VALUES (20, 'beam_current', 'float'),
            (21, 'run_config', 'string'), (22, 'radiator_id', 'json');
        INSERT INTO conditions (type_id, run_id, value) VALUES (20, 20, 100.5), (20, 30, 79.0), (20, 40, 119.0),
            (21, 20, 'FCAL_BCAL_PS_m7.conf'), (21, 40, 'FCAL.conf'), (22, 20, '[4,5]'), (22, 30, '6');
        INSERT INTO aliases (name, expression) VALUES ('is_production', 'run_config != ''cosmic'' and c')"
    selects '2' "@is_production and 80 < beam_current < 120 and 'BCAL' in run_config"
    selects '2' "@is_production and 120 > beam_current > 80 and 'BCAL' in run_config"
    selects '2' '5 in radiator_id'
    selects '3' 'radiator_id in [5, 6, 12]'
    selects '2' "run_config == 'FCAL_BCAL_PS_m7.conf'"
}

# ---- the language --------------------------------------------------------------

@test "None: a missing value satisfies no comparison, and not does not bring it back" {
    selects '1 2 3 4 9' 'a > 0'
    selects '' 'not (a > 0)'
    selects '1 2 3 4 9' 'a < 0 or not a < 0'
    selects '5' 'a is None'
    selects '1 2 3 4 9' 'a is not None'
    selects '1 2 3 4 9' 'not a is None'
    selects '1 3 4 5 9' "a > 2 or b < 2 or d == 'bang'"
    selects '5' 'a is None and not c'
    selects '' 'a != a'
    selects '1 2 3 4 9' 'a not in []'
    selects '1 2 3 5 9' 'f is None'
    selects '5' '(a + 1) is None'
    selects '2 3' 'd is None'
    selects '1 2 3' 'd is None or not c and a == 1'
}

@test "no answer: division by nothing, roots of what is negative" {
    selects '' 'a / 0 == 1 or a // 0 == 1 or a % 0 == 1'
    selects '3' 'a / 0 == 1 or a == 3'
    selects '1 2 3 4 9' '(a / 0) is None and a > 0'
    selects '' 'math.sqrt(-a) > 0 or not math.sqrt(-a) > 0 or math.log(a - a) < 1'
    selects '' '(0 - a) ** 0.5 > 0'
    selects '' "int('x') == a or not int('x') == a"
}

@test "chains of comparisons" {
    selects '2 3 4' '1 < a <= 4'
    selects '3' '2 < a < 4 == 4'
    selects '3 4' '1 < a > 2 != 9 > a'
    selects '1 2 3 4' '0 < a < a + 1 < 6'
    selects '2 3 4 9' 'a == a == a > 1'
    selects '2 9' '1 < a in [2, 9]'
    selects '1' '(0 < a < 2) == True'
}

@test "precedence is Python's" {
    selects '4' '-a ** 2 == -16'
    selects '2' '2 ** a ** 2 == 16'
    selects '1' '2 ** -a == 0.5'
    selects '3' '1 + a * 2 == 7'
    selects '9' 'a - 4 - 2 == 3'
    selects '4' '16 / a / 2 == 2'
    selects '1 4 9' 'a == 1 or a > 2 and a != 3'
    selects '1 2' 'not a > 2'
    selects '9' 'not a < 3 and not a in [3, 4]'
    selects '4' '(a + 4) * 2 - 1 == 15'
}

@test "arithmetic is Python's" {
    selects '1 3 9' 'a % 2 == 1'
    selects '1 3 9' '-a % 2'
    selects '2' '-a % 3 == 1'
    selects '3 4' '-a // 2 == -2'
    selects '3' 'a / 2 == 1.5'
    selects '2 3' 'a / 2 in [1, 1.5]'
    selects '1 3 9' 'a // 2 < a / 2'
    selects '2 3 4 5 9' 'round(b) in [2, 3] and round(b) >= 2'
    selects '2' 'round(b, 2) == 2.33'
    selects '1 2 3' 'max(a, 3) == 3'
    selects '2 3 4 9' 'min([a, b]) > 1.5'
    selects '4 9' 'math.sqrt(a) in [2, 3]'
    selects '3' 'abs(a - 3) < 0.5'
    selects '3' 'a == 0x3 and a == 0b11 and a == 3.0 and a == 3e0 and a < 1_000'
    selects '1 2 3 4 5 9' 'True + True == 2'
}

@test "functions give what Python's give" {
    # For run 3: a is 3, b is 2.55, d is missing.
    local expressions=('math.sin(b) + math.cos(a) * math.tan(b)' 'math.asin(1/a) - math.acos(1/a) + math.atan(b)'
        'math.sinh(b) - math.cosh(a) / math.tanh(b)' 'math.atan2(-a, b)' 'math.hypot(a, b)' 'math.fmod(-a, b)'
        'math.exp(b) ** -0.5' 'math.log(b)' 'math.log(a, 2)' 'math.log2(a) + math.log10(b)' 'math.pow(a, b)'
        'math.floor(-b)' 'math.ceil(-b)' 'math.trunc(-b)' 'math.fabs(-b)' 'math.degrees(b)' 'math.radians(b)'
        'round(2.5) + round(-3.5)' 'round(2.675, 2)' 'round(1234.5, -2)' 'abs(-b)' 'abs(-9223372036854775807)'
        'int(-b)' "int('-12')" "float('2.5e3')" 'float(a)' 'min(a, b, 7)' 'max([a, b])' 'len(str(b) + str(a))'
        '7 // -2' '-7 % 3' '7.5 % -2' '-7.5 // 2' '2 ** 62 + a' '2 ** 0.5 ** 2' '(-8) ** 3' '0 ** 0'
        'math.pi * math.e - math.tau' 'True + (a > b) * 2' '10 - 4 - 3 * 2 / 4' '-2 ** 4')
    local expression value
    for expression in "${expressions[@]}"; do
        value=$(/usr/bin/python3 -c 'import math, sys; print(repr(eval(sys.argv[1], {"math": math, "a": 3, "b": 2.55})))' "$expression")
        selects 3 "abs(($expression) - ($value)) <= 1e-12 * abs($value)" -r 3
    done
}

@test "functions without an answer are unknown" {
    for expression in 'math.sqrt(-a)' 'math.log(0)' 'math.acos(2)' 'math.exp(1e6)' 'int("1.5")' 'float("nan")' \
        'float("x")' '10.0 ** 400' '0 ** -1' 'math.fmod(a, 0)' 'math.log(a, 1)' "time('x')" 'abs(e)' 'len(e)'; do
        selects 3 "($expression) is None" -r 3
    done
}

@test "integers of 64 bits are exact" {
    sqlite3 "$db" "INSERT INTO condition_types (id, name, value_type) VALUES (30, 'big', 'int');
        INSERT INTO conditions (type_id, run_id, value) VALUES (30, 10, 9007199254740993),
            (30, 20, 9007199254740992), (30, 30, 9223372036854775807), (30, 40, -9223372036854775808)"
    selects '1' 'big == 9007199254740993'
    selects '2' 'big == 9007199254740992.0'
    selects '3' '9223372036854775806 < big < 9223372036854775808'
    selects '4' 'big == -9223372036854775808'
    for format in tsv json; do
        run elog-select --format $format -v big big "$db" # jq would round them
        for number in 9007199254740993 9007199254740992 9223372036854775807 -9223372036854775808; do
            grep -qwF -- "$number" <<<"$output"
        done
    done
}

@test "strings: substrings, both quotes, escapes" {
    selects '1 4' "'h' in d"
    selects '5 9' "'h' not in d"
    selects '4' "'only' in f"
    selects '1' 'd == "haha"'
    selects '1' "d == '\\x68\\u0061\\150a'"
    selects '1 4' "startswith(d, 'h')"
    selects '4 5' "endswith(d, 'ho') or endswith(d, 'ng')"
    selects '1 5' "d < 'hoho'"
    selects '9' 'len(d) == 3'
    selects '1' "d + '!' == 'haha!' and upper(d) == 'HAHA'"
    selects '1 4 5 9' 'd'
    selects '1 4 5 9' "'' in d"
    sqlite3 "$db" "UPDATE conditions SET value = 'it''s \"ü\"' WHERE type_id = 6"
    selects '4' "f == 'it\\'s \"ü\"'"
    selects '4' "len(f) == 8"
}

@test "JSON: membership, length, truth, numbers" {
    selects '4 9' '3 in e'
    selects '4 9' '3.0 in e'
    selects '1 9' '5 not in e and 1 not in e'
    selects '1' "'a' in e"
    selects '1' 'len(e) == 1'
    selects '1 4 9' 'e'
    sqlite3 "$db" "UPDATE condition_types SET declared = 1 WHERE id = 5;
        UPDATE conditions SET value = '\"x\"' WHERE type_id = 5 AND run_id = 10;
        UPDATE conditions SET value = '7' WHERE type_id = 5 AND run_id = 40;
        UPDATE conditions SET value = '[]' WHERE type_id = 5 AND run_id = 90"
    selects '1' "e == 'x'"
    selects '4' 'e > 6'
    selects '9' 'not e'
}

# mixed PARAMS...: an experiment with a run for each object.
mixed() {
    local number=0 object
    rm "$db"
    for object; do
        number=$((number + 1))
        record runs "{\"experiment\":\"e1\",\"num\":$number,\"params\":$object}"
    done >"$BATS_TEST_TMPDIR/in"
    closed e1 "{\"runs\":$number}" >>"$BATS_TEST_TMPDIR/in"
    elog-load --quiet "$db" "$BATS_TEST_TMPDIR/in"
}

@test "a mixed name: each value by its own kind" {
    mixed '{"x":5}' '{"x":"7.5"}' '{"x":"RETRACTED"}' '{"x":true}' '{"x":[1,"a"]}' '{}' '{"x":""}' '{"x":"-Infinity"}'
    selects '2' 'x > 5'
    selects '1 4 8' 'x <= 5'
    selects '2' 'not x <= 5'
    selects '1 2' '1 < x < 8'
    selects '3' "x == 'RETRACTED'"
    # A value of another kind is another value, but neither less nor more.
    selects '1 2 4 5 7 8' "x != 'RETRACTED'"
    selects '3 5 7' "x >= ''"
    selects '1' 'x == 5'
    selects '2 3 4 5 7 8' 'x != 5'
    # A text that spells a number is that number, there and here.
    selects '2' "x == '7.5'"
    selects '2' "x == 7.5"
    selects '1 3 4 5 7 8' "x != '7.50'"
    selects '1 4 7 8' "x < '7.5'"
    selects '1 4 7 8' "'7.5' > x"
    selects '1 3' "x in [5, 'RETRACTED']"
    selects '1 3' "x in ['RETRACTED', '5.0']"
    selects '2 4 5 7 8' "x not in [5, 'RETRACTED', 6]"
    selects '4' 'x == True'
    selects '4' 'x is True'
    selects '6' 'x is None'
    selects '1 2 3 4 5 8' 'x'
    selects '7' 'not x'
    # Functions of texts see the texts, those of numbers the numbers.
    selects '3' "startswith(x, 'RET')"
    selects '3' "'TRACT' in x"
    selects '3' "len(x) == 9"
    selects '3' "lower(x) == 'retracted'"
    selects '2' 'x * 2 == 15 and round(x) == 8'
    selects '1' "str(x) == '5'"
    selects '2' "float(x) == 7.5"
    selects '2' 'max(x, 6) == 7.5'
    selects '1 2 3 4 5 7 8' 'x == x'
    selects '1 2 3 4 5 7 8' 'x <= x'
    rows '[1,5] [2,7.5] [3,"RETRACTED"] [4,true] [5,[1,"a"]] [6,null] [7,""] [8,"-Infinity"]' -v x
    # A local value, and what it takes the place of.
    elog-cond set --db "$db" --replace e1 3 x 100
    elog-cond set --db "$db" --replace e1 2 x gone
    selects '3' 'x > 5'
    selects '2' "x == 'gone'"
}

@test "a comparison that no value of a mixed name can satisfy is an error" {
    mixed '{"t":"a","n":1,"z":1}' '{"t":[1],"n":"x"}'
    refuses 't > 5' '^~~~~' 't has values of the types string, json: none of them can be compared with 5, of type int'
    refuses 't * 2' '^' 't is of type mixed: a number is expected here'
    selects '1' "t == 'a'"
    # As soon as there is a number, it can.
    elog-cond set --db "$db" e1 2 z 'a text'
    selects '1' 'z == 1'
    refuses "n < start_time and time('2026-01-01') < z and t < 5" "$(printf '%46s^~~~~' '')" 't has values'
}

@test "stray texts among numbers do not hide them" {
    mixed $(seq -f '{"x":"%g"}' 1 300) '{"x":"RETRACTED"}'
    equal "$(elog-select -v '' 'x > 5' "$db" | wc -l)" 295
    equal "$(elog-select -v '' 'x > 299 and x != 300' "$db" | wc -l)" 0
}

@test "a blob is there or not" {
    selects '5' 'g'
    selects '1 2 3 4 9' 'g is None'
    selects '5' 'len(g) == 11'
    rows '[5,"aGVsbG8gd29ybGQ="]' -v g g
}

@test "times: bounds of any length, zones, differences" {
    selects '3 4 5 9' "start_time > '2026-03-03'"
    selects '1 2' "start_time < '2026-03-03'"
    selects '2' "'2026-03-02 12:00' < start_time < '2026-03-02T14:01+02:00'"
    selects '2' "start_time == '2026-03-02T12:00:00.123456Z'"
    selects '1 2 3 4 5 9' 'duration == 3600 and end_time - start_time == 3600'
    selects '2' "startswith(str(start_time), '2026-03-02')"
    sqlite3 "$db" "INSERT INTO condition_types (id, name, value_type) VALUES (30, 't', 'time');
        INSERT INTO conditions (type_id, run_id, value) VALUES (30, 10, '2026-03-01T12:00:00Z'),
            (30, 20, '2026-03-02T13:00:00+01:00')"
    selects '1' 't < start_time and t < end_time and t < '"'2026-03-01T12:00:00.1'"
    selects '2' "t == '2026-03-02T12:00:00Z'"
    selects '1 2' 't'
}

@test "what every run has" {
    sqlite3 "$db" "UPDATE runs SET sample = 's1' WHERE id = 20;
        INSERT INTO condition_types (id, name, value_type) VALUES (29, 'DAQ Detector Totals/Events', 'string');
        INSERT INTO conditions (type_id, run_id, value) VALUES (29, 20, 500);
        INSERT INTO files (experiment_id, path, run_number, doc) VALUES (1, '/x', 2, '{\"size\":10}'), (1, '/y', 2, '{\"size\":20}')"
    rows '[2,"DATA","s1",500,2,30]' -v type,sample,event_count,file_count,total_size 'event_count > 400'
    selects '2' "sample == 's1' and type == 'DATA' and file_count == 2 and total_size == 30"
    selects '1 3 4 5 9' 'file_count == 0 and total_size == 0 and event_count is None'
    selects '3' "run == 3 and experiment == 'halld'"
    # What somebody stored of a run counts more, for that run.
    sqlite3 "$db" "INSERT INTO condition_types (id, name, value_type) VALUES (30, 'event_count', 'int');
        INSERT INTO conditions (type_id, run_id, value) VALUES (30, 30, 7)"
    selects '3' 'event_count == 7'
    selects '2' 'event_count == 500'
}

@test "names: of EPICS, in back-quotes, in columns" {
    sqlite3 "$db" "INSERT INTO condition_types (id, name, value_type) VALUES (30, 'MFX:DIA:MMS:05.RBV', 'float'),
            (31, 'DAQ Detector Totals/Events', 'int'), (32, 'odd\`, ''\"; --', 'int');
        INSERT INTO conditions (type_id, run_id, value) VALUES (30, 10, 1.5), (31, 20, 5), (32, 30, 8)"
    selects '1' 'MFX:DIA:MMS:05.RBV > 1'
    selects '2' '`DAQ Detector Totals/Events` == 5'
    selects '3' '`odd``, '"'"'"; --` == 8'
    run elog-select --format json -r 1-3 -v 'DAQ Detector Totals/Events, MFX:DIA:MMS:05.RBV,`odd``, '"'"'"; --`' "$db"
    equal "$(jq -c '[.[]][2:]' <<<"$output" | paste -sd ' ')" '[null,1.5,null] [5,null,null] [null,null,8]'
    equal "$(jq -r 'keys[]' <<<"${lines[0]}" | grep -c odd)" 1
}

@test "aliases: within others, in cycles, unknown, wrong" {
    sqlite3 "$db" "INSERT INTO aliases (name, expression) VALUES ('good', 'c and @heavy'), ('heavy', 'b > 2'),
        ('one', 'not @two'), ('two', 'a or @one'), ('wrong', 'a >')"
    selects '2 3 9' '@good'
    selects '1 4 5' 'not @good'
    run --separate-stderr elog-select '@one' "$db"
    status_is 2
    [[ ${stderr_lines[0]} == "elog-select: @one comes to use itself (in @two)" ]]
    equal "${stderr_lines[1]}" "    a or @one"
    run --separate-stderr elog-select '@wrong' "$db"
    status_is 2
    [[ ${stderr_lines[0]} == *"(in @wrong)" ]]
    refuses 'c and @god' '      ^~~~' 'no alias @god' 'nearest: good'
}

@test "an alias that grows beyond measure is refused" {
    for i in $(seq 1 16); do
        echo "INSERT INTO aliases (name, expression) VALUES ('x$i', '@x$((i - 1)) or @x$((i - 1))');"
    done | sqlite3 "$db"
    sqlite3 "$db" "INSERT INTO aliases (name, expression) VALUES ('x0', 'a')"
    run --separate-stderr elog-select '@x15' "$db"
    status_is 2
    says elog-select "10000 parts"
    selects '1 2 3 4 9' '@x3'
}

@test "errors stand where they are: words, brackets, operators" {
    refuses 'a >' '   ^' 'ends where a value is expected'
    refuses 'a = 1' '  ^' "'=='"
    refuses 'a && c' '  ^~' "'and'"
    refuses '(a > 1' '      ^' 'not closed'
    refuses 'a > 1)' '     ^' 'no counterpart'
    refuses 'a b' '  ^' 'back-quotes'
    refuses "d == 'x" '     ^' 'not closed'
    refuses 'a > 007' '    ^~~' 'leading zeros'
    refuses 'a > 1_' '    ^~' 'no number'
    refuses 'a ? 1' '  ^' 'no meaning'
    refuses 'a in [1, 2' '          ^' 'not closed'
    refuses 'ü > 1 and a >' '             ^' 'ends where'
    refuses 'a is 1' '     ^' "'is' goes with None"
    refuses 'f == None' '^~~~~~~~~' 'f is None'
}

@test "errors of names and types" {
    refuses 'dd > 1' '^~' 'no condition dd' 'nearest: d'
    refuses 'strat_time is None' '^~~~~~~~~~' 'start_time'
    # What is not near is not offered: there are run, True, None.
    refuses 'nosuch > 1' '^~~~~~' 'no condition nosuch; elog-cond ls lists them'
    refuses '@nosuch' '^~~~~~~' 'no alias @nosuch; none is defined'
    refuses 'nosuch(a)' '^~~~~~~~~' 'no function nosuch; elog-query(7) has them all'
    refuses 'c and d > 2.5' '      ^~~~~~~' 'd is a string' "'2.5', in quotes"
    refuses "a == 'x'" '^~~~~~~~' 'int' 'string'
    refuses "5 in d" '^~~~~~' 'cannot be in'
    refuses "a in [1, 'x']" '^~~~~~~~~~~~' 'cannot be compared'
    refuses "'x' in a" '       ^' 'lists, strings and JSON'
    refuses "start_time > 'soon'" '             ^~~~~~' 'no time'
    refuses 'd + 1 == 2' '^' 'a number is expected'
    refuses "start_time > 5" '             ^' '5 is of type int and cannot be compared with a time'
    refuses 'sqr(a) > 1' '^~~~~~' 'no function sqr'
    refuses 'jobs(5) > 1' '^~~~~~~' "a task in quotes: jobs('refine')"
    refuses "d.startswith('h')" '^~~~~~~~~~~~~~~~~' 'startswith(d, ...)'
    refuses 'abs(d) > 1' '    ^' 'abs does not take a string'
    refuses 'abs(a, 2) > 1' '^~~~~~~~~' 'number of arguments'
    refuses '[1, 2]' '^~~~~~' 'no condition by itself'
    refuses 'g == 1' '^~~~~~' 'blob'
}

@test "nothing of a query reaches SQL as a text" {
    refuses "d == 'x'' or 1 = 1 --'" '        ^~~~~~~~~~~~~~' 'an operator is expected'
    selects '' 'd == "x'"'"' OR 1=1; DROP TABLE runs; --"'
    refuses '`a"); DROP TABLE runs; --` > 1' '^~~~~~~~~~~~~~~~~~~~~~~~~~' 'no condition'
    refuses 'a; DROP TABLE runs' ' ^' 'no meaning'
    run --separate-stderr elog-select -v 'a), (SELECT 1' "$db"
    status_is 2
    run --separate-stderr elog-select -e "x' OR '1'='1" "$db"
    status_is 2
    run --separate-stderr elog-select --period "x' OR '1'='1" "$db"
    status_is 2
    run --separate-stderr elog-select -r '1) OR (1' "$db"
    status_is 2
    equal "$(sql "$db" 'SELECT count(*) FROM runs')" 6
}

@test "what is too deep, too long, no UTF-8" {
    run --separate-stderr elog-select "$(printf '%.0s(' $(seq 500))" "$db"
    status_is 2
    [[ ${stderr_lines[0]} == *"nests too deeply"* ]]
    run --separate-stderr elog-select "$(printf '%.0snot ' $(seq 50)) a" "$db"
    status_is 2
    says elog-select 'nests deeper'
    run --separate-stderr elog-select "a $(printf '%.0s+ a ' $(seq 500)) > 1" "$db"
    status_is 2
    says elog-select 'operators'
    run --separate-stderr elog-select $'d == \'\xff\'' "$db"
    status_is 2
    [[ ${stderr_lines[0]} == *"not UTF-8"* ]]
    [[ $stderr != *$'\xff'* ]]
    # A long list is no depth.
    selects '1 2 3 4 9' "a in [$(seq -s , 5000)]"
}

# ---- which runs, in which order --------------------------------------------------

@test "several experiments: by name, then by number, also of texts" {
    sqlite3 "$db" "INSERT INTO experiments (id, name) VALUES (2, 'cosmics');
        INSERT INTO runs (id, experiment_id, run_number) VALUES (200, 2, 10), (201, 2, 9), (202, 2, '007'), (203, 2, 'A1');
        INSERT INTO conditions (type_id, run_id, value) SELECT 1, id, 5 FROM runs WHERE experiment_id = 2"
    run elog-select -v '' 'a == 5 or a == 9' "$db"
    equal "$output" $'cosmics\tA1\ncosmics\t007\ncosmics\t9\ncosmics\t10\nhalld\t9'
    run elog-select -v '' -e 'COSM*' "$db"
    equal "${#lines[@]}" 4
    run elog-select -v '' --desc --limit 2 "$db"
    equal "$output" $'halld\t9\nhalld\t5'
    selects '007 9' 'a == 5' -r 7-9 -e cosmics
    selects 'A1' "run == 'A1'"
    selects '007 9 10' 'run > 6' -e 'c*'
    run --separate-stderr elog-select -e nothing "$db"
    status_is 2
    says elog-select "no experiment matches 'nothing'"
    # Few runs beside many rows: they are found by run, with the same result.
    run elog-select -v '' -e cosmics -r 9 'a == 5' "$db"
    equal "$output" $'cosmics\t9'
}

@test "run periods: of numbers, of times, unknown" {
    sqlite3 "$db" "INSERT INTO run_periods (name, run_min, run_max, start_time, end_time) VALUES
        ('spring', 2, 4, NULL, NULL), ('later', NULL, NULL, '2026-03-04', NULL), ('both', 2, NULL, NULL, '2026-03-04')"
    selects '2 3 4' '' --period spring
    selects '4 5 9' '' --period later
    selects '2 3' '' --period both
    selects '4' 'a > 3' --period spring
    run --separate-stderr elog-select --period sprin "$db"
    status_is 2
    says elog-select "no run period sprin" "nearest: spring"
}

@test "run lists, and what is none" {
    selects '1 3 4 9' '' -r '3-4, 9 ,1'
    selects '5 9' '' -r 5-
    for wrong in x 5-3 1,,2 1- -1 1-2-3 99999999999999999999; do
        [ "$wrong" = 1- ] && continue
        run --separate-stderr elog-select "-r$wrong" "$db"
        status_is 2
        [[ ${stderr_lines[0]} == *"list of runs"* ]]
    done
}

@test "--limit" {
    selects '1 2' '' --limit 2
    selects '' '' --limit 0
    selects '2' 'c' --limit 1
    for wrong in -1 x 1x ''; do
        run --separate-stderr elog-select --limit="$wrong" "$db"
        status_is 2
        says elog-select --limit
    done
}

@test "a condition of several kinds: each value is printed as what it is" {
    {
        record runs '{"experiment":"m1","num":1,"params":{"m":true,"j":[1,{"a":2}],"x":1}}'
        record runs '{"experiment":"m1","num":2,"params":{"m":"text","j":5,"x":1}}'
        record runs '{"experiment":"m1","num":3,"params":{"m":1,"j":"[1]","x":1}}'
        record runs '{"experiment":"m1","num":4,"params":{"x":1}}'
        closed m1 '{"runs":4}'
    } | elog-load --quiet "$db.mixed" >/dev/null
    for query in '' 'x == 1'; do
        equal "$(elog-select --format json -v m,j "$query" "$db.mixed")" \
            '{"experiment":"m1","run":1,"m":true,"j":[1,{"a":2}]}
{"experiment":"m1","run":2,"m":"text","j":5}
{"experiment":"m1","run":3,"m":1,"j":"[1]"}
{"experiment":"m1","run":4,"m":null,"j":null}'
        equal "$(elog-select --format tsv -v m "$query" "$db.mixed")" $'m1\t1\tTrue\nm1\t2\ttext\nm1\t3\t1\nm1\t4\t'
    done
    elog-cond set --db "$db.mixed" --replace m1 2 m false
    elog-cond set --db "$db.mixed" --replace m1 3 m '{"b":1}'
    equal "$(elog-select --format json -v m "m == True or run > 1" "$db.mixed" | jq -c .m)" $'true\nfalse\n{"b":1}\nnull'
}

@test "--explain: the SQL, the values, what is read of which condition" {
    for query in 'a > 1' 'a in [1,2,4,9] and b > 2' 'not c' 'a is None' "a > 1 or 'h' in d" \
        'e is not None and len(e) > 1' 'run > 1 and a < 5' '(a + b) ** 2 > 3 or f is None'; do
        for more in '' '-e halld' '-r 2-3'; do
            # shellcheck disable=SC2086 # options
            run --separate-stderr elog-select --explain $more -v a,b,c,d,e,f,g "$query" "$db"
            status_is 0
            [[ ${lines[0]} == SELECT* ]]
            # All conditions are read as one table, and told one by one.
            equal "$(grep -c '^SCAN c VIRTUAL TABLE' <<<"$output")" 1
            equal "$(grep -cE '^(SEARCH|SCAN)' <<<"$output")" \
                "$(grep -cE '^SCAN c VIRTUAL|^(SEARCH|SCAN) (e|r|json_each)\>' <<<"$output")"
            equal "$(grep -cE '^c\.v[0-6]: [a-g]: [01] columns, ' <<<"$output")" 7
        done
    done
    [[ $output == *'?1 = '* ]]
    # Runs that must have a condition are found by it, and its bounds tell what to pass over.
    run elog-select --explain 'b > 2 and a in [1, 2]' "$db"
    [[ $output == *"FROM elog_values c"*"SCAN c VIRTUAL TABLE INDEX 0:v0> v1="* ]]
    run elog-select --explain -v f 'd' "$db"
    [[ $output != *": a:"* ]]
    # A value that is asked for is never in the text.
    run elog-select --explain "d == 'secret'" "$db"
    [[ ${output%%'?1 ='*} != *secret* ]]
    [[ $output == *"'secret'"* ]]
}

@test "columns by default: those of the query, or the time" {
    run elog-select --format csv 'b > 2.4 and c' "$db"
    equal "${lines[0]}" $'experiment,run,b,c\r'
    run elog-select --format csv "$db"
    equal "${lines[0]}" $'experiment,run,start_time\r'
    run elog-select --format csv -v 'run,a,a,experiment' "$db"
    equal "${lines[0]}" $'experiment,run,a\r'
    run --separate-stderr elog-select -v 'a,' "$db"
    status_is 2
    run --separate-stderr elog-select -v 'a,aa' "$db"
    status_is 2
    equal "${stderr_lines[2]}" '      ^~'
    # More columns than SQLite joins tables.
    seq 100 180 | sed "s/.*/INSERT INTO condition_types (id, name, value_type) VALUES (&, 'n&', 'int'); INSERT INTO conditions (type_id, run_id, value) VALUES (&, 10, &);/" |
        sqlite3 "$db"
    run elog-select --format json -r 1 -v "$(seq -s , -f n%g 100 180)" "$db"
    equal "$(jq '[.[]][2:] | add' <<<"$output")" "$(($(seq -s + 100 180)))"
}

# ---- formats ----------------------------------------------------------------------

hostile() {
    sqlite3 "$db" "UPDATE conditions SET value = 'a,\"b\"' || char(13, 10) || char(9) || 'c\\ ' WHERE type_id = 6;
        UPDATE conditions SET value = '[1,' || char(10) || ' NaN, \"é\"]' WHERE type_id = 5 AND run_id = 40;
        UPDATE conditions SET value = '' WHERE type_id = 4 AND run_id = 40"
}

@test "tsv: escaped, a line a run" {
    hostile
    run elog-select -r 4 -v a,b,c,d,e,f,g "$db"
    equal "$output" $'halld\t4\t4\t1.64\tTrue\t\t[1,  "NaN", "é"]\ta,"b"\\r\\n\\tc\\\\ \t'
}

@test "csv: as RFC 4180, read back by Python" {
    hostile
    elog-select --format csv -r 4-5 -v a,d,e,f "$db" >"$TMPDIR/csv"
    run /usr/bin/python3 -c 'import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline=""), strict=True))))' "$TMPDIR/csv"
    equal "$(jq -c . <<<"$output")" \
        '[["experiment","run","a","d","e","f"],["halld","4","4","","[1,  \"NaN\", \"é\"]","a,\"b\"\r\n\tc\\ "],["halld","5","","bang","",""]]'
    # An empty string is not a missing value.
    [[ $(sed -n 2p "$TMPDIR/csv") == 'halld,4,4,"",'* ]]
}

@test "json: real types, values of JSON, bytes that are no text" {
    hostile
    rows '[4,4,1.64,true,"",[1,"NaN","é"],"a,\"b\"\r\n\tc\\ ",null]' -r 4 -v a,b,c,d,e,f,g
    sqlite3 "$db" "UPDATE conditions SET value = CAST(x'61ff62' AS TEXT) WHERE type_id = 6;
        UPDATE conditions SET value = 'no json' WHERE type_id = 5;
        UPDATE conditions SET value = 9e999 WHERE type_id = 2 AND run_id = 40;
        UPDATE conditions SET value = 2.0 WHERE type_id = 2 AND run_id = 50"
    run elog-select --format json -r 4-5 -v b,e,f "$db"
    equal "${lines[0]}" '{"experiment":"halld","run":4,"b":"Infinity","e":"no json","f":"a\ufffdb"}'
    equal "${lines[1]}" '{"experiment":"halld","run":5,"b":2.0,"e":null,"f":null}'
}

@test "table: aligned, wide characters counted, nothing that a terminal obeys" {
    sqlite3 "$db" "UPDATE conditions SET value = '日本' WHERE type_id = 4 AND run_id = 40;
        UPDATE conditions SET value = 'x' || char(27) || '[2Jy' WHERE type_id = 4 AND run_id = 50"
    run elog-select --format table -r 4- -v a,d,c "$db"
    equal "$output" "experiment  run  a  d       c
----------  ---  -  ------  -----
halld         4  4  日本    True
halld         5     x?[2Jy  False
halld         9  9  mew     True"
    run --separate-stderr elog-select --format xml "$db"
    status_is 2
    says elog-select xml "table, tsv, csv, json"
}

@test "tsv and csv on a terminal: no control character of 7 or of 8 bits" {
    sqlite3 "$db" "UPDATE conditions SET value = 'a' || char(9) || '\' || char(27) || '[2J' || char(155) || '2J' || char(127) || 'ǎ\"' WHERE type_id = 4 AND run_id = 50"
    run terminal 24 "elog-select --format tsv -r 5 -v d '$db'"
    equal "$output" $'halld\t5\ta\\t\\\\?[2J?2J?ǎ"'
    run terminal 24 "elog-select --format csv -r 5 -v d '$db'"
    equal "${lines[1]}" 'halld,5,"a?\?[2J?2J?ǎ"""'
    run elog-select --format tsv -r 5 -v d "$db"
    equal "$output" $'halld\t5\ta\\t\\\\\e[2J\xc2\x9b2J\x7fǎ"'
}

# terminal ROWS COMMAND: run by a shell on a terminal of that many rows.
terminal() {
    local rows=$1
    shift
    script -qec "stty rows $rows cols 80; $*" /dev/null </dev/null | tr -d '\r'
}

@test "on a terminal: a table, and a pager where it is long" {
    export PAGER="sed s/^/paged:/"
    run terminal 24 "elog-select -v a '$db'"
    equal "${lines[0]}" 'experiment  run  a'
    equal "${#lines[@]}" 8
    run terminal 5 "elog-select -v a '$db'"
    equal "${lines[0]}" 'paged:experiment  run  a'
    equal "${#lines[@]}" 8
    run terminal 5 "elog-select -v a '$db' | cat"
    equal "${lines[0]}" $'halld\t1\t1'
    unset PAGER
    run terminal 5 "elog-select -v a '$db'"
    equal "${lines[0]}" 'experiment  run  a'
    # A pager that is left early is no error.
    PAGER=true run terminal 5 "elog-select -v a '$db'; echo status \$?"
    equal "$output" 'status 0'
}

@test "stdout full or gone" {
    # shellcheck disable=SC2016 # expanded by the inner shell
    for format in table tsv csv json; do
        run --separate-stderr bash -c 'elog-select --format "$1" "$0" >/dev/full' "$db" "$format"
        status_is 1
        says elog-select "No space left"
    done
    run --separate-stderr broken_pipe elog-select "$db"
    equal "$output" -13
    silent
}

# ---- databases ----------------------------------------------------------------------

@test "the database: of the configuration, in a directory, alone or behind the query" {
    mkdir "$BATS_TEST_TMPDIR/d"
    cp "$db" "$BATS_TEST_TMPDIR/d/elog.db"
    run elog-select -v '' 'a > 4' "$BATS_TEST_TMPDIR/d"
    equal "$output" $'halld\t9'
    ELOG_DATABASE_DIR=$BATS_TEST_TMPDIR/d run elog-select -v '' 'a > 4'
    equal "$output" $'halld\t9'
    run elog-select -v '' -r 9 "$BATS_TEST_TMPDIR/d"
    equal "$output" $'halld\t9'
    run --separate-stderr elog-select "$BATS_TEST_TMPDIR/nothing.db"
    status_is 1
    says elog-select "nothing.db: No such file"
    run --separate-stderr elog-select a 'b' "$db"
    status_is 2
    says elog-select "is the query in quotes?"
}

@test "a database of an older schema, and none" {
    for version in 2 6; do
        rm "$db"
        old_database $version "$db"
        run --separate-stderr elog-select a "$db"
        status_is 1
        says elog-select "elog-load --migrate $db"
    done
    : >"$BATS_TEST_TMPDIR/empty.db"
    run --separate-stderr elog-select a "$BATS_TEST_TMPDIR/empty.db"
    status_is 1
    says elog-select empty
}

@test "a database that may not be written: file, directory" {
    mkdir "$BATS_TEST_TMPDIR/ro"
    cp "$db" "$BATS_TEST_TMPDIR/ro/elog.db"
    chmod 444 "$BATS_TEST_TMPDIR/ro/elog.db"
    chmod 555 "$BATS_TEST_TMPDIR/ro"
    run --separate-stderr as_user elog-select -v '' 'a > 4' "$BATS_TEST_TMPDIR/ro"
    status_is 0
    equal "$output" $'halld\t9'
    equal "$(ls "$BATS_TEST_TMPDIR/ro")" elog.db
    chmod 755 "$BATS_TEST_TMPDIR/ro"
}

@test "a database that was left in WAL mode, in a directory that may not be written" {
    mkdir "$BATS_TEST_TMPDIR/r o%?"
    sqlite3 "$db" 'PRAGMA journal_mode = WAL' >/dev/null
    cp "$db" "$BATS_TEST_TMPDIR/r o%?/elog.db"
    chmod 555 "$BATS_TEST_TMPDIR/r o%?"
    run --separate-stderr as_user elog-select -v '' 'a > 4' "$BATS_TEST_TMPDIR/r o%?"
    status_is 0
    equal "$output" $'halld\t9'
    chmod 755 "$BATS_TEST_TMPDIR/r o%?"
}

@test "while it is being synced: the state before, also read-only" {
    mkdir "$BATS_TEST_TMPDIR/ro"
    cp "$db" "$BATS_TEST_TMPDIR/ro/elog.db"
    db=$BATS_TEST_TMPDIR/ro/elog.db
    mkfifo "$BATS_TEST_TMPDIR/in"
    elog-load --quiet "$db" <"$BATS_TEST_TMPDIR/in" 3>&- &
    loader=$!
    exec 8>"$BATS_TEST_TMPDIR/in"
    record runs '{"experiment":"e1","num":9}' >&8
    wait_for test -e "$db-wal"
    selects '9' 'a > 4'
    chmod 555 "$BATS_TEST_TMPDIR/ro"
    chmod 444 "$BATS_TEST_TMPDIR/ro"/*
    run --separate-stderr as_user elog-select -v '' 'a > 4' "$db"
    status_is 0
    equal "$output" $'halld\t9'
    chmod 755 "$BATS_TEST_TMPDIR/ro"
    chmod 644 "$BATS_TEST_TMPDIR/ro"/*
    closed e1 '{"runs":1}' >&8
    exec 8>&-
    wait $loader
    run elog-select -v '' 'run == 9' "$db"
    equal "${#lines[@]}" 2
}

@test "--table: a run table of the logbook, its columns, their order and labels" {
    tables=$BATS_TEST_TMPDIR/tables.db
    elog-get --url "file://$sample" mfxl200025 mfxl100023 | elog-load --quiet "$tables" >/dev/null
    run --separate-stderr elog-select --table 'DAQ Detectors' --format table "$tables"
    status_is 0
    equal "${lines[0]}" "experiment  run  Events  Damaged"
    [ "${#lines[@]}" = 10 ]
    run --separate-stderr elog-select --table 'Good runs' --format csv 'run == 5' "$tables"
    equal "${lines[0]%$'\r'}" 'experiment,run,Begin,"Focus, mm",Remark,Jet'
    equal "${lines[1]%$'\r'}" "$(sql "$tables" "SELECT e.name || ',5,' || r.start_time || ',0.6598,\"best run so far, Δt = 1.5 ps\",' || ifnull(r.sample, '')
        FROM runs r JOIN experiments e ON e.id = experiment_id WHERE e.name = 'mfxl200025' AND run_number = 5")"
    # What no run has is an empty column.
    sqlite3 "$tables" "UPDATE run_tables SET doc =
        json_set(doc, '\$.coldefs', json('[{\"label\":\"X\",\"source\":\"params.none such\",\"position\":1}]')) WHERE name = 'Good runs'"
    equal "$(elog-select --table 'Good runs' --format csv 'run == 5' "$tables" | tr -s '\r\n' ' ')" "experiment,run,X mfxl200025,5, "
    run --separate-stderr elog-select --table 'Good run' "$tables"
    status_is 2
    says elog-select "no run table Good run" "Good runs"
    # elog-cond ls does not list them.
    run --separate-stderr elog-select --table nosuch "$tables"
    status_is 2
    says elog-select "no run table nosuch; the table run_tables lists them"
    run --separate-stderr elog-select --table a -v b "$tables"
    status_is 2
    # What a parameter means, as the logbook says.
    equal "$(elog-cond ls --db "$tables" MFX:HFP:MMS:14 | cut -f 2,5)" $'MFX:HFP:MMS:14.RBV\tfocus of the upstream lens, mm'
}
