#!/usr/bin/env bats
# The examples of the manual, run as they stand.
#
# Each ".Bd -literal" block under EXAMPLES of elog(7) and elog-stream(5) is a shell
# script, each one of elog-schema(5) is SQL.  The blocks of a page run in their order,
# in one fresh directory, against tests/sample, which a configuration file names.  A
# block that is not to be run is ".Bd -unfilled".

setup_file() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export root
    export PATH=${ELOG_BUILD:-$root/build}:$PATH
    export HOME=$BATS_FILE_TMPDIR/home
    mkdir -p "$HOME/.config/elog"
    # Two experiments of the sample may not be read: on disk that is a failure.
    cat >"$HOME/.config/elog/config.yaml" <<END
base_url: file://$root/tests/sample
exclude_patterns: ["mfxl1153*", "cxil1187*"]
END
    unset XDG_CONFIG_HOME ELOG_CONFIG ELOG_BASE_URL
}

# examples PAGE: write its blocks to 01, 02, ...
examples() {
    awk '
        /^\.Sh / { inside = ($2 == "EXAMPLES") }
        /^\.Bd -literal/ && inside { block = sprintf("%02d", ++n); next }
        /^\.Ed/ { block = "" }
        block != "" {
            gsub(/\\e/, "\\"); gsub(/\\\(aq/, "\047"); gsub(/\\&/, "")
            print > block
        }' "$root/man/$1"
}

# run_examples PAGE COMMAND...: each block on the command's stdin
run_examples() {
    page=$1
    shift
    work=$BATS_TEST_TMPDIR/$page
    mkdir -p "$work/blocks"
    (cd "$work/blocks" && examples "$page")
    [ -e "$work/blocks/03" ] || { echo "$page: fewer than 3 examples"; return 1; }
    cd "$work" || return
    for block in blocks/*; do
        status=0
        output=$("$@" <"$block" 2>stderr) || status=$?
        if [ "$status" -ne 0 ] || [ -z "$output" ]; then
            echo "$page: exit $status, $(printf '%s' "$output" | wc -c) bytes from:"
            cat "$block"
            echo "stderr:"
            cat stderr
            return 1
        fi
    done
}

@test "the pipelines of elog(7) run as they stand" {
    run_examples elog.7 sh -e
}

@test "the pipelines of elog-stream(5) run as they stand" {
    run_examples elog-stream.5 sh -e
}

@test "the queries of elog-schema(5) give rows" {
    elog-list | elog-get | elog-load --quiet "$BATS_TEST_TMPDIR/elog.db" >/dev/null
    run_examples elog-schema.5 sqlite3 -bail -readonly "$BATS_TEST_TMPDIR/elog.db"
}

@test "the queries of elog-select(1) and elog-query(7) select runs" {
    for page in elog-select.1 elog-query.7; do
        mkdir "$BATS_TEST_TMPDIR/$page"
        elog-list | elog-get | elog-load --quiet "$BATS_TEST_TMPDIR/$page/elog.db" >/dev/null
        run_examples "$page" sh -e
    done
}

@test "the configuration file of elog(7) is one" {
    sed -n '/^# ~\/.config\/elog/,/^\.Ed/p' "$root/man/elog.7" | grep -v '^\.Ed' \
        >"$BATS_TEST_TMPDIR/config.yaml"
    run elog-config --config "$BATS_TEST_TMPDIR/config.yaml" keep hours_lookback
    [ "$status" -eq 0 ]
    [ "$output" = "5
72" ]
}

@test "elog(7) and the completion name every key of the configuration" {
    for key in $(elog-config | sed 's/=.*//'); do
        grep -q "^\.It Cm.*\b$key\b" "$root/man/elog.7" || { echo "elog.7: no $key"; return 1; }
        grep -qw "$key" "$root/contrib/bash-completion/elog" ||
            { echo "completion: no $key"; return 1; }
    done
}

@test "elog-stream(5) and elog-schema(5) tell of every stream" {
    for stream in $(elog-dump --streams); do
        for page in elog-stream.5 elog-schema.5; do
            grep -qw "$stream" "$root/man/$page" || { echo "$page: no $stream"; return 1; }
        done
    done
}

@test "who takes --format says which there are, and so does the completion" {
    formats=$(elog-select --format none "$HOME" 2>&1 | sed -n "s/.*'none' is none of //p")
    [[ $formats == "table, "*", nul" ]]
    for format in ${formats//,/}; do
        grep -q "^\.It Cm $format$" "$root/man/elog-select.1" ||
            { echo "elog-select.1: no $format"; return 1; }
        for tool in elog-select elog-search elog-job-read elog-log elog-site; do
            "$tool" --help | grep -qw -- "$format" || { echo "$tool --help: no $format"; return 1; }
        done
        bash -c "source $root/contrib/bash-completion/elog
            COMP_WORDS=(elog-select --format ''); COMP_CWORD=2; _elog
            printf '%s\n' \"\${COMPREPLY[@]}\"" | grep -qx -- "$format" ||
            { echo "completion: no $format"; return 1; }
    done
}

@test "the manual and the completion name every option of every tool" {
    for tool in $(cd "$root/tools" && basename -s .c ./*.c); do
        for option in $("$tool" --help | grep -o '^ .*--[a-z-]*' | sed 's/.*--//' |
            grep -v 'usage\|help\|version\|verbose\|quiet'); do
            grep -q -- "Fl .*-$option\b" "$root/man/$tool.1" ||
                { echo "$tool.1: no --$option"; return 1; }
            grep -q -- "--$option\b" "$root/contrib/bash-completion/elog" ||
                { echo "completion: no --$option"; return 1; }
        done
    done
}
