#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2317,SC1091,SC2030,SC2031 # of common.bash and of run; bats
# elog-push with a real server: the files postgresql.bats, mariadb.bats and odbc.bats are
# links to this one, and their names say which.

load ../lib/common

kind=$(basename "$BATS_TEST_FILENAME" .bats)

setup_file() {
    . "$BATS_TEST_DIRNAME/servers.sh"
    directory=$(mktemp -d "${TMPDIR:-/tmp}/elog-core.XXXXXX")
    chmod 755 "$directory"
    export directory
    # Its processes are killed, not the machine; a recovery would sync each file of all
    # databases first.
    export CORE_POSTGRESQL_CONF='fsync = off'
    case $kind in
        mariadb) core_mariadb "$directory/server" ;;
        *) core_postgresql "$directory/server" ;;
    esac
}

teardown_file() {
    . "$BATS_TEST_DIRNAME/servers.sh"
    core_stop "$directory"
    rm -rf "$directory"
}

setup() {
    common_setup
    . "$BATS_TEST_DIRNAME/servers.sh"
    name=t$BATS_TEST_NUMBER
    cat >"$BATS_TEST_TMPDIR/odbc.ini" <<END
[$name]
Driver=PostgreSQL Unicode
Servername=127.0.0.1
Port=${CORE_POSTGRESQL_PORT-}
Database=$name
Username=elog
Password=secret
END
    export ODBCINI=$BATS_TEST_TMPDIR/odbc.ini
    case $kind in
        mariadb)
            core_sql mysql "CREATE DATABASE $name"
            T=${CORE_MARIADB/\/elog\?//$name?}
            port=$CORE_MARIADB_PORT
            ;;
        *)
            core_psql postgres -c "CREATE DATABASE $name" >/dev/null
            T=${CORE_POSTGRESQL%/elog}/$name
            port=$CORE_POSTGRESQL_PORT
            ;;
    esac
    [ "$kind" != odbc ] || T=odbc:DSN=$name
    a=$BATS_TEST_TMPDIR/a.db
}

teardown() {
    [ -z "${proxy-}" ] || kill "$proxy" 2>/dev/null || true
}

# ask SQL: the answer of the server, tab-separated.
ask() {
    case $kind in
        mariadb) core_sql "$name" "$1" ;;
        *) core_psql "$name" -c "$1" ;;
    esac
}

# through PORT: the target with another port.
through() {
    echo "${T/:$port/:$1}"
}

# The sample logbook with some of everything that is added to it here.
everything() {
    local names
    mapfile -t names < <(elog-list --url "file://$sample" --hours 1000000)
    elog-get --url "file://$sample" "${names[@]}" 2>/dev/null | elog-load --quiet "$1" >/dev/null
    elog-cond set --db "$1" mfxl200025 1 beam 81.25
    elog-cond set --db "$1" mfxl200025 3 count 9007199254740993
    elog-cond alias --db "$1" good 'beam > 80'
    elog-cond run create --db "$1" bench 5 --start 2026-03-01T12:00:00Z
    elog-site add --db "$1" hutch
    elog-site update --db "$1" data "$(printf %064d 7)"
    elog-log --db "$1" -l ERROR -s s1 'a line that went wrong'
    elog-load --quiet "$1" </dev/null # takes what waits beside it
}

# experiment NAME N [MEMBERS]: records of a complete experiment with N entries, each with
# these members.
experiment() {
    local i
    echo "{\"type\":\"RECORD\",\"stream\":\"experiments\",\"record\":{\"experiment\":\"$1\",\"_id\":\"$1\",\"name\":\"$1\",\"instrument\":\"MFX\"}}"
    for ((i = 1; i <= $2; i++)); do
        echo "{\"type\":\"RECORD\",\"stream\":\"logbook_entries\",\"record\":{\"experiment\":\"$1\",\"_id\":\"$1-$i\",\"content\":\"entry $i\"${3:+,$3}}}"
    done
    echo "{\"type\":\"RECORD\",\"stream\":\"fetches\",\"record\":{\"experiment\":\"$1\",\"status\":\"complete\",\"records\":{\"experiments\":1,\"logbook_entries\":$2},\"fetched_at\":\"${at-2026-11-21T10:00:00.000000Z}\"}}"
}

