#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2030,SC2031 # variables of common.bash and of run; bats has subshells
# Databases of an older schema, and the log.

load ../lib/common

setup() {
    common_setup
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        record runs '{"experiment":"e1","num":1}'
        closed e1 '{"experiments":1,"runs":1}'
    } | elog-load --quiet "$db" >/dev/null
}

@test "elog-status says what is pending, --migrate does it, with a copy first" {
    newest=$(elog-status --json "$db" | jq .schema_version)
    equal "$(elog-status --json "$db" | jq .schema_pending)" null
    age "$db"
    equal "$(elog-status --json "$db" | jq -c '[.schema_version, (.schema_pending | split(" ") | .[:2])]')" \
        '[2,["003-conditions","004-local"]]'
    sum=$(sqlite3 "$db" .dump | sha256sum)
    run --separate-stderr elog-load --migrate "$db" </dev/null
    status_is 0
    says elog-load "$db: schema brought to version $newest; as it was: $db.bak-v2"
    equal "$(elog-status --json "$db" | jq -c '[.schema_version, .schema_pending]')" "[$newest,null]"
    equal "$(sqlite3 "$db.bak-v2" .dump | sha256sum)" "$sum"
    equal "$(stat -c %a "$db.bak-v2")" 600
    # Up to date: nothing to copy, nothing to say.
    run --separate-stderr elog-load --migrate "$db"
    status_is 0
    silent
    equal "$(ls "$BATS_TEST_TMPDIR"/elog.db*)" "$db"$'\n'"$db.bak-v2"
}

@test "a load migrates too; a copy that is there is never overwritten" {
    age "$db"
    echo mine >"$db.bak-v2"
    elog-load --quiet "$db" </dev/null
    equal "$(cat "$db.bak-v2")" mine
    equal "$(elog-status --json "$db.bak-v2.2" | jq .schema_version)" 2
    equal "$(elog-status --json "$db" | jq .runs)" 1
}

@test "no copy, no migration; none of a database that is begun as a copy" {
    age "$db"
    as_user mkdir -m 700 "$BATS_TEST_TMPDIR/d"
    mv "$db" "$BATS_TEST_TMPDIR/d/elog.db"
    moved=$BATS_TEST_TMPDIR/d/elog.db
    size=$(stat -c %s "$moved")
    # shellcheck disable=SC2016 # expanded by the inner shell
    run --separate-stderr bash -c 'ulimit -f 40; elog-load --migrate "$0"' "$moved"
    status_is 1
    [[ $stderr == *"not migrated, for it cannot be copied first"* ]]
    equal "$(elog-status --json "$moved" | jq .schema_version)" 2
    equal "$(stat -c %s "$moved")" "$size"
    no_file "$BATS_TEST_TMPDIR/d" '*.bak*'
    elog-load --quiet --base "$moved" "$BATS_TEST_TMPDIR/new.db" </dev/null
    equal "$(elog-status --json "$moved" | jq .schema_version)" 2
    no_file "$BATS_TEST_TMPDIR" '*.bak*'
}

@test "--migrate of nothing, and of what is not ours" {
    run --separate-stderr elog-load --migrate "$BATS_TEST_TMPDIR/none.db"
    status_is 1
    says elog-load 'No such file'
    no_file "$BATS_TEST_TMPDIR" none.db
    sqlite3 "$BATS_TEST_TMPDIR/x.db" 'CREATE TABLE t (x)'
    run --separate-stderr elog-load --migrate "$BATS_TEST_TMPDIR/x.db"
    status_is 1
    says elog-load 'another application'
    run --separate-stderr elog-load --migrate "$db" records
    status_is 2
}

@test "the log: newest rows, oldest first; text and objects" {
    for value in 1 2 3; do
        elog-cond set --db "$db" --replace e1 1 x $value
    done
    run --separate-stderr elog-status --log "$db"
    status_is 0
    silent
    equal "$(wc -l <<<"$output")" 5
    equal "$(elog-status --log 2 "$db" | cut -f 2-)" \
        "$(printf '%s\telog-cond\te1\t1\tconditions\tupdate\tx\t1\t2\n%s\telog-cond\te1\t1\tconditions\tupdate\tx\t2\t3' "$(id -un)" "$(id -un)")"
    equal "$(elog-status --log --json "$db" 2>&1 | jq -c '[.action, .run_number, .old_value, .new_value]')" \
        $'["sync",null,null,"{\\"experiments\\":1,\\"runs\\":1}"]\n["insert",null,null,"int"]\n["insert",1,null,"1"]\n["update",1,"1","2"]\n["update",1,"2","3"]'
    run --separate-stderr elog-status --log --failed "$db"
    status_is 2
    age "$db"
    run --separate-stderr elog-status --log "$db"
    status_is 1
    says elog-status 'elog-load --migrate'
}

@test "a step that came into the source behind a later one is not passed over" {
    step=$BATS_TEST_DIRNAME/../../common/sql/migrations/012-sites.sql
    # As whoever was up to date before it came has it: the later ones, and not this.
    sqlite3 "$db" "DELETE FROM schema_version WHERE version = 12
        $(sed -nE 's/^CREATE (TABLE|VIEW|TRIGGER) ([a-z_]+).*/; DROP \1 IF EXISTS \2/p' "$step" | tac)"
    equal "$(elog-status --json "$db" | jq -r .schema_pending)" 012-sites
    newest=$(elog-status --json "$db" | jq .schema_version)
    elog-load --quiet --migrate "$db"
    equal "$(elog-status --json "$db" | jq -c '[.schema_version, .schema_pending]')" "[$newest,null]"
    equal "$(sqlite3 "$db" 'SELECT count(*) FROM hash_records')" 0
    equal "$(sqlite3 "$db.bak-v$newest" 'SELECT count(*) FROM runs')" 1
}

