#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# What every tool says on stderr, and how much of it.

load ../lib/common

setup() {
    common_setup
}

@test "every tool takes --quiet and --verbose" {
    for tool in $(cd "$root/tools" && basename -s .c ./*.c); do
        [ "$("$tool" --help | grep -c -- '--quiet')" = 1 ] || { echo "$tool: no --quiet"; return 1; }
        [ "$("$tool" --help | grep -c -- '--verbose')" = 1 ] || { echo "$tool: no --verbose"; return 1; }
    done
}

@test "a value that is wrong is named with its option" {
    run --separate-stderr elog-load --expect x "$db"
    status_is 2
    says elog-load "--expect x: invalid numeric value"
    run --separate-stderr elog-load --expect=x "$db"
    status_is 2
    says elog-load "--expect=x: invalid numeric value"
}

@test "an empty name of a database is told as that" {
    cd "$BATS_TEST_TMPDIR/tmp"
    for command in 'elog-status' 'elog-dump' 'elog-web' 'elog-cond ls --db' 'elog-hash history --db' \
        'elog-log ls --db' 'elog-log count --db' 'elog-site ls --db' 'elog-job ls --db'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr $command ''
        status_is 1
        says "${command%% *}" 'the name of the database is empty'
    done
    run --separate-stderr elog-log --db '' hello
    status_is 1
    [[ $stderr == *'the name of the database is empty'*hello* ]]
    no_file . '*spool*'
}

@test "help that cannot be printed is an error" {
    for tool in elog-load elog-select elog-push; do
        # shellcheck disable=SC2016 # the inner shell expands it
        run --separate-stderr bash -c '"$1" --help >/dev/full' _ "$tool"
        status_is 1
        says "$tool" "stdout: No space left on device"
    done
    run --separate-stderr elog-load --help
    status_is 0
    silent
}

@test "-v tells every step" {
    run --separate-stderr elog-get -v --url "file://$sample" mfxl100023
    status_is 0
    [[ $stderr == *"elog-get: file://$sample/"*"/mfxl100023/ws/runs: attempt 1: done, "*" bytes in "* ]]
    elog-load -q "$db" </dev/null
    run --separate-stderr elog-status -v "$db"
    says elog-status "$db: SQLite 3." "schema "
    run --separate-stderr elog-status "$db"
    silent
    run --separate-stderr env ELOG_VERBOSE=1 elog-status "$db"
    says elog-status "$db: SQLite 3."
    run --separate-stderr elog-scan -v "ftp://someone@127.0.0.1:1/x" --from -1d --retries 0
    [[ $stderr == *"ftp://127.0.0.1:1/x/: attempt 1: "* ]]
}

@test "who started us had SIGCHLD ignored: we learn how our own children end all the same" {
    elog-get --url "file://$sample" mfxl100023 | elog-load -q "$db"
    # shellcheck disable=SC2016 # a script of Perl's
    run --separate-stderr perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' elog-cond set --db "$db" mfxl100023 1 a 2
    status_is 0
    silent
}

@test "levels, for a log" {
    export ELOG_MESSAGES=levels
    run --separate-stderr elog-load "$db" </dev/null
    equal "$stderr" "INFO elog-load: $db: 0 records read, 0 rows changed"
    run --separate-stderr elog-load -q "$db" </dev/null
    silent
    run --separate-stderr elog-status -v "$db"
    [[ $stderr == "DEBUG elog-status: $db: SQLite "* ]]
    run --separate-stderr elog-status -q "$db.none"
    equal "$stderr" "ERROR elog-status: $db.none: No such file or directory"
}