# push [OPTION...] FILE: a database to the server, from the bookmark on.
push() {
    elog-push --bookmark "${@:1:$#-1}" "$T" | elog-dump --state - "${!#}" |
        elog-push --quiet "${@:1:$#-1}" "$T" >"$BATS_TEST_TMPDIR/states"
}

verified() {
    elog-dump "$1" | elog-push --quiet --verify "${@:2}" "$T"
}

@test "all of a database goes there, is the same, and comes back byte for byte" {
    everything "$a"
    run --separate-stderr push "$a"
    status_is 0
    silent
    equal "$(cat "$BATS_TEST_TMPDIR/states")" "$(elog-push --bookmark "$T")"
    run --separate-stderr verified "$a"
    status_is 0
    equal "$output$stderr" ""
    elog-dump "$T" | elog-load --quiet "$BATS_TEST_TMPDIR/b.db" >/dev/null
    diff <(elog-dump "$a" | grep -v '"type":"STATE"' | sort) \
        <(elog-dump "$BATS_TEST_TMPDIR/b.db" | grep -v '"type":"STATE"' | sort) | head -5 >&2
    equal "$(elog-dump "$a" | grep -v '"type":"STATE"' | sort | sha256sum)" \
        "$(elog-dump "$BATS_TEST_TMPDIR/b.db" | grep -v '"type":"STATE"' | sort | sha256sum)"
    # Columns of elog-schema(5).
    equal "$(ask "SELECT name, instrument, pi, pi_email FROM experiments WHERE name = 'mfxl200025'")" \
        "$(sqlite3 -separator '	' "$a" "SELECT name, instrument, pi, pi_email FROM experiments WHERE name = 'mfxl200025'")"
    equal "$(ask "SELECT count(*), sum(run_number) FROM runs WHERE doc IS NOT NULL")" \
        "$(sqlite3 -separator '	' "$a" "SELECT count(*), sum(run_number) FROM runs WHERE doc IS NOT NULL")"
    equal "$(ask "SELECT parameters FROM runs WHERE experiment = 'mfxl200025' AND run_number = 1" | jq -S . | sha256sum)" \
        "$(sqlite3 "$a" "SELECT parameters FROM runs r JOIN experiments e ON e.id = r.experiment_id WHERE e.name = 'mfxl200025' AND run_number = 1" | jq -S . | sha256sum)"
}

@test "what changed goes there, and what vanished goes" {
    everything "$a"
    push "$a"
    before=$(ask 'SELECT pushed_at FROM sources')
    push "$a"
    equal "$(ask 'SELECT pushed_at FROM sources')" "$before" # nothing to write
    # An entry is edited, one is new, one vanishes; a condition goes, an experiment too.
    { experiment e1 3; } | elog-load --quiet "$a" >/dev/null
    push "$a"
    equal "$(ask "SELECT count(*) FROM logbook_entries WHERE experiment = 'e1'")" 3
    { at=2026-11-21T11:00:00.000000Z experiment e1 2 '"tags":["x"]'; } | elog-load --quiet "$a" >/dev/null
    elog-cond unset --db "$a" mfxl200025 1 beam
    elog-load --quiet --forget cxil103425 "$a" </dev/null
    push "$a"
    equal "$(ask "SELECT count(*) FROM logbook_entries WHERE experiment = 'e1'")" 2
    equal "$(ask "SELECT count(*) FROM local_conditions")" "$(sqlite3 "$a" 'SELECT count(*) FROM local_conditions')"
    equal "$(ask "SELECT count(*) FROM runs WHERE experiment = 'cxil103425'")" 0
    equal "$(ask "SELECT count(*) FROM holdings WHERE experiment = 'cxil103425'")" 0
    run --separate-stderr verified "$a"
    status_is 0
    equal "$output$stderr" ""
}

