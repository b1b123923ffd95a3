# shellcheck shell=bash disable=SC2154 # of bench.sh, which reads this: rows "core" and "cluster"
# elog-push against what the servers' own clients do with the same rows, and pgloader.

# shellcheck source=/dev/null
. "$here/../core/servers.sh"
mkdir -p core && cd core || exit
trap 'core_done; [ -z "$proxy_pid" ] || kill "$proxy_pid"' EXIT
core_servers=$(mktemp -d "${TMPDIR:-/tmp}/elog-bench-core.XXXXXX")
chmod 755 "$core_servers"
core_done() { core_stop "$core_servers" >/dev/null 2>&1; rm -rf "$core_servers"; }

elog-get --url "file://$BENCH_DIR/www" "$main_streams" <../names | elog-load -q file.db >/dev/null
elog-dump file.db >dump
core_mariadb "$core_servers/mariadb"
mariadb_tables="runs logbook_entries files experiments fetched_streams log_records metadata"
all_tables="$mariadb_tables questionnaires workflows fetches holdings sources condition_types"
sql() { core_sql elog "$1"; }

# The rows as the server's own client writes them, and a script that loads them.
mariadb_peer() {
    local table columns
    : >mariadb.sql
    for table in $mariadb_tables; do
        columns=$(sql "SELECT group_concat(concat('\`', column_name, '\`') ORDER BY ordinal_position)
            FROM information_schema.columns WHERE table_schema = 'elog' AND table_name = '$table'
            AND extra NOT LIKE '%GENERATED%'")
        mariadb --no-defaults -N -B -h 127.0.0.1 -P "$CORE_MARIADB_PORT" -u elog -psecret elog \
            -e "SELECT $columns FROM $table" | sed 's/^NULL\t/\\N\t/; s/\tNULL\t/\t\\N\t/g; s/\tNULL\t/\t\\N\t/g; s/\tNULL$/\t\\N/' >"$table.tsv"
        echo "LOAD DATA LOCAL INFILE '$PWD/$table.tsv' INTO TABLE $table CHARACTER SET utf8mb4 ($columns);" >>mariadb.sql
    done
}
truncated() { local table; for table in $all_tables; do echo "TRUNCATE $1$table$1;"; done; }
connected="--no-defaults -h 127.0.0.1 -P $CORE_MARIADB_PORT -u elog -psecret elog"
truncated '' >truncate.sql

# scripts TARGET NAME: a push of all, of what changed, and of nothing.
scripts() {
    echo "exec elog-push -q '$1' <dump >/dev/null" | script "$2"
    echo "elog-push --bookmark '$1' | elog-dump --state - file.db | elog-push -q '$1' >/dev/null" | script "$2-nothing"
    echo "elog-push --bookmark --source million '$1' | elog-dump --state - million.db | elog-push -q --source million '$1' >/dev/null" | script "$2-some"
}

# some NAME: a million rows are there; a hundred change before each time.
some() {
    # shellcheck disable=SC2016 # awk's
    printf '%s\n' 'n=$(($(cat n) + 1)); echo $n >n' \
        "grep '\"experiment\":\"e77\"' million | sed \"1,100s/number/another \$n/\" | elog-load -q million.db >/dev/null" |
        script "$1-some.prepare"
    echo 1 >n
    best "$1-nothing" "$1-some"
    line "$2: nothing changed" "$(compute 0 "$best_1 * 1000") ms" - "$(compute 0 "$best_1 * 1000")" "<= 100"
    line "$2: 100 of a million rows changed" "$(compute 0 "$best_2 * 1000") ms" - "$(compute 0 "$best_2 * 1000")" "<= 150"
}

awk 'BEGIN {
    for (e = 0; e < 1000; e++) {
        for (i = 0; i < 1000; i++)
            printf "{\"type\":\"RECORD\",\"stream\":\"logbook_entries\",\"record\":" \
                "{\"experiment\":\"e%d\",\"_id\":\"%d\",\"content\":\"number %d\"}}\n", e, i, i
        printf "{\"type\":\"RECORD\",\"stream\":\"fetches\",\"record\":{\"experiment\":\"e%d\"," \
            "\"status\":\"complete\",\"records\":{\"logbook_entries\":1000},\"fetched_at\":\"2026\"}}\n", e
    }
}' >million
elog-load -q million.db million >/dev/null

