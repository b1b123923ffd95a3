#!/usr/bin/env bats
# What becomes of files over many runs: those that were refused, lost, worked on; commands
# for each; sets of them.  Over file://, which has all that the others have, but 550.

# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run; bash -c
load ../lib/common

setup() {
    common_setup
    base=$BATS_TEST_TMPDIR/L2
    data=$BATS_TEST_TMPDIR/data
    url=file://$base
    day=RMA1/2025/01/01/00/0000
    mkdir -p "$base/$day"
}

# file NAME CONTENT: an old one.
file() {
    printf '%s' "$2" >"$base/$day/$1"
    find "$base" -exec touch -d 2025-02-01 {} +
}
scan() {
    elog-scan "$url/RMA1" --from 2025-01-01 --to 2025-01-02 "$@"
}
pull() {
    elog-pull --to "$data" --db "$db" "$@"
}
place() {
    echo "$data/local$base/$day/$1"
}
# hide, show NAME: the file is not there, and there again as it was.
hide() {
    mv "$base/$day/$1" "$BATS_TEST_TMPDIR/hidden-$1"
}
show() {
    mv "$BATS_TEST_TMPDIR/hidden-$1" "$base/$day/$1"
    touch -d 2025-02-01 "$base/$day"
}

@test "a file that was refused comes again: when its time has come, or at once" {
    file a one
    scan --db "$db"
    hide a
    run --separate-stderr pull --pending
    status_is 1
    says elog-pull /a 'no such file'
    show a
    # Its time has not come.
    run --separate-stderr pull --pending
    status_is 0
    [ ! -e "$(place a)" ]
    run elog-status --downloads "$db"
    [[ $output == *"given up"*$'\n'* || $output == *"next_attempt"* ]]
    equal "$(elog-status --downloads --json "$db" | jq -c '[.failed, (.given_up[0] | [.url, .error, .attempts]), (.next_retry == .given_up[0].next_attempt)]')" \
        "[1,[\"$url/$day/a\",\"no such file\",1],true]"
    run --separate-stderr pull --pending --retry-failed
    status_is 0
    equal "$(cat "$(place a)")" one
    equal "$(elog-status --downloads --json "$db" | jq -c '[.downloaded, .failed, .given_up]')" '[1,0,[]]'
}

@test "the time of one that failed comes, later after each failure, up to a day" {
    file a one
    scan --db "$db"
    hide a
    local wait=60
    for _ in 1 2 3; do
        pull --pending --retry-failed || true
        equal "$(sql "$db" "SELECT round(86400 * (julianday(next_attempt) - julianday(last_attempt)) / 5) * 5
            FROM partial_downloads")" "$wait.0"
        wait=$((wait * 2))
    done
    sqlite3 "$db" "UPDATE partial_downloads SET attempts = 40"
    pull --pending --retry-failed || true
    equal "$(sql "$db" "SELECT round((julianday(next_attempt) - julianday(last_attempt)) * 100) FROM partial_downloads")" 100.0
    show a
    sqlite3 "$db" "UPDATE partial_downloads SET next_attempt = '2025-01-01T00:00:00Z'"
    pull --pending
    equal "$(cat "$(place a)")" one
}

@test "elog-scan --retry-failed names files that failed, and lists what rests for them" {
    file a one
    scan --db "$db"
    hide a
    pull --pending || true
    show a
    equal "$(scan --known "$db" | grep -c '"remote_files","record"' || true)" 0
    scan --known "$db" --retry-failed | pull
    equal "$(cat "$(place a)")" one
}