@test "verify names what differs" {
    everything "$a"
    push "$a"
    ask "DELETE FROM runs WHERE experiment = 'mfxl200025' AND run_number = 2" >/dev/null
    ask "UPDATE logbook_entries SET doc = '{}' WHERE experiment = 'mfxl200025' AND row_key = (SELECT k FROM (SELECT min(row_key) AS k FROM logbook_entries WHERE experiment = 'mfxl200025') x)" >/dev/null
    ask "INSERT INTO samples (source, experiment, row_key, doc) VALUES ('somebody', 'mfxl200025', '\"new\"', '{}')" >/dev/null
    run --separate-stderr verified "$a"
    status_is 1
    silent
    equal "$(grep logbook_entries <<<"$output")" "mfxl200025	logbook_entries	44	44	0	1	0"
    equal "$(grep runs <<<"$output")" "mfxl200025	runs	8	7	1	0	0"
    equal "$(grep samples <<<"$output")" "mfxl200025	samples	1	2	0	0	1"
    equal "${#lines[@]}" 3
}

@test "an experiment is there whole or not at all, and its bookmark with it" {
    { experiment whole 2; experiment cut 2 | head -n 2; } >"$BATS_TEST_TMPDIR/in"
    echo '{"type":"STATE","value":{"bookmarks":{"elog-dump":{"generation":1,"token":"x"}}}}' >>"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-push --quiet "$T" <"$BATS_TEST_TMPDIR/in"
    status_is 1
    equal "$output" ""
    says elog-push "cut: not pushed: its fetch was cut short"
    equal "$(ask 'SELECT name FROM experiments')" whole
    equal "$(elog-push --bookmark "$T")" ""
    experiment short 3 | grep -v short-2 >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-push --quiet "$T" <"$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-push "short: not pushed: logbook_entries: 2 of 3 records arrived"
    equal "$(ask 'SELECT name FROM experiments')" whole
    # One that failed leaves what was there.
    echo '{"type":"RECORD","stream":"fetches","record":{"experiment":"whole","status":"failed","fetched_at":"2026-11-21T12:00:00Z"}}' |
        elog-push --quiet "$T"
    equal "$(ask "SELECT count(*) FROM logbook_entries WHERE experiment = 'whole'")" 2
    equal "$(ask "SELECT status FROM fetches WHERE experiment = 'whole'")" failed
    # Not JSON, or no record.
    run --separate-stderr elog-push --quiet "$T" <<<'nonsense'
    status_is 1
    says elog-push "line 1: not JSON"
}

@test "of several sources the newer one counts, and what one alone has stays" {
    { at=2026-11-21T10:00:00.000000Z experiment both 3; experiment mine 1; } | elog-push --quiet --source me "$T"
    { at=2026-11-21T11:00:00.000000Z experiment both 2 '"tags":["newer"]'; experiment yours 1; } | elog-push --quiet --source you "$T"
    equal "$(ask "SELECT source, count(*) FROM logbook_entries WHERE experiment = 'both' GROUP BY source")" "you	2"
    # An older one comes late.
    { at=2026-11-21T10:30:00.000000Z experiment both 4; } | elog-push --quiet --source me "$T"
    equal "$(ask "SELECT source, count(*) FROM logbook_entries WHERE experiment = 'both' GROUP BY source")" "you	2"
    equal "$(ask "SELECT source FROM experiments WHERE name = 'mine'")" me
    # Who has it no more takes away only what nobody else has.
    for experiment in both yours; do
        echo "{\"type\":\"RECORD\",\"stream\":\"experiments\",\"record\":{\"experiment\":\"$experiment\",\"_sdc_deleted_at\":\"2026-11-21T12:00:00Z\"}}"
    done | elog-push --quiet --source you "$T"
    equal "$(ask "SELECT name, source FROM experiments ORDER BY name")" "both	me
mine	me"
    # Records of our own: by their time.
    alias() { echo "{\"type\":\"RECORD\",\"stream\":\"aliases\",\"record\":{\"name\":\"good\",\"expression\":\"$1\",\"set_at\":\"$2\"}}"; }
    alias old 2026-01-01T00:00:00Z | elog-push --quiet --source me "$T"
    alias new 2026-02-01T00:00:00Z | elog-push --quiet --source you "$T"
    alias late 2026-01-15T00:00:00Z | elog-push --quiet --source me "$T"
    equal "$(ask 'SELECT source, expression FROM aliases')" "you	new"
    # Each has its own of what tells of its database.
    for source in me you; do
        echo "{\"type\":\"RECORD\",\"stream\":\"metadata\",\"record\":{\"key\":\"last_sync\",\"value\":\"$source\"}}" |
            elog-push --quiet --source "$source" "$T"
    done
    equal "$(ask 'SELECT source, value FROM metadata ORDER BY source')" "me	me
you	you"
}

