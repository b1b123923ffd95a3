#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2317,SC1091,SC2030,SC2031 # of common.bash and of run; bats
# elog-push with a Galera cluster of three nodes on loopback.  make check-cluster.

load ../lib/common

setup_file() {
    . "$BATS_TEST_DIRNAME/servers.sh"
    directory=$(mktemp -d "${TMPDIR:-/tmp}/elog-cluster.XXXXXX")
    chmod 755 "$directory"
    export directory
    core_galera "$directory"
}

teardown_file() {
    . "$BATS_TEST_DIRNAME/servers.sh"
    core_stop "$directory"
    rm -rf "$directory"
}

setup() {
    common_setup
    . "$BATS_TEST_DIRNAME/servers.sh"
    a=$BATS_TEST_TMPDIR/a.db
    name=t$BATS_TEST_NUMBER
    sql "CREATE DATABASE $name" elog
    T=${CORE_GALERA/\/elog\?//$name?}
}

# sql SQL [DATABASE [NODE]]
sql() {
    core_sql "${2:-$name}" "$1" "$(cat "$directory/${3:-1}/port")"
}

# restart NODE...: of those that are down.
restart() {
    local node
    for node; do
        core_galera_node "$directory" "$node"
        core_until core_galera_synced "$(cat "$directory/$node/port")"
    done
}

mirror() {
    local names
    mapfile -t names < <(elog-list --url "file://$sample" --hours 1000000)
    elog-get --url "file://$sample" "${names[@]}" 2>/dev/null | elog-load --quiet "$1" >/dev/null
}

# loop N: push over and over under names of their own, until N were done or one failed.
# A line for each that was done.
loop() {
    local i
    for ((i = 1; i <= $1; i++)); do
        elog-dump "$a" | elog-push --quiet --source "s$i" --wait 600 "$T" >/dev/null || return
        echo "$i"
    done
}

verified() {
    elog-dump "$a" | elog-push --verify --quiet "$@"
}

# Do all nodes have the same?
same_everywhere() {
    local table node
    for table in runs logbook_entries files holdings; do
        for node in 2 3; do
            [ "$(sql "SELECT count(*), sum(crc32(row_key)) FROM $table" "$name" "$node" 2>/dev/null ||
                sql "SELECT count(*), sum(crc32(stream)) FROM $table" "$name" "$node")" = \
                "$(sql "SELECT count(*), sum(crc32(row_key)) FROM $table" "$name" 1 2>/dev/null ||
                sql "SELECT count(*), sum(crc32(stream)) FROM $table" "$name" 1)" ] || return 1
        done
    done
}

@test "each table has a primary key, and all nodes the same rows" {
    mirror "$a"
    elog-dump "$a" | elog-push --quiet "$T" >/dev/null
    equal "$(sql "SELECT t.table_name FROM information_schema.tables t WHERE t.table_schema = '$name'
        AND NOT EXISTS (SELECT 1 FROM information_schema.table_constraints c WHERE c.table_schema = t.table_schema
        AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY KEY')")" ""
    core_until same_everywhere
    run --separate-stderr verified "$T"
    status_is 0
    equal "$output$stderr" ""
}

@test "pushes to several nodes at once: what one node undoes is tried again" {
    mirror "$a"
    elog-push --migrate --quiet "$T"
    for node in 1 2 3; do
        one="mariadb://elog@127.0.0.1:$(cat "$directory/$node/port")/$name?${T#*\?}"
        (for i in 1 2 3; do elog-dump "$a" | elog-push --quiet --source "n$node-$i" "$one" >/dev/null || exit; done) &
        pids="${pids-} $!"
    done
    for pid in $pids; do wait "$pid"; done
    core_until same_everywhere
    for node in 1 2 3; do
        run --separate-stderr verified --source "n$node-3" "$T"
        status_is 0
        equal "$output$stderr" ""
    done
}

@test "the schema is made by three nodes at once" {
    for node in 1 2 3; do
        elog-push --migrate "mariadb://elog@127.0.0.1:$(cat "$directory/$node/port")/$name?${T#*\?}" 2>>"$BATS_TEST_TMPDIR/said" &
        pids="${pids-} $!"
    done
    failed=0
    for pid in $pids; do wait "$pid" || failed=$((failed + 1)); done
    cat "$BATS_TEST_TMPDIR/said" >&2
    equal "$failed" 0
    mirror "$a"
    elog-dump "$a" | elog-push --quiet "$T" >/dev/null
    run --separate-stderr verified "$T"
    equal "$output$stderr" ""
}

@test "each node in turn is killed during a push, joins again and catches up" {
    mirror "$a"
    elog-push --migrate --quiet "$T"
    for node in 1 2 3; do
        loop 6 >"$BATS_TEST_TMPDIR/done" 2>"$BATS_TEST_TMPDIR/said" &
        pid=$!
        wait_for test -s "$BATS_TEST_TMPDIR/done"
        core_kill "$directory/$node" KILL
        wait "$pid" || { cat "$BATS_TEST_TMPDIR/said" >&2; false; }
        equal "$(wc -l <"$BATS_TEST_TMPDIR/done")" 6
        run --separate-stderr verified --source s6 "$T"
        status_is 0
        equal "$output$stderr" ""
        # It catches up while others go on.
        loop 3 >"$BATS_TEST_TMPDIR/done" 2>"$BATS_TEST_TMPDIR/said" &
        pid=$!
        restart "$node"
        wait "$pid" || { cat "$BATS_TEST_TMPDIR/said" >&2; false; }
        core_until same_everywhere
    done
}

@test "two nodes are killed: 75 without a quorum, and it goes on when they are back" {
    mirror "$a"
    elog-push --migrate --quiet "$T"
    elog-push --bookmark "$T" | elog-dump --state - "$a" >"$BATS_TEST_TMPDIR/dump"
    core_kill "$directory/2" KILL
    core_kill "$directory/3" KILL
    no_quorum() { [ "$(sql "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'wsrep_ready'" information_schema 1 2>/dev/null)" != ON ]; }
    core_until no_quorum
    run --separate-stderr elog-push --quiet --wait 2 "$T" <"$BATS_TEST_TMPDIR/dump"
    status_is 75
    says elog-push "try again later"
    # Those that are back find a cluster again when the one that stayed says that it is.
    sql "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'" mysql 1
    restart 2 3
    run --separate-stderr elog-push --quiet --wait 600 "$T" <"$BATS_TEST_TMPDIR/dump"
    status_is 0
    run --separate-stderr verified "$T"
    equal "$output$stderr" ""
    core_until same_everywhere
}