@test "a file that is gone or damaged here is told, comes again, or stays pending" {
    local name
    for name in a b c; do file $name "$name-1"; done
    scan | pull
    rm "$(place a)"
    printf 'xxx' >"$(place b)"
    touch -r "$(place c)" "$BATS_TEST_TMPDIR/time"
    printf 'c-x' >"$(place c)"
    touch -r "$BATS_TEST_TMPDIR/time" "$(place c)"
    run --separate-stderr elog-pull --to "$data" --known "$db" --verify
    status_is 1
    equal "$(cut -f 1 <<<"$output" | sort | tr '\n' ' ')" "changed corrupt missing "
    hide c
    run --separate-stderr pull --verify --refetch
    status_is 1
    [[ $stderr == *"c: corrupt: it is fetched again"*"/c: no such file"* ]]
    equal "$(cat "$(place a)" "$(place b)")" a-1b-1
    # It is known to be lost, and comes when it is there again.
    equal "$(sql "$db" "SELECT group_concat(status) FROM (SELECT status FROM downloads ORDER BY path)")" \
        complete,complete,corrupt
    equal "$(elog-status --downloads --json "$db" | jq -c '[.downloaded, .failed]')" '[2,1]'
    show c
    pull --pending --retry-failed
    equal "$(cat "$(place c)")" c-1
    run --separate-stderr elog-pull --to "$data" --known "$db" --verify
    status_is 0
    run --separate-stderr pull --refetch
    status_is 2
}

@test "download, then process: a queue of what nobody has worked on" {
    file a one
    file 'b c' two
    scan | pull
    run --separate-stderr elog-status --downloads --state unprocessed "$db"
    status_is 0
    equal "$output" "$(place a)
$(place 'b c')"
    elog-status --downloads --state unprocessed -0 "$db" | xargs -0 cat >"$BATS_TEST_TMPDIR/got"
    equal "$(cat "$BATS_TEST_TMPDIR/got")" onetwo
    elog-pull --mark processed --db "$db" "$(place a)"
    elog-status --downloads --state unprocessed -0 "$db" | elog-pull --mark rejected --db "$db"
    equal "$(elog-status --downloads --state processed "$db")" "$(place a)"
    equal "$(elog-status --downloads --state rejected --json "$db" | jq -r .path)" "$(place 'b c')"
    equal "$(elog-status --downloads --state unprocessed "$db")" ""
    # A new version of it is not what was worked on.
    printf three >"$base/$day/a"
    touch -d 2025-02-02 "$base/$day/a" "$base/$day"
    scan --known "$db" --recheck | pull
    equal "$(elog-status --downloads --state unprocessed "$db")" "$(place a)"
    # Without --db the records go to stdout; paths as downloads has them count, too.
    equal "$(printf '%s\n' "local$base/$day/a" | elog-pull --mark processed --known "$db" |
        jq -r 'select(.stream == "download_states" and .type == "RECORD").record.state')" processed
    run --separate-stderr elog-pull --mark processed --db "$db" /nowhere
    status_is 1
    says elog-pull '/nowhere: no download is known there'
    run --separate-stderr elog-pull --mark finished --db "$db" x
    status_is 2
    says elog-pull "'finished' is none of unprocessed, processed and rejected"
    run --separate-stderr elog-status --state processed "$db"
    status_is 2
}

@test "--exec runs for each file that came, and its failure is told" {
    file a one
    file 'b; touch x' two
    scan | pull --exec 'printf "%s %s\n" "$ELOG_URL" >>'"$BATS_TEST_TMPDIR/log"
    cd "$BATS_TEST_TMPDIR"
    file c three
    scan --known "$db" --recheck | elog-pull --to "$data" --known "$db" --exec cat >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
    equal "$(cat "$BATS_TEST_TMPDIR/err")" three
    jq -e . <"$BATS_TEST_TMPDIR/out" >/dev/null
    equal "$(sort log)" "$url/$day/a $(place a)
$url/$day/b%3B%20touch%20x $(place 'b; touch x')"
    [ ! -e x ]
    file d four
    run --separate-stderr elog-pull --to "$data" --exec false < <(scan --known "$db" --recheck)
    status_is 1
    [[ $stderr == *"--exec: the command ended with status 1"* ]]
    run --separate-stderr pull --exec ' ' </dev/null
    status_is 2
    says elog-pull '--exec: the command is empty'
    # The command is the user's: with the user's umask, and a limit of size ends it.
    file e five
    scan --known "$db" --recheck | (umask 027 && elog-pull --to "$data" --known "$db" \
        --exec 'umask; grep SigIgn /proc/self/status; :' >/dev/null 2>"$BATS_TEST_TMPDIR/err")
    equal "$(head -n 1 "$BATS_TEST_TMPDIR/err")" 0027
    ignored=$(sed -n 's/^SigIgn:\s*//p' "$BATS_TEST_TMPDIR/err")
    [ $((0x$ignored >> 24 & 1)) = 0 ]
}