@test "numbers, texts and keys arrive as they were" {
    long=$(printf 'x%.0s' {1..4000})
    deep=$(printf '[%.0s' {1..200})$(printf ']%.0s' {1..200})
    documents=('"n":9007199254740993,"r":1.10,"e":1e400,"nan":"NaN"' '"z":"a\u0000b","lone":"\ud800","e":"\ud83d\ude00 😀"'
        '"tab":"\t\\\\ \"","quote":"it'"'"'s"' "\"deep\":$deep")
    {
        echo '{"type":"RECORD","stream":"experiments","record":{"experiment":"e","_id":"e","name":"e\u0000f"}}'
        for i in 0 1 2 3; do
            echo "{\"type\":\"RECORD\",\"stream\":\"logbook_entries\",\"record\":{\"experiment\":\"e\",\"_id\": \"$i\", ${documents[i]}}}"
        done
        for key in Run run 'run ' "$long" "${long}y" 'ünï' '😀' '\\N' 'a\tb'; do
            echo "{\"type\":\"RECORD\",\"stream\":\"samples\",\"record\":{\"experiment\":\"e\",\"_id\":\"$key\"}}"
        done
        for key in 1 '"1"' '"a"'; do
            echo "{\"type\":\"RECORD\",\"stream\":\"runs\",\"record\":{\"experiment\":\"e\",\"num\":$key,\"params\":{\"x\":12345678901234567890}}}"
        done
        echo '{"type":"RECORD","stream":"fetches","record":{"experiment":"e","status":"complete","records":{"experiments":1,"logbook_entries":4,"samples":9,"runs":3},"fetched_at":"2026-11-21T10:00:00Z"}}'
    } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-push --quiet "$T" <"$BATS_TEST_TMPDIR/in"
    status_is 0
    silent
    equal "$(ask "SELECT count(*) FROM samples")" 9
    equal "$(ask "SELECT count(*) FROM samples WHERE sample_id = 'run'")" 1
    equal "$(ask "SELECT run_number, count(*) FROM runs GROUP BY run_number ORDER BY run_number IS NULL")" "1	2
	1" || equal "$(ask "SELECT run_number, count(*) FROM runs GROUP BY run_number ORDER BY run_number IS NULL")" "1	2
NULL	1"
    elog-dump "$T" | grep '"RECORD"' | grep -v fetches | sort >"$BATS_TEST_TMPDIR/out"
    grep -v fetches "$BATS_TEST_TMPDIR/in" | sort | diff - "$BATS_TEST_TMPDIR/out"
    run --separate-stderr elog-push --quiet "$T" <"$BATS_TEST_TMPDIR/in"
    status_is 0
    run --separate-stderr elog-push --verify --quiet "$T" <"$BATS_TEST_TMPDIR/in"
    equal "$output$stderr" ""
}

@test "a key that comes twice: the last one counts" {
    {
        experiment e 2 | sed '$d'
        echo '{"type":"RECORD","stream":"logbook_entries","record":{"experiment":"e","_id":"e-1","content":"later"}}'
        experiment e 3 | tail -n 1
    } >"$BATS_TEST_TMPDIR/in"
    for _ in 1 2; do
        elog-push --quiet "$T" <"$BATS_TEST_TMPDIR/in"
        equal "$(ask "SELECT content FROM logbook_entries ORDER BY row_key")" "later
entry 2"
    done
}