if wanted core; then
    scripts "$CORE_MARIADB" push-mariadb
    elog-push --migrate "$CORE_MARIADB"
    echo "exec mariadb $connected <truncate.sql" | script push-mariadb.prepare
    ./push-mariadb
    mariadb_peer
    cp push-mariadb.prepare load-mariadb.prepare
    echo "exec mariadb $connected --local-infile=1 --default-character-set=utf8mb4 <mariadb.sql" | script load-mariadb
    best push-mariadb load-mariadb
    slower "first push to MariaDB; LOAD DATA LOCAL" "$best_1" "$best_2" "<= 1.5"
    elog-dump million.db | elog-push -q --source million "$CORE_MARIADB" >/dev/null
    ./push-mariadb
    some push-mariadb MariaDB
    elog-dump million.db | /usr/bin/time -f %M -o peak.push elog-push -q --source again "$CORE_MARIADB" >/dev/null
    memory=$(tail -n 1 peak.push)
    line "  a million rows: memory" "$((memory / 1024)) MB" - "$((memory / 1024))" "<= 64"

    core_postgresql "$core_servers/postgresql"
    scripts "$CORE_POSTGRESQL" push-postgresql
    elog-push --migrate "$CORE_POSTGRESQL"
    psql="psql -X -q -h 127.0.0.1 -p $CORE_POSTGRESQL_PORT -U elog"
    truncated '"' >truncate.psql
    echo "exec $psql -d elog -f truncate.psql" | script push-postgresql.prepare
    ./push-postgresql
    : >copy.psql
    for table in $mariadb_tables; do
        core_psql elog -c "\\copy \"$table\" to $table.pg"
        echo "\\copy \"$table\" from $table.pg" >>copy.psql
    done
    cp push-postgresql.prepare copy-postgresql.prepare
    echo "exec $psql -d elog -f copy.psql" | script copy-postgresql
    best push-postgresql copy-postgresql
    slower "first push to PostgreSQL; \\copy" "$best_1" "$best_2" "<= 1.5"
    if command -v pgloader >/dev/null; then
        first=$best_1 keep=$rounds rounds=1
        core_psql postgres -c 'CREATE DATABASE peer' >/dev/null
        echo "exec pgloader --on-error-stop file.db postgresql://elog:secret@127.0.0.1:$CORE_POSTGRESQL_PORT/peer >pgloader.log 2>&1" | script pgloader-sqlite
        best pgloader-sqlite
        rounds=$keep
        faster "first push to PostgreSQL; pgloader, times faster" "$first" "$best_1" ">= 3"
    fi
    elog-dump million.db | elog-push -q --source million "$CORE_POSTGRESQL" >/dev/null
    core_psql elog -c 'ANALYZE'
    ./push-postgresql
    some push-postgresql PostgreSQL

    # Sixteen times the experiments: the same under other names.
    for i in $(seq 16); do
        sed "s/\"experiment\":\"/&x$i/" dump
    done | grep -v '"STATE"' >dump.16
    echo "exec elog-push -q --source one '$CORE_POSTGRESQL' <dump >/dev/null" | script push-1
    echo "exec /usr/bin/time -f %M -o peak.16 elog-push -q --source sixteen '$CORE_POSTGRESQL' <dump.16 >/dev/null" | script push-16
    cp push-postgresql.prepare push-1.prepare
    cp push-postgresql.prepare push-16.prepare
    keep=$rounds rounds=2
    best push-1 push-16
    rounds=$keep
    slower "16 times the experiments; once" "$best_2" "$best_1" "<= 17"
    memory=$(tail -n 1 peak.16)
    line "  memory" "$((memory / 1024)) MB" - "$((memory / 1024))" "<= 64"
    rm -f dump.16
fi

if wanted cluster; then
    core_galera "$core_servers/galera"
    elog-push --migrate "$CORE_MARIADB"
    elog-push --migrate "$CORE_GALERA"
    echo "exec elog-push -q '$CORE_MARIADB' <dump >/dev/null" | script push-single
    echo "exec elog-push -q '$CORE_GALERA' <dump >/dev/null" | script push-cluster
    echo "exec mariadb $connected <truncate.sql" | script push-single.prepare
    echo "exec mariadb ${connected/$CORE_MARIADB_PORT/$(cat "$core_servers/galera/1/port")} <truncate.sql" | script push-cluster.prepare
    best push-cluster push-single
    slower "three nodes of Galera; one MariaDB" "$best_1" "$best_2" "<= 2"
fi
core_done
cd ..
