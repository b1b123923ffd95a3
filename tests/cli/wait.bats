#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# Several writers of one database: they wait for each other, in order.

load ../lib/common

setup() {
    common_setup
    for run in $(seq 40); do
        record runs "{\"experiment\":\"e1\",\"num\":$run}"
    done >"$BATS_TEST_TMPDIR/runs"
    closed e1 '{"runs":40}' >>"$BATS_TEST_TMPDIR/runs"
    elog-load -q "$db" "$BATS_TEST_TMPDIR/runs" >/dev/null
}

# An elog-load whose input is fd 8.
hold() {
    mkfifo "$BATS_TEST_TMPDIR/in"
    elog-load -q "$db" <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/states" 3>&- &
    holder=$!
    exec 8>"$BATS_TEST_TMPDIR/in"
    wait_for test -s "$db.lock"
}

# Do so many stand in line?  That is when the last has its number.
in_line() {
    [ "$(od -An -td8 -N8 "$db.queue" 2>/dev/null | tr -d ' ')" = "$1" ]
}

@test "20 sets, 4 at a time: all are there" {
    # On 9cc3b6d most were refused with 75.
    seq 20 | xargs -P 4 -I{} elog-cond set --db "$db" e1 {} x {}
    equal "$(elog-select "x > 0" -v x "$db" | awk "\$2 == \$3" | wc -l)" 20
    lone_database "$db"
}

@test "--wait: how long, 0 not at all; 75 and the holder's number" {
    # The configuration's time would end none of them.
    export ELOG_LOCK_TIMEOUT=100000
    exec 9>"$db.lock"
    flock 9
    run --separate-stderr elog-load --wait 0 "$db" </dev/null 9>&-
    status_is 75
    says elog-load "$db" "is writing it: try again later"
    run --separate-stderr elog-cond set --db "$db" --wait=0s e1 1 x 5 9>&-
    status_is 75
    SECONDS=0
    run --separate-stderr elog-cond set --db "$db" --wait 2 e1 1 x 5 9>&-
    status_is 75
    [ "$SECONDS" -ge 2 ]
    for time in 5x 1.5 -1 '' 's'; do
        run --separate-stderr elog-load "--wait=$time" "$db" </dev/null
        status_is 2
        says elog-load --wait
        run --separate-stderr elog-cond set --db "$db" "--wait=$time" e1 1 x 5
        status_is 2
    done
    # One that waits gets it when it is free.
    elog-cond set --db "$db" e1 1 x 5 9>&- 3>&- &
    sleep 0.3
    exec 9>&-
    wait $!
    equal "$(elog-cond show --db "$db" e1 1)" $'x\tint\t5'
    lone_database "$db"
}

@test "in the order in which they came" {
    exec 9>"$db.lock"
    flock 9
    for n in 1 2 3 4 5 6 7 8; do
        elog-cond set --db "$db" e1 1 "c$n" $n 9>&- 3>&- &
        wait_for in_line "$n"
    done
    exec 9>&-
    wait
    equal "$(sql "$db" "SELECT group_concat(message, ' ') FROM (SELECT message FROM log_records
        WHERE table_name = 'conditions' ORDER BY id)")" "c1 c2 c3 c4 c5 c6 c7 c8"
    lone_database "$db"
}

@test "a long stream lets others write between its experiments, and while it waits for input" {
    hold
    record runs '{"experiment":"e2","num":1}' >&8
    elog-cond set --db "$db" e1 1 x 1 8>&-
    { closed e2 '{"runs":1}'; state e2; } >&8
    wait_for test -s "$BATS_TEST_TMPDIR/states"
    elog-cond set --db "$db" e2 1 x 0.5 8>&-
    # What the other wrote counts: the type is a float by now.
    record conditions '{"experiment":"e1","run":2,"name":"x","value":2}' >&8
    elog-cond set --db "$db" e1 3 x 3.5 8>&-
    exec 8>&-
    wait $holder
    equal "$(elog-select 'x > 0' -v x "$db")" $'e1\t1\t1\ne1\t2\t2\ne1\t3\t3.5\ne2\t1\t0.5'
    lone_database "$db"
}

@test "a writer that is killed while others wait: the next one goes on" {
    hold
    for n in 1 2 3; do
        elog-cond set --db "$db" e1 $n x $n 8>&- 3>&- &
    done
    sleep 0.2
    kill -KILL $holder
    exec 8>&-
    wait
    equal "$(sql "$db" "SELECT count(*) FROM conditions")" 3
    lone_database "$db"
}

@test "a signal ends one that has stepped aside, and one that waits" {
    hold
    elog-cond set --db "$db" e1 1 x 1 8>&-
    kill -TERM $holder
    rc=0
    wait $holder || rc=$?
    exec 8>&-
    equal "$rc" 143
    exec 9>"$db.lock"
    flock 9
    elog-load -q "$db" </dev/null 9>&- 3>&- &
    sleep 0.2
    kill -TERM $!
    rc=0
    wait $! || rc=$?
    equal "$rc" 143
    exec 9>&-
    elog-cond set --db "$db" e1 2 x 1
    lone_database "$db"
}

@test "a database under two hard links is refused" {
    ln "$db" "$BATS_TEST_TMPDIR/two.db"
    run --separate-stderr elog-load "$BATS_TEST_TMPDIR/two.db" </dev/null
    status_is 1
    says elog-load "two.db" "hard link"
    rm "$BATS_TEST_TMPDIR/two.db"
    run --separate-stderr elog-load -q "$db" </dev/null
    status_is 0
}