# Wait until a file holds a text.
comes() {
    wait_for grep -q "$2" "$1" || { cat "$1" >&2; return 1; }
}

# What is written while no line comes, and fails, must not be forgotten by the next line.
@test "a pause in the stream: what cannot be written then ends the push, bookmark and all" {
    elog-push --migrate "$T"
    ask 'ALTER TABLE logbook_entries RENAME TO elsewhere' >/dev/null
    said=$BATS_TEST_TMPDIR/said
    : >"$said"
    {
        experiment e 2
        comes "$said" logbook_entries
        ask 'ALTER TABLE elsewhere RENAME TO logbook_entries' >/dev/null
        experiment f 2
        echo '{"type":"STATE","value":{"bookmarks":{"elog-dump":{"generation":7,"token":"x"}}}}'
    } | { elog-push "$T" 2>"$said" >"$BATS_TEST_TMPDIR/states" || echo "$?"; } >"$BATS_TEST_TMPDIR/status"
    cat "$said" >&2
    equal "$(cat "$BATS_TEST_TMPDIR/status")" 1
    equal "$(cat "$BATS_TEST_TMPDIR/states")" ""
    equal "$(elog-push --bookmark "$T")" ""
    equal "$(grep -c logbook_entries "$said")" 1
    # Nothing is told as pushed that was not.
    grep -q ': 0 experiments and 0 records pushed, in 0 transactions' "$said"
}

@test "only what is committed is counted" {
    run --separate-stderr elog-push "$T" < <(experiment e 3
        for i in 1 2 3; do echo "{\"type\":\"RECORD\",\"stream\":\"nosuch\",\"record\":{\"id\":$i}}"; done)
    status_is 1
    equal "$(grep -c "no stream of elog's" <<<"$stderr")" 1
    [[ $stderr == *": 1 experiments and 5 records pushed, in 1 transactions" ]]
}

@test "a table that somebody dropped is named, and --migrate makes it again" {
    experiment e 1 | elog-push --quiet "$T"
    ask 'DROP TABLE logbook_entries' >/dev/null
    run --separate-stderr elog-push --quiet "$T" < <(at=2026-11-22T10:00:00.000000Z; experiment e 2)
    status_is 1
    says elog-push "elog-push --migrate makes what is not there"
    run --separate-stderr elog-push --verify --quiet "$T" < <(experiment e 1)
    status_is 1
    says elog-push "elog-push --migrate makes what is not there"
    elog-push --migrate "$T"
    at=2026-11-22T10:00:00.000000Z
    experiment e 2 | elog-push --quiet "$T"
    equal "$(ask 'SELECT count(*) FROM logbook_entries')" 2
}

@test "tables of somebody else are left alone" {
    ask 'CREATE TABLE runs (x int)' >/dev/null
    run --separate-stderr elog-push --quiet "$T" < <(experiment e 1)
    status_is 1
    says elog-push "there is a table runs that is not elog-push's: give it a database of its own"
    ask 'SELECT x FROM runs' >/dev/null
    run ask 'SELECT doc FROM runs'
    [ "$status" -ne 0 ]
}

@test "--read: a disk that is full is told, a reader who has enough is not" {
    # More than is written at once.
    experiment e 400 "\"text\":\"$(printf 'x%.0s' {1..3000})\"" | elog-push --quiet "$T"
    for target in "elog-push --read $T" "elog-dump $T"; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr bash -c '"$@" >/dev/full' _ $target
        status_is 1
        says elog-push "stdout: No space left on device"
        # shellcheck disable=SC2086,SC2016 # words; the inner shell expands them
        run --separate-stderr bash -c '"$@" | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"' _ $target
        equal "$output" 141
        equal "$stderr" ""
    done
}

