#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-push without a server: addresses, passwords, options, servers that are away.
# tests/core has those with servers.

load ../lib/common

setup() {
    common_setup
}

@test "a target is an address of a server, and has no password in it" {
    run --separate-stderr elog-push elog.db </dev/null
    equal "$status" 2
    says elog-push "no address of a server"
    for target in postgresql://me:secret@host/db mariadb://host/db?password=secret \
        'odbc:DSN=x;PWD=secret'; do
        run --separate-stderr elog-push "$target" </dev/null
        equal "$status" 2
        says elog-push "a password in the address"
        [[ $stderr != *secret* ]]
    done
    run --separate-stderr elog-push postgresql://host </dev/null
    equal "$status" 2
    says elog-push "which database?"
    for target in 'postgresql://host:port/db' 'mariadb://host:99999/db' 'mariadb://[::1/db' \
        'mariadb://host/db?x'; do
        run --separate-stderr elog-push "$target" </dev/null
        equal "$status" 2
        says elog-push "is wrong"
    done
    run --separate-stderr elog-push </dev/null
    equal "$status" 2
    says elog-push "which server?"
}

@test "options that exclude each other" {
    run --separate-stderr elog-push --bookmark --verify postgresql://h/d
    equal "$status" 2
    says elog-push "exclude each other"
    run --separate-stderr elog-push --only runs postgresql://h/d
    equal "$status" 2
    says elog-push "go with --read"
    run --separate-stderr elog-push --wait soon postgresql://h/d
    equal "$status" 2
    says elog-push "is no time"
    run --separate-stderr elog-push --source '' postgresql://h/d
    equal "$status" 2
    says elog-push "a name of"
    run --separate-stderr elog-push postgresql://h/d mariadb://h/d
    equal "$status" 2
    says elog-push "one target is expected"
    run --separate-stderr elog-dump --state x postgresql://h/d
    equal "$status" 2
    says elog-dump "a server has no --since"
}

@test "a server that asks for a file of ours gets none" {
    # libmariadb gave it any that we can read.
    echo secret >"$BATS_TEST_TMPDIR/secret"
    exec 5< <(exec python3 "$root/tests/core/thief.py" "$BATS_TEST_TMPDIR/secret" 3>&-)
    read -r port <&5
    run --separate-stderr elog-push --wait 0 "mariadb://me@127.0.0.1:$port/d" </dev/null 5<&-
    status_is 1
    says elog-push 'asks for a file of this machine'
    equal "$(cat <&5)" 'got '
    exec 5<&-
}

@test "a server that is not there is tried for as long as was said, and exits with 75" {
    for target in postgresql://elog@127.0.0.1:1/elog mariadb://elog@127.0.0.1:1,127.0.0.1:2/elog; do
        run --separate-stderr elog-push --wait 0 "$target" </dev/null
        equal "$status" 75
        says elog-push "try again later"
    done
    run --separate-stderr elog-push --wait 0 odbc:DSN=nosuch </dev/null
    [ "$status" -eq 1 ] || [ "$status" -eq 75 ]
}

@test "the configuration names the target" {
    echo 'push_target: postgresql://elog@127.0.0.1:1/elog' >"$BATS_TEST_TMPDIR/c.yaml"
    run --separate-stderr elog-push --config "$BATS_TEST_TMPDIR/c.yaml" --wait 0 </dev/null
    equal "$status" 75
    says elog-push "127.0.0.1"
}

@test "no other tool needs the libraries of servers" {
    for tool in "${ELOG_BUILD:-$root/build}"/elog-*; do
        case $tool in *elog-push | *.sh) continue ;; esac
        ! ldd "$tool" | grep -E 'libpq|libmariadb|libodbc' || { echo "$tool" >&2; false; }
    done
}
