# shellcheck shell=bash
# shellcheck disable=SC2034 # variables for those who load this
# What the bats files share: the tools in PATH, a home of one's own, small saved
# logbooks, and what is asserted of messages. To be loaded at the top of a file:
#
#   load ../lib/common
#
# ELOG_BUILD names the build directory if it is not build/.

bats_require_minimum_version 1.5.0

tests=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
root=$(dirname "$tests")
# shellcheck source=/dev/null
. "$tests/lib/wait.bash"
sample=$tests/sample
export sample

# In every setup: nothing of the user's configuration counts.
common_setup() {
    local variable
    for variable in $(compgen -e | grep -E '^(FETCH_)?ELOG_'); do
        [ "$variable" = ELOG_BUILD ] || unset "$variable"
    done
    unset XDG_CONFIG_HOME KRB5_CLIENT_KTNAME
    PATH=${ELOG_BUILD:-$root/build}:$PATH
    HOME=$BATS_TEST_TMPDIR/home
    TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir -p "$HOME" "$TMPDIR"
    export PATH HOME TMPDIR
    db=$BATS_TEST_TMPDIR/elog.db
    tree=$BATS_TEST_TMPDIR/tree
}

# A load that a tool left behind (elog-log does) must not write into a directory that is
# being removed.
loads_ended() {
    local loads
    mapfile -t loads < <(grep -lsz 'elog-load$' /proc/[0-9]*/cmdline)
    ! grep -qszF -- "$BATS_TEST_TMPDIR" "${loads[@]}" /dev/null
}
teardown() {
    wait_for loads_ended
}

# ---- asserting --------------------------------------------------------------

# after run: the status, and what was printed if it is another.
status_is() {
    # shellcheck disable=SC2154 # set by run
    [ "$status" = "$1" ] || {
        printf 'status %s instead of %s\n%.999s\n%.999s\n' "$status" "$1" "$output" "${stderr-}" >&2
        return 1
    }
}

equal() {
    [ "$1" = "$2" ] || {
        printf 'got:      %.999s\nexpected: %.999s\n' "$1" "$2" >&2
        return 1
    }
}

# after run --separate-stderr: one line, "PROGRAM: …", that holds each TEXT.
says() {
    local program=$1 text
    shift
    # shellcheck disable=SC2154 # set by run
    if [ "${#stderr_lines[@]}" != 1 ] || [ "${stderr#"$program": }" = "$stderr" ]; then
        printf 'not one line of %s: %s\n' "$program" "$stderr" >&2
        return 1
    fi
    for text; do
        [[ $stderr == *"$text"* ]] || {
            printf "no '%s' in: %s\n" "$text" "$stderr" >&2
            return 1
        }
    done
}

silent() {
    equal "$stderr" ""
}

# no_file DIRECTORY GLOB: nothing of that name is in it.
no_file() {
    equal "$(find "$1" -mindepth 1 -name "$2")" ""
}

# Run a command without the rights of root: a directory of mode 555 is read-only then.
as_user() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all "$@"
    else
        "$@"
    fi
}

# broken_pipe COMMAND...: its stdout is a pipe that nobody reads. Prints the exit
# status, negative for a signal.
broken_pipe() {
    /usr/bin/python3 -c '
import os, subprocess, sys
r, w = os.pipe()
os.close(r)
print(subprocess.run(sys.argv[1:], stdout=w).returncode)' "$@"
}

# ---- databases --------------------------------------------------------------

sql() {
    sqlite3 -readonly -bail "$@"
}