@test "options of an address that cannot be are wrong usage, not tried again" {
    [ "$kind" != odbc ] || skip "the DSN has them"
    mark='?'
    [[ $T != *\?* ]] || mark='&'
    run --separate-stderr elog-push "$T${mark}nonsense=1" </dev/null
    status_is 2
    says elog-push "nonsense"
    if [ "$kind" = mariadb ]; then
        run --separate-stderr elog-push "${T%%\?*}?defaults-file=$BATS_TEST_TMPDIR/nosuch" </dev/null
        status_is 2
        says elog-push "$BATS_TEST_TMPDIR/nosuch: No such file or directory"
    else
        run --separate-stderr elog-push "$T${mark}sslmode=perhaps" </dev/null
        status_is 2
        says elog-push "sslmode"
    fi
}

@test "the schema is made and changed by whoever comes first, and a newer one is left alone" {
    for _ in 1 2 3 4; do
        elog-push --migrate "$T" 2>>"$BATS_TEST_TMPDIR/said" &
        pids="${pids-} $!"
    done
    for pid in $pids; do wait "$pid"; done
    cat "$BATS_TEST_TMPDIR/said" >&2
    equal "$(ask 'SELECT count(*) FROM schema_version')" 1
    experiment e 1 | elog-push --quiet "$T"
    # As an older elog-push left it.
    ask 'ALTER TABLE logbook_entries DROP COLUMN title' >/dev/null
    ask "UPDATE schema_version SET fingerprint = 'older'" >/dev/null
    echo 'push_migrate: false' >"$BATS_TEST_TMPDIR/c.yaml"
    run --separate-stderr elog-push --config "$BATS_TEST_TMPDIR/c.yaml" "$T" </dev/null
    status_is 1
    says elog-push "--migrate brings it up to date"
    at=2026-11-21T12:00:00.000000Z
    experiment e 1 '"title":"new"' | elog-push --quiet "$T"
    equal "$(ask 'SELECT title FROM logbook_entries')" new
    ask "INSERT INTO schema_version (version, name, fingerprint) VALUES (999, 'future', 'x')" >/dev/null
    run --separate-stderr elog-push --quiet "$T" < <(experiment f 1)
    status_is 1
    says elog-push "its schema is newer than this elog-push"
    run --separate-stderr elog-push --migrate "$T"
    status_is 1
    equal "$(ask 'SELECT name FROM experiments')" e
}

