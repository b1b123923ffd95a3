#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-status: what is in a database.

load ../lib/common

newline=$'\n'

setup() {
    common_setup
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        record runs '{"experiment":"e1","num":1}'
        record runs '{"experiment":"e1","num":2}'
        closed e1 '{"experiments":1,"runs":2}' 2026-01-02T00:00:00Z
        record fetches '{"experiment":"e2","status":"failed","stream":"runs","http_status":503,"attempts":3,"message":"HTTP 503 after 3 attempts","fetched_at":"2026-01-01T00:00:00Z"}'
        record fetches '{"experiment":"e 3","status":"denied","stream":"experiments","http_status":401,"attempts":1,"message":"HTTP 401","fetched_at":"2026-01-01T00:00:00Z"}'
        record fetches '{"experiment":"e4","status":"denied","stream":"experiments","http_status":403,"attempts":1,"message":"HTTP 403","fetched_at":"2026-01-01T00:00:00Z"}'
    } | elog-load --quiet --metadata hours_lookback=24 "$db"
}

@test "text: one fact a line, and what is not complete" {
    run --separate-stderr elog-status "$db"
    status_is 0
    silent
    [[ $output =~ database\ +"$db" ]]
    [[ $output =~ size\ +"$(stat -c %s "$db")" ]]
    [[ $output =~ schema_version\ +[0-9]+ ]]
    [[ $output =~ last_update\ +2026-01-02T00:00:00Z ]]
    [[ $output =~ hours_lookback\ +24 ]]
    [[ $output =~ complete\ +1 ]]
    [[ $output =~ failed\ +1 ]]
    [[ $output =~ denied\ +2 ]]
    [[ $output =~ runs\ +2 ]]
    [[ $output == *"e2: runs: HTTP 503 after 3 attempts"* ]]
    [[ $output == *"e4: experiments: HTTP 403"* ]]
}

@test "--json: one object, with numbers as numbers" {
    run --separate-stderr elog-status --json "$db"
    status_is 0
    equal "$(jq -c '[.database, .size, .schema_version > 0, .complete, .failed, .denied, .runs, .files, .hours_lookback, .to_retry]' <<<"$output")" \
        "[\"$db\",$(stat -c %s "$db"),true,1,1,2,2,0,24,[\"e 3\",\"e2\"]]"
    equal "$(jq -r .modified <<<"$output")" "$(date -u -r "$db" +%Y-%m-%dT%H:%M:%SZ)"
    # Each stream is counted.
    local stream
    for stream in $(elog-get --streams) downloads remote_files aliases run_files other_records; do
        equal "$stream $(jq ".$stream" <<<"$output")" "$stream $(sql "$db" "SELECT count(*) FROM $stream")"
    done
}

@test "--failed: the names to retry: failed, and denied for want of a ticket" {
    run --separate-stderr elog-status --failed "$db"
    status_is 0
    silent
    equal "$output" $'e 3\ne2'
}

@test "-0: names for xargs, whatever they are called" {
    equal "$(elog-status --failed -0 "$db" | xargs -0 -n 1 printf '<%s>')" '<e 3><e2>'
    run --separate-stderr elog-status -0 "$db"
    status_is 2
    says elog-status "--failed"
}

@test "--json is valid for any path" {
    # Quotes, a tab, and a byte that is no UTF-8.
    path=$BATS_TEST_TMPDIR/$'a"b\\c\td\xffe.db'
    cp "$db" "$path"
    run --separate-stderr elog-status --json "$path"
    status_is 0
    equal "$(jq -r '.database | ltrimstr($d)' --arg d "$BATS_TEST_TMPDIR/" <<<"$output")" $'a"b\\c\td\xef\xbf\xbde.db'
    run ! env LC_ALL=C grep -q $'\xff' <<<"$output"
}

# On a terminal, with its colours taken out and its time fixed.
person() {
    script -qec "stty rows 50 cols 200; $*" /dev/null </dev/null | tr -d '\r'
}

@test "at a terminal: what failed and what mends it first, then sizes and ages in words" {
    touch -d '-4 minutes' "$db"
    NO_COLOR=1 TERM=xterm run person "elog-status '$db'"
    equal "${lines[0]}" '1 experiment failed; to fetch it again:'
    equal "${lines[1]}" "    elog-status --failed $db | elog-get | elog-load $db"
    [[ ${lines[2]} =~ ^\ \ e2\ \ runs:\ HTTP\ 503\ after\ 3\ attempts,\ [0-9]+\ (days|years)\ ago$ ]]
    equal "${lines[3]}" '1 experiment was refused, for you were not known; to fetch it again:'
    equal "${lines[4]}" "    kinit && elog-status --failed $db | elog-get | elog-load $db"
    equal "${lines[6]}" '1 experiment is not yours to read'
    [[ $output =~ ${newline}size\ +[0-9.]+\ [kM]B ]]
    [[ $output =~ ${newline}written\ +4\ minutes\ ago, ]]
    [[ $output =~ $'\n'"looks back"\ +24\ hours ]]
    [[ $output =~ ${newline}complete\ +1\ experiment${newline} ]]
    [[ $output =~ ${newline}runs\ +2 ]]
    [[ $output != *shifts* ]] # none of them
    [[ $output != *$'\e'* ]]
    # In colour, unless there is none to be had; never into a pipe.
    unset NO_COLOR
    TERM=xterm run person "elog-status '$db'"
    [[ ${lines[0]} == $'\e[31m1 experiment failed\e[0m; '* ]]
    TERM=dumb run person "elog-status '$db'"
    [[ $output != *$'\e'* ]]
    TERM=xterm run person "elog-status '$db' | cat"
    [[ $output == database*"$db"* && $output != *$'\e'* ]]
}

