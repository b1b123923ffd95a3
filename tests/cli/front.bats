#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog: the front door.

load ../lib/common

setup() {
    common_setup
}

@test "alone: every tool with a line; --help and --version" {
    run --separate-stderr elog
    status_is 0
    silent
    for tool in "$root"/tools/elog-*.c "$root"/scripts/elog-*.sh; do
        name=$(basename "$tool")
        name=${name#elog-}
        grep -q "^  ${name%.*}  *[[:alpha:]]" <<<"$output" || { echo "no $name"; return 1; }
    done
    equal "$(elog help)" "$output"
    equal "$(elog --version)" "elog $(elog-select --version | sed -n '1s/.* //p')"
    elog --help | grep -q TOOL
}

@test "a tool is run with its arguments, its input and its status" {
    elog load --quiet "$db" </dev/null
    run --separate-stderr elog status --json "$db"
    status_is 0
    equal "$(jq .database <<<"$output")" "\"$db\""
    run --separate-stderr elog select --limit -1 "$db"
    status_is 2
    says elog-select "--limit"
    run --separate-stderr elog sync --nonsense
    status_is 2
    says elog-sync --nonsense
    run --separate-stderr elog elog-config keep
    status_is 0
}

@test "the tool that came with it is run, not another one in PATH" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\necho another\n' >"$BATS_TEST_TMPDIR/bin/elog-config"
    chmod +x "$BATS_TEST_TMPDIR/bin/elog-config"
    elog=$(command -v elog)
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$elog" config keep
    [ "$output" != another ]
    # Alone in its directory, it finds the others in PATH.
    cp "$elog" "$BATS_TEST_TMPDIR/elog"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$BATS_TEST_TMPDIR/elog" config
    equal "$output" another
    run --separate-stderr env PATH=/nowhere "$BATS_TEST_TMPDIR/elog" config
    status_is 1
    says elog "elog-config: No such file"
}

@test "what is no tool: the nearest, or the list" {
    run --separate-stderr elog selct
    status_is 2
    says elog "no tool 'selct'; the nearest is select"
    run --separate-stderr elog help syncc
    status_is 2
    says elog "the nearest is sync"
    run --separate-stderr elog xyzzy
    status_is 2
    says elog "elog alone lists them"
    run --separate-stderr elog --nonsense
    status_is 2
    says elog --nonsense
}

@test "help shows the manual: of a tool, of the formats, of it all" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    # man(1), as far as it is asked which page.
    printf '#!/bin/sh\necho "$@"\n' >"$BATS_TEST_TMPDIR/bin/man"
    chmod +x "$BATS_TEST_TMPDIR/bin/man"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    for pair in select:elog-select.1 sync:elog-sync.1 query:elog-query.7 schema:elog-schema.5 elog:elog.7; do
        run elog help "${pair%:*}"
        status_is 0
        [[ $output == */man/"${pair#*:}" ]]
        [ -e "$output" ]
    done
    # Where no page is beside it, man finds it.
    cp "$(command -v elog)" "$BATS_TEST_TMPDIR/elog"
    equal "$("$BATS_TEST_TMPDIR/elog" help stream)" "5 elog-stream"
}

@test "completion: tools, then as the tool" {
    # shellcheck disable=SC1091 # the completion
    . "$root/contrib/bash-completion/elog"
    complete_words() {
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        "$(complete -p "$1" | sed 's/.*-F \([a-z_]*\) .*/\1/')"
        echo "${COMPREPLY[*]}"
    }
    equal "$(complete_words elog sel)" select
    equal "$(complete_words elog help sy)" sync
    equal "$(complete_words elog select --exp)" "--experiments --explain"
    equal "$(complete_words elog sync --dry)" --dry-run
    equal "$(complete_words elog cond sh)" show
    equal "$(complete_words elog select --format js)" "json json-array"
}

@test "installed beside a foreign elog, and alone" {
    prefix=$BATS_TEST_TMPDIR/usr
    mkdir -p "$prefix/bin" "$prefix/share/man/man1" "$prefix/share/bash-completion/completions"
    front() { sh "$root/scripts/front-door.sh" "$1" "$(command -v elog)" "$root/man/elog.1" "$prefix"; }
    front install
    "$prefix/bin/elog" --version
    [ -e "$prefix/share/man/man1/elog.1" ]
    front install # over our own
    front uninstall
    equal "$(find "$prefix" ! -type d)" ""
    # The client of PSI's logbook.
    echo foreign >"$prefix/bin/elog"
    echo foreign >"$prefix/share/man/man1/elog.1"
    run --separate-stderr front install
    status_is 0
    [[ $stderr == *"$prefix/bin/elog is another program's, and stays"* ]]
    front uninstall
    equal "$(cat "$prefix/bin/elog" "$prefix/share/man/man1/elog.1")" $'foreign\nforeign'
    # Only its manual is there.
    rm "$prefix/bin/elog"
    front install
    equal "$(cat "$prefix/share/man/man1/elog.1")" foreign
    [ ! -e "$prefix/bin/elog" ]
}