@test "a wrong password is 77, an unknown database a clear line" {
    [ "$kind" != odbc ] || skip "the DSN has the password"
    if [ "$kind" = mariadb ]; then
        printf '[client]\nuser=elog\npassword=wrong\n' >"$BATS_TEST_TMPDIR/my.cnf"
        wrong="${T%\?*}?defaults-file=$BATS_TEST_TMPDIR/my.cnf"
        elsewhere=${T/$name/nosuch}
    else
        printf '*:*:*:*:wrong\n' >"$BATS_TEST_TMPDIR/pgpass"
        chmod 600 "$BATS_TEST_TMPDIR/pgpass"
        wrong="$T?passfile=$BATS_TEST_TMPDIR/pgpass"
        elsewhere=${T%/*}/nosuch
    fi
    run --separate-stderr elog-push "$wrong" </dev/null
    status_is 77
    says elog-push "put the password into"
    [[ $stderr != *secret* ]]
    run --separate-stderr elog-push "$elsewhere" </dev/null
    status_is 1
    says elog-push "nosuch"
}

@test "two pushes of one source at once" {
    everything "$a"
    elog-dump "$a" >"$BATS_TEST_TMPDIR/dump"
    for _ in 1 2 3; do
        elog-push --quiet "$T" <"$BATS_TEST_TMPDIR/dump" >/dev/null 2>&1 &
        pids="${pids-} $!"
    done
    for pid in $pids; do
        wait "$pid" && status=0 || status=$?
        [ "$status" = 0 ] || equal "$status" 75
    done
    run --separate-stderr verified "$a"
    status_is 0
    equal "$output$stderr" ""
    equal "$(ask 'SELECT count(*) FROM sources')" 1
}

@test "a connection that breaks at COMMIT, when nobody knows whether it happened" {
    [ "$kind" != odbc ] || skip "the DSN has the port"
    everything "$a"
    elog-push --migrate "$T"
    for when in before after; do
        for number in 1 2; do
            rm -f "$BATS_TEST_TMPDIR/port"
            "$BATS_TEST_DIRNAME/cut_commit.py" 0 "$port" "$when" "$number" "$BATS_TEST_TMPDIR/port" 3>&- &
            proxy=$!
            wait_for test -e "$BATS_TEST_TMPDIR/port"
            through=$(through "$(cat "$BATS_TEST_TMPDIR/port")")
            experiment "$when$number" 20 >"$BATS_TEST_TMPDIR/in"
            run --separate-stderr elog-push --quiet --source "$when$number" "$through" <"$BATS_TEST_TMPDIR/in"
            status_is 0
            silent
            kill "$proxy"
            run --separate-stderr elog-push --verify --quiet --source "$when$number" "$T" <"$BATS_TEST_TMPDIR/in"
            equal "$output$stderr" ""
            equal "$(ask "SELECT batch FROM sources WHERE source = '$when$number'")" 1
        done
    done
}

@test "killed anywhere, elog-push goes on with nothing lost and nothing doubled" {
    CORE_TARGET=$T run --separate-stderr bash "$BATS_TEST_DIRNAME/kill_push.sh" "${KILLS_OF_PUSH:-10}"
    status_is 0
}

@test "the server is killed during a push, comes again, and the push goes on" {
    [ "$kind" != odbc ] || skip "it has no --wait"
    CORE_TARGET=$T CORE_KIND=$kind CORE_DIR=$directory/server \
        run --separate-stderr bash "$BATS_TEST_DIRNAME/kill_server.sh" "${KILLS_OF_SERVER:-10}"
    status_is 0
}

@test "a server that fills its disk" {
    [ "$kind" != odbc ] || skip "as PostgreSQL"
    full=$directory/full
    # Where the server, too, may read it.
    install -m 755 "${ELOG_BUILD:-$root/build}/tests/core/full.so" "$directory/full.so"
    export CORE_ENV="LD_PRELOAD=$directory/full.so FULL=$full.now"
    everything "$a"
    "core_$kind" "$full"
    case $kind in
        mariadb) T=$CORE_MARIADB ;;
        *) T=$CORE_POSTGRESQL ;;
    esac
    elog-push --migrate "$T"
    touch "$full.now"
    # So many that no page that is there already has room for them.
    for i in 1 2 3 4 5 6 7 8; do experiment "large$i" 400 "\"text\":\"$(printf 'x%.0s' {1..3000})\""; done >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-push --quiet --source large --wait 2 "$T" <"$BATS_TEST_TMPDIR/in"
    status_is 75
    rm "$full.now"
    ! process_gone "$(cat "$full/pid")" || "core_${kind}_run" "$full"
    run --separate-stderr elog-push --quiet --source large --wait 600 "$T" <"$BATS_TEST_TMPDIR/in"
    status_is 0
    run --separate-stderr elog-push --verify --quiet --source large "$T" <"$BATS_TEST_TMPDIR/in"
    equal "$output$stderr" ""
    core_stop "$full"
}

@test "elog-site and elog-log show the facility's, by the same definitions" {
    elog-site add --db "$a" north south
    elog-site update --db "$a" data "$(printf %064d 7)"
    elog-site complete --db "$a" north
    elog-log --db "$a" -l CRITICAL -S north -s s1 'on fire'
    elog-log --db "$a" -l INFO -S south -s s1 'all is well'
    elog-load --quiet "$a" </dev/null
    push "$a"
    b=$BATS_TEST_TMPDIR/b.db
    elog-site add --db "$b" west
    elog-log --db "$b" -l ERROR -S west -s s2 'wet'
    elog-load --quiet "$b" </dev/null
    push --source west "$b"
    # All of both in one file says the same.
    elog-dump "$b" --only sites,baselines,completions,hash_records,logs | elog-load --quiet "$a" >/dev/null
    for arguments in 'site dashboard --json' 'site ls' 'site updates' 'log ls --format tsv' 'log count -l ERROR' 'log sessions'; do
        # shellcheck disable=SC2086 # words
        set -- $arguments
        equal "$("elog-$1" "${@:2}" --db "$T")" "$("elog-$1" "${@:2}" --db "$a")"
    done
    equal "$(elog-log count --db "$T")" 1 || equal "$(elog-log count --db "$T")" "$(elog-log count --db "$a")"
    equal "$(find "$TMPDIR" -name 'elog-facility*')" ""
}

@test "elog-status --health shows how far behind the target is" {
    experiment e1 3 | elog-load --quiet "$a" >/dev/null
    printf 'push_target: %s\npush_source: me\n' "$T" >"$BATS_TEST_TMPDIR/c.yaml"
    run --separate-stderr elog-status --health --config "$BATS_TEST_TMPDIR/c.yaml" "$a"
    status_is 1
    [[ $output == *"PROBLEM  target     nothing was pushed to it yet"* ]]
    elog-dump "$a" | elog-push --quiet --config "$BATS_TEST_TMPDIR/c.yaml" >/dev/null
    run --separate-stderr elog-status --health --config "$BATS_TEST_TMPDIR/c.yaml" "$a"
    status_is 0
    [[ $output == *"ok       target     0 changes, 0 rows behind"* ]]
    experiment e2 5 | elog-load --quiet "$a" >/dev/null
    run --separate-stderr elog-status --health --json --config "$BATS_TEST_TMPDIR/c.yaml" "$a"
    status_is 0
    equal "$(jq .target_behind <<<"$output")" 1
    [ "$(jq .target_rows_behind <<<"$output")" -ge 6 ]
}

@test "elog-sync.sh --push: every synchronization goes on to the server" {
    run --separate-stderr elog-sync.sh --url "file://$sample" --hours 1000000 --dir "$BATS_TEST_TMPDIR/mirror" \
        --exclude mfxl115323 --exclude cxil118725 --push "$T"
    status_is 0
    run --separate-stderr verified "$BATS_TEST_TMPDIR/mirror/elog.db"
    status_is 0
    equal "$output$stderr" ""
    # Nothing to fetch, but something was set here.
    elog-cond set --db "$BATS_TEST_TMPDIR/mirror/elog.db" mfxl200025 1 beam 81.25
    run --separate-stderr elog-sync.sh --url "file://$sample" --hours 0.001 --force --dir "$BATS_TEST_TMPDIR/mirror" \
        --exclude mfxl115323 --exclude cxil118725 --push "$T"
    status_is 0
    equal "$(ask 'SELECT count(*) FROM local_conditions')" 1
    run --separate-stderr elog-sync.sh --url "file://$sample" --hours 0.001 --force --dir "$BATS_TEST_TMPDIR/mirror" \
        --exclude mfxl115323 --exclude cxil118725 --push odbc:DSN=nosuch
    status_is 1
    [[ $stderr == *"is not at the server yet"* ]]
}

@test "a document that is larger than the server takes is refused, by name" {
    [ "$kind" = mariadb ] || skip "only MariaDB has a bound"
    core_sql mysql 'SET GLOBAL max_allowed_packet = 1048576'
    { experiment small 1; experiment large 1 "\"text\":\"$(printf 'x%.0s' {1..1100000})\""; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-push --quiet "$T" <"$BATS_TEST_TMPDIR/in"
    core_sql mysql 'SET GLOBAL max_allowed_packet = 16777216'
    status_is 1
    [[ $stderr == *"max_allowed_packet"* ]]
    equal "$(ask 'SELECT experiment FROM logbook_entries')" small
    run --separate-stderr elog-push --quiet "$T" <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$(ask 'SELECT count(*) FROM logbook_entries')" 2
}

@test "a server that takes no LOAD DATA LOCAL gets INSERTs" {
    [ "$kind" = mariadb ] || skip "only MariaDB has it"
    core_sql mysql 'SET GLOBAL local_infile = 0'
    everything "$a"
    run --separate-stderr push "$a"
    core_sql mysql 'SET GLOBAL local_infile = 1'
    status_is 0
    run --separate-stderr verified "$a"
    equal "$output$stderr" ""
}
