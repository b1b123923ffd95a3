#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# The SQL for Microsoft SQL Server: parsed by a parser of its dialect, for there is no
# server of it here to try it on.

load ../lib/common

setup() {
    common_setup
}

@test "what would be said to SQL Server is Transact-SQL" {
    cd "$BATS_TEST_TMPDIR"
    "${ELOG_BUILD:-$root/build}/tests/core/sql_text" >all.sql
    # The parser does not know parameters, and takes long for long texts.
    mkdir pieces
    awk 'BEGIN { RS = ";\n" } { gsub(/[?]/, "@p"); print $0 ";" >("pieces/" int(NR / 12) ".sql") }' all.sql
    run --separate-stderr sqlfluff parse --dialect tsql pieces
    equal "$(grep -ci unparsable <<<"$output$stderr")" 0
    equal "$(grep -c 'create_table_statement' <<<"$output")" "$(grep -c '^CREATE TABLE' all.sql)"
    # It does tell what is none.
    echo 'CREATE TABLE "x" (a text COLLATE "C", b json) ENGINE=InnoDB; SELECT * FROM x LIMIT 1;' >wrong.sql
    run --separate-stderr sqlfluff parse --dialect tsql wrong.sql
    [[ $output == *npars* ]]
}