@test ".gz is checked whole, unless verify_checksums is false" {
    head -c 100000 /dev/urandom | gzip >"$BATS_TEST_TMPDIR/whole"
    file good.gz ''
    cat "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/whole" >"$base/$day/good.gz"
    head -c 50000 "$BATS_TEST_TMPDIR/whole" >"$base/$day/cut.gz"
    { head -c 50000 "$BATS_TEST_TMPDIR/whole"; printf x; tail -c +50002 "$BATS_TEST_TMPDIR/whole"; } >"$base/$day/bad.gz"
    find "$base" -exec touch -d 2025-02-01 {} +
    run --separate-stderr pull < <(scan)
    status_is 1
    [[ $stderr == *"cut.gz: its gzip data ends too early"* ]]
    [[ $stderr == *"bad.gz: its gzip data is damaged"* ]]
    equal "$(sql "$db" "SELECT group_concat(path, ' ') FROM downloads")" "local$base/$day/good.gz"
    echo 'verify_checksums: no' >"$BATS_TEST_TMPDIR/config.yaml"
    pull --config "$BATS_TEST_TMPDIR/config.yaml" --pending --retry-failed
    equal "$(sql "$db" "SELECT count(*) FROM downloads")" 3
    echo 'verify_checksums: maybe' >"$BATS_TEST_TMPDIR/config.yaml"
    run --separate-stderr pull --config "$BATS_TEST_TMPDIR/config.yaml" --pending
    status_is 2
    says elog-pull "verify_checksums: 'maybe' is not true or false"
}

@test "resume: false begins at the first byte" {
    head -c 300000 /dev/zero >"$base/$day/a"
    find "$base" -exec touch -d 2025-02-01 {} +
    scan --db "$db"
    elog-pull --to "$data" --db "$db" --limit-rate 10k --pending 3>&- &
    pid=$!
    wait_for test -s "$(place a).part"
    kill -TERM "$pid"
    wait "$pid" || true
    pull --pending
    sql "$db" 'SELECT resumed_from > 0 FROM downloads' | grep -qx 1
    rm -r "$data" "$db"
    scan --db "$db"
    elog-pull --to "$data" --db "$db" --limit-rate 10k --pending 3>&- &
    pid=$!
    wait_for test -s "$(place a).part"
    kill -TERM "$pid"
    wait "$pid" || true
    ELOG_RESUME=false pull --pending
    equal "$(sql "$db" 'SELECT resumed_from FROM downloads')" 0
}

@test "sets of files: complete, partial, late" {
    local field
    for field in DBZH VRAD; do file "R_01_${field}_20250101T000000Z" x; done
    file R_02_DBZH_20250101T000000Z x
    options=(--name '^R_(?<volume>\d+)_(?<field>[A-Z]+)_' --set 'scan=volume' --expect 'field=DBZH,VRAD')
    scan "${options[@]}" | pull
    equal "$(elog-status --sets --json "$db" | jq -c '[.set, .source, .shared, .status, .came, .listed, .expected, .lacking]')" \
        '["scan","RMA1","volume=01","complete",2,2,2,null]
["scan","RMA1","volume=02","late",1,1,2,"VRAD"]'
    equal "$(elog-status --sets --late 20000d --json "$db" | jq -r .status | tr '\n' ' ')" "complete partial "
    run --separate-stderr elog-scan "$url/RMA1" --from 2025-01-01 --set scan=volume --expect field=A
    status_is 2
    says elog-scan "neither --template nor --name has a 'volume'"
    run --separate-stderr elog-scan "$url/RMA1" --from 2025-01-01 --set scan=Y
    status_is 2
    says elog-scan '--set and --expect go together'
    run --separate-stderr elog-status --sets --late x "$db"
    status_is 2
}