# Values as what they are, whichever schema holds them.
all_values() {
    sql "$1" "SELECT e.name, r.run_number, t.name, c.value + 0 || '', t.declared, c.set_by
        FROM conditions c JOIN condition_types t ON t.id = c.type_id
        JOIN runs r ON r.id = c.run_id JOIN experiments e ON e.id = r.experiment_id ORDER BY 1, 2, 3"
}

@test "schema 6: conditions as rows become columns, whole or not at all, killed at any point" {
    old=$BATS_TEST_TMPDIR/old.db
    sqlite3 "$old" <"$tests/lib/schema6.sql"
    # Many runs more, so that there is something to kill.
    sqlite3 "$old" "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
        INSERT INTO runs (experiment_id, run_number, parameters, doc)
        SELECT 1, i, '{}', '{\"num\":' || i || ',\"params\":{\"big\":' || i || ',\"x\":\"' || i || '.50\"}}' FROM n;
        INSERT INTO conditions SELECT t.id, r.id, iif(t.name = 'x', r.run_number || '.50', r.run_number), NULL, NULL
        FROM runs r, condition_types t WHERE r.run_number >= 1000 AND t.name IN ('big', 'x')"
    all_values "$old" >"$BATS_TEST_TMPDIR/before"
    for delay in 0.01 0.02 0.03 0.05 0.08 0.12 0.2 0.3; do
        cp "$old" "$db"
        run timeout -s KILL "$delay" elog-load --migrate --quiet "$db"
        version=$(sqlite3 "$db" 'SELECT max(version) FROM schema_version')
        [ "$version" -ge 6 ]
        if [ "$version" = 6 ]; then
            equal "$(sqlite3 "$db" "SELECT type FROM sqlite_schema WHERE name = 'conditions'")" table
        else
            equal "$(sqlite3 "$db" "SELECT type FROM sqlite_schema WHERE name = 'conditions'")" view
        fi
        all_values "$db" | cmp "$BATS_TEST_TMPDIR/before" -
        rm -f "$db"*
    done
    cp "$old" "$db"
    elog-load --migrate --quiet "$db"
    all_values "$db" | cmp "$BATS_TEST_TMPDIR/before" -
    equal "$(sql "$db" "SELECT group_concat(name || ' ' || value_type, ';') FROM (SELECT * FROM condition_types ORDER BY name)")" \
        "MFX:A.RBV string;big int;blob blob;hit_rate float;j json;note string;ok bool;x mixed"
    equal "$(elog-select -v '' 'x > 5999' "$db")" $'e1\t5999\ne1\t6000'
    equal "$(elog-select -v x 'x == 7' "$db")" $'e1\t1\t7'
    equal "$(sql "$db" "SELECT pi_email, proposal FROM experiments WHERE name = 'e1'")" 'ann@x|L1'
    equal "$(sql "$db" "SELECT author, content, tags, run_number FROM logbook_entries WHERE experiment_id = 1")" \
        'ann|Run number 2: Running|["t"]|2'
    equal "$(sql "$db" "SELECT size, checksum FROM files WHERE experiment_id = 1")" '5|c'
    equal "$(sql "$db" 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok
}

@test "schema 6: a local value that a text beside it made a text is what it spells again" {
    sqlite3 "$db.6" <"$tests/lib/schema6.sql"
    rm -f "$db" && mv "$db.6" "$db"
    sqlite3 "$db" "INSERT INTO condition_types (id, name, value_type, declared)
            VALUES (90, 'w', 'string', 0), (91, 'kept', 'string', 1);
        WITH v (run, value) AS (VALUES (1, 'text'), (2, '5'), (3, ' 5'), (4, 'true'), (5, '[1, 2]'),
            (6, '0.50'), (7, '007'), (8, '{\"a\":1}'))
        INSERT INTO conditions SELECT t.id, r.id, v.value, 'ann', NULL FROM v JOIN runs r ON r.id = v.run, condition_types t
        WHERE t.id IN (90, 91)"
    elog-load --migrate --quiet "$db"
    equal "$(sql "$db" "SELECT value_type, typeof(value), value FROM local_conditions l JOIN runs r
        ON r.experiment_id = l.experiment_id AND r.run_number = l.run_number WHERE type_id = 90 ORDER BY r.id")" \
        $'string|text|text\nint|integer|5\nstring|text| 5\nbool|integer|1\njson|text|[1, 2]\nfloat|real|0.5\nstring|text|007\njson|text|{"a":1}'
    equal "$(sql "$db" "SELECT group_concat(DISTINCT typeof(value) || value_type) FROM local_conditions WHERE type_id = 91")" textstring
    equal "$(elog-select --format json -v w 'w is not None' "$db" | jq -c .w)" \
        $'"text"\n5\n" 5"\ntrue\n[1,2]\n0.5\n"007"\n{"a":1}'
}