# All rows but those that say when: the mirror as one text.  Types of conditions are
# numbered as they come, so their names count.
dump() {
    local table
    for table in $(sql "$1" "SELECT name FROM sqlite_schema WHERE type = 'table'
        AND name NOT IN ('fetches', 'fetched_streams', 'metadata', 'schema_version',
            'condition_types', 'condition_columns', 'log_records', 'dump_generations', 'dump_rows',
            'dump_keys') ORDER BY name")
    do
        echo "-- $table"
        sql -quote "$1" "SELECT * FROM $table ORDER BY 1, 2"
    done
    echo "-- conditions"
    sql -quote "$1" "SELECT name, value_type, declared FROM condition_types ORDER BY 1"
    sql -quote "$1" "SELECT t.name, c.run_id, c.value, c.set_by FROM conditions c
        JOIN condition_types t ON t.id = c.type_id ORDER BY 1, 2"
}

# age DATABASE: take its schema back to version 2, in tables as they were then, with all
# that they can hold.
age() {
    local old=$1.aged table columns
    rm -f "$old"
    {
        sql "$1" "SELECT sql || ';' FROM sqlite_schema WHERE name = 'schema_version';
            SELECT 'PRAGMA application_id = ' || application_id || ';' FROM pragma_application_id"
        cat "$root"/common/sql/migrations/00[12]*.sql
    } | sqlite3 "$old"
    for table in $(sql "$old" "SELECT name FROM sqlite_schema WHERE type = 'table'"); do
        columns=$(sqlite3 "$old" "ATTACH '$1' AS new; SELECT group_concat(o.name)
            FROM pragma_table_info('$table', 'main') o JOIN pragma_table_info('$table', 'new') n
            ON n.name = o.name")
        sqlite3 "$old" "ATTACH '$1' AS new;
            INSERT INTO $table ($columns) SELECT $columns FROM new.$table"
    done
    sqlite3 "$old" "DELETE FROM schema_version WHERE version > 2"
    chmod 600 "$old"
    mv "$old" "$1"
}

# old_database VERSION FILE: an empty database as elog-load made it at that version.
old_database() {
    local migration
    sqlite3 "$2" "PRAGMA application_id = 0x656c6f67; CREATE TABLE schema_version
        (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
    for migration in "$root"/common/sql/migrations/*.sql; do
        local name=${migration##*/}
        local number=$((10#${name%%-*}))
        [ "$number" -le "$1" ] || continue
        sqlite3 "$2" <"$migration"
        sqlite3 "$2" "INSERT INTO schema_version VALUES ($number, '${name%.sql}', '2026-01-01T00:00:00Z')"
    done
}

# writable_conditions FILE: let INSERT and UPDATE of the view conditions write columns, and
# what a column cannot hold local values.
writable_conditions() {
    sqlite3 "$1" <<'EOF'
CREATE VIEW given (type_id, experiment_id, run_number, value, value_type, text) AS
    SELECT NULL, NULL, NULL, NULL, NULL, NULL WHERE false;
CREATE TRIGGER give INSTEAD OF INSERT ON given BEGIN
    INSERT OR REPLACE INTO local_conditions
        SELECT new.type_id, new.experiment_id, new.run_number, new.value, new.value_type, 'x', NULL
        WHERE new.text IS NULL;
    INSERT INTO condition_columns (experiment_id, type_id, block, n, kinds, data)
        SELECT new.experiment_id, new.type_id, new.run_number / 256, 1, 254,
            json_object(CAST(new.run_number AS TEXT), json(new.text)) WHERE new.text IS NOT NULL
        ON CONFLICT DO UPDATE SET data = (SELECT json_group_object(key, json(value)) FROM (
            SELECT key, CASE type WHEN 'text' THEN json_quote(value) WHEN 'true' THEN 'true'
                WHEN 'false' THEN 'false' WHEN 'real' THEN iif(value = 9e999, '9e999', printf('%!.17g', value))
                ELSE value END AS value
            FROM json_each(json_set(data, '$."' || new.run_number || '"', json(new.text)))
            ORDER BY CAST(key AS INTEGER)));
END;
CREATE TRIGGER conditions_insert INSTEAD OF INSERT ON conditions BEGIN
    INSERT INTO given SELECT t.id, r.experiment_id, r.run_number, new.value, t.value_type,
        CASE WHEN typeof(new.value) = 'blob' OR typeof(r.run_number) <> 'integer' THEN NULL
            WHEN t.value_type = 'bool' THEN iif(new.value, 'true', 'false')
            WHEN t.value_type = 'json' THEN iif(json_valid(new.value), new.value, NULL)
            WHEN new.value = 9e999 THEN '9e999'
            WHEN typeof(new.value) = 'real' THEN printf('%!.17g', new.value)
            ELSE iif(json_valid(json_quote(new.value)), json_quote(new.value), NULL) END
    FROM condition_types t, runs r WHERE t.id = new.type_id AND r.id = new.run_id;
END;
CREATE TRIGGER conditions_update INSTEAD OF UPDATE ON conditions BEGIN
    INSERT INTO conditions (type_id, run_id, value) VALUES (old.type_id, old.run_id, new.value);
END;
EOF
}

# Nothing but the database itself is left, and any client can read it.
lone_database() {
    equal "$(cd "$(dirname "$1")" && ls -d "$(basename "$1")"*)" "$(basename "$1")" &&
        equal "$(sql "$1" 'PRAGMA journal_mode')" delete &&
        equal "$(sql "$1" 'PRAGMA integrity_check')" ok
}

# ---- records by hand --------------------------------------------------------

record() {
    printf '{"type":"RECORD","stream":"%s","record":%s}\n' "$1" "$2"
}

# closed EXPERIMENT COUNTS [FETCHED_AT]: {"runs":1} and so on.
closed() {
    record fetches "{\"experiment\":\"$1\",\"status\":\"complete\",\"records\":$2,\"fetched_at\":\"${3:-2026-01-01T00:00:00Z}\"}"
}

state() {
    printf '{"type":"STATE","value":{"bookmarks":{"%s":{"fetched_at":"x"}}}}\n' "$1"
}

# ---- saved logbooks ---------------------------------------------------------

# put EXPERIMENT RESOURCE JSON: what the service answers, in $tree.
put() {
    mkdir -p "$tree/ws-kerb/lgbk/lgbk/$1/ws"
    printf '{"success": true, "value": %s}' "$3" >"$tree/ws-kerb/lgbk/lgbk/$1/ws/$2"
}

# experiment NAME: a whole one, with two entries, two runs, two files.
experiment() {
    put "$1" info '{"_id": "x", "name": "'"$1"'", "instrument": "TST", "params": {}}'
    put "$1" elog '[{"_id": "a1", "insert_time": "2026-01-01T10:00:00+00:00", "author": "ann", "content": "one", "run_num": 1},
        {"_id": "a2", "insert_time": "2026-01-01T11:00:00+00:00", "author": "bob", "content": "two"}]'
    put "$1" runs '[{"num": 2, "params": {"p": 2}}, {"num": 1, "params": {"p": 1}}]'
    put "$1" files '[{"path": "/f1", "run_num": 1, "size": 10}, {"path": "/f2", "run_num": 2, "size": 20}]'
    put "$1" workflow_definitions '[]'
    put "$1" workflow_jobs '[]'
    put "$1" samples '[]'
    put "$1" shifts '[]'
}

# public NAME...: the list that is open to anyone.
public() {
    mkdir -p "$tree/ws/lgbk/lgbk/ws"
    printf '%s\n' "$@" | jq -R . | jq -sc '{success: true, value: .}' \
        >"$tree/ws/lgbk/lgbk/ws/experiment_names_updated_within"
}

# get ARGUMENT...: elog-get on $tree. mirror DATABASE EXPERIMENT...: into a database.
get() {
    elog-get --url "file://$tree" "$@"
}
mirror() {
    local database=$1
    shift
    get "$@" | elog-load "$database" >/dev/null
}