@test "at a terminal: the command that mends is for this path, whatever it is" {
    cp "$db" "$BATS_TEST_TMPDIR/it's mine.db"
    cd "$BATS_TEST_TMPDIR"
    NO_COLOR=1 TERM=xterm run person "elog-status \"it's mine.db\""
    equal "${lines[1]}" "    elog-status --failed 'it'\\''s mine.db' | elog-get | elog-load 'it'\\''s mine.db'"
    command=${lines[1]%% |*}
    equal "$(sh -c "$command")" $'e 3\ne2'
}

@test "a directory, the configuration's, and where nothing is" {
    mkdir "$BATS_TEST_TMPDIR/d"
    cp "$db" "$BATS_TEST_TMPDIR/d/elog_2026_0101_0000.db"
    ln -s elog_2026_0101_0000.db "$BATS_TEST_TMPDIR/d/elog.db"
    run --separate-stderr elog-status --failed "$BATS_TEST_TMPDIR/d"
    equal "$output" $'e 3\ne2'
    ELOG_DATABASE_DIR=$BATS_TEST_TMPDIR/d run --separate-stderr elog-status --failed
    equal "$output" $'e 3\ne2'
    ELOG_DATABASE_PATH=$db run --separate-stderr elog-status --failed
    equal "$output" $'e 3\ne2'
    run --separate-stderr elog-status "$BATS_TEST_TMPDIR/nothing.db"
    status_is 1
    says elog-status "$BATS_TEST_TMPDIR/nothing.db: No such file"
    run --separate-stderr elog-status "$BATS_TEST_TMPDIR"/tmp
    status_is 1
    says elog-status "$BATS_TEST_TMPDIR/tmp/elog.db: No such file"
    equal "$(ls "$BATS_TEST_TMPDIR/tmp")" ""
}

@test "what is no database of ours" {
    sqlite3 "$BATS_TEST_TMPDIR/x.db" "CREATE TABLE t (x)"
    run --separate-stderr elog-status "$BATS_TEST_TMPDIR/x.db"
    status_is 1
    says elog-status "another application"
    echo "just a text that is long enough to be looked at, and no database at all, is it" >"$BATS_TEST_TMPDIR/x.db"
    run --separate-stderr elog-status "$BATS_TEST_TMPDIR/x.db"
    status_is 1
    says elog-status "not an SQLite database"
    : >"$BATS_TEST_TMPDIR/x.db"
    run --separate-stderr elog-status "$BATS_TEST_TMPDIR/x.db"
    status_is 1
    says elog-status "empty"
    sqlite3 "$db" "INSERT INTO schema_version VALUES (999, 'x', 'x')"
    run --separate-stderr elog-status "$db"
    status_is 1
    says elog-status "version 999" "newer elog"
}

@test "a path that is too long to be made absolute: said" {
    # Behind 30 directories with long names, gone down one by one.
    run --separate-stderr /usr/bin/python3 -c 'if True:
        import os, subprocess, sys
        os.chdir(sys.argv[1])
        for _ in range(30):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        open("elog.db", "w").close()
        sys.exit(subprocess.run(["elog-status", "elog.db"]).returncode)' "$BATS_TEST_TMPDIR"
    status_is 1
    says elog-status "elog.db: File name too long"
}

@test "a database of mode 000: it is that, and not its directory" {
    chmod 000 "$db"
    run --separate-stderr as_user elog-status "$db"
    status_is 1
    says elog-status "$db: Permission denied"
    chmod 600 "$db"
}

@test "while it is being written" {
    mkfifo "$BATS_TEST_TMPDIR/in"
    elog-load --quiet "$db" <"$BATS_TEST_TMPDIR/in" 3>&- &
    loader=$!
    exec 8>"$BATS_TEST_TMPDIR/in"
    record runs '{"experiment":"e1","num":9}' >&8
    wait_for test -e "$db-wal"
    run --separate-stderr elog-status --json "$db"
    status_is 0
    equal "$(jq .runs <<<"$output")" 2
    closed e1 '{"runs":1}' >&8
    exec 8>&-
    wait $loader
    equal "$(elog-status --json "$db" | jq .runs)" 1
}

@test "wrong usage, stdout full or gone" {
    run --separate-stderr elog-status --nonsense "$db"
    status_is 2
    says elog-status --nonsense
    # shellcheck disable=SC2016 # expanded by the inner shell
    run --separate-stderr bash -c 'elog-status "$0" >/dev/full' "$db"
    status_is 1
    says elog-status "No space left"
    run --separate-stderr broken_pipe elog-status "$db"
    equal "$output" -13
    silent
}

@test "what is shown cannot forge a line or reach the terminal" {
    printf '%s\n' '{"type":"RECORD","stream":"fetches","record":{"experiment":"e1","status":"failed","stream":"runs","message":"a\u001b[2J\nfailed           e2: runs: forged"}}' |
        elog-load -q "$db" >/dev/null
    run elog-status "$db"
    status_is 0
    [[ $output != *$'\e'* ]]
    equal "$(grep -c '^failed  ' <<<"$output")" 3 # the count, e1, and e2 of the setup
    run elog-status "$db" extra
    status_is 2
}

@test "what takes long shows that it goes on, at a terminal" {
    # A count that takes some seconds, or as long as this machine likes.
    sqlite3 "$db" "DROP TABLE samples; CREATE VIEW samples AS WITH RECURSIVE n (i) AS
        (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 15000000) SELECT i FROM n"
    run person "elog-status '$db' >'$BATS_TEST_TMPDIR/out'"
    [[ $output == *$'\e[Kreading: 1 s'* ]]
    grep -q '^samples  *15000000$' "$BATS_TEST_TMPDIR/out"
    run --separate-stderr elog-status "$db"
    silent
}
