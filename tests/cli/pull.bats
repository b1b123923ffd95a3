#!/usr/bin/env bats
# elog-pull over file://: places, names, records, and what is wrong with them.  What needs
# servers stands in tests/server/pull.bats.

# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run; bash -c
load ../lib/common

setup() {
    common_setup
    source=$BATS_TEST_TMPDIR/source
    data=$BATS_TEST_TMPDIR/data
    mkdir -p "$source/L2/RMA1/2025/01/01"
    url=file://$source
}

# file PATH CONTENT [TIME]: a file on the server.
file() {
    mkdir -p "$(dirname "$source/$1")"
    printf '%s' "$2" >"$source/$1"
    touch -d "${3:-2025-01-01T18:30:20Z}" "$source/$1"
}

# wanted PATH [MEMBERS]: the record of a file below the source, as elog-scan writes it.
wanted() {
    jq -nc --arg url "$url/$1" --arg n "$(stat -c %s "$source/$1")" \
        --arg t "$(date -u -r "$source/$1" +%Y-%m-%dT%H:%M:%SZ)" --argjson more "${2:-{\}}" \
        '{type: "RECORD", stream: "remote_files", record: ({url: $url, source: "RMA1", path: "x",
          size: ($n | tonumber), modified: $t, time: "2025-01-01T18:30:20Z",
          observed_at: "2025-01-02T00:00:00Z"} + $more)}'
}

# of STREAM FILTER: what the records of a stream in $output say.
of() {
    jq -rc --arg s "$1" "select(.type == \"RECORD\" and .stream == \$s).record | $2" <<<"$output"
}

# place PATH: where a file of the source lies in the end.
place() {
    echo "$data/local$source/$1"
}

pull() {
    elog-pull --to "$data" "$@"
}

@test "a file comes, whole, with its time and its record; the stream passes through" {
    file L2/RMA1/2025/01/01/a.BUFR hello
    wanted L2/RMA1/2025/01/01/a.BUFR >"$BATS_TEST_TMPDIR/in"
    record runs '{"experiment":"e1","num":1}' >>"$BATS_TEST_TMPDIR/in"
    state e1 >>"$BATS_TEST_TMPDIR/in"
    run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
    status_is 0
    silent
    equal "$(grep -vE '"(downloads)"' <<<"$output")" "$(cat "$BATS_TEST_TMPDIR/in")"
    equal "$(of downloads '[.path, .size, .sha256, .attempts, .resumed_from, .source, .modified, .mtime, .time, .observed_at, .status]')" \
        "[\"local$source/L2/RMA1/2025/01/01/a.BUFR\",5,\"$(printf hello | sha256sum | cut -d' ' -f1)\",1,0,\"RMA1\",\"2025-01-01T18:30:20Z\",\"2025-01-01T18:30:20Z\",\"2025-01-01T18:30:20Z\",\"2025-01-02T00:00:00Z\",\"complete\"]"
    cmp "$source/L2/RMA1/2025/01/01/a.BUFR" "$(place L2/RMA1/2025/01/01/a.BUFR)"
    equal "$(stat -c '%a %Y' "$(place L2/RMA1/2025/01/01/a.BUFR)")" "600 $(date -d 2025-01-01T18:30:20Z +%s)"
    equal "$(stat -c %a "$data")" 700
    no_file "$data" '*.part*'
    no_file "$data" '*.lock'
}

@test "into a database: not fetched again, until it changes; then replaced" {
    file a one
    wanted a | pull --db "$db" >/dev/null
    equal "$(sql "$db" 'SELECT path, size, source, time, status FROM downloads')" \
        "local$source/a|3|RMA1|2025-01-01T18:30:20Z|complete"
    chmod 000 "$source/a" # whoever reads it again has no luck
    run as_user elog-pull --to "$data" --known "$db" < <(wanted a)
    status_is 0
    equal "$(of downloads .url)" ""
    chmod 600 "$source/a"
    file a three 2025-01-01T19:00:00Z
    wanted a | pull --db "$db" >/dev/null
    equal "$(cat "$(place a)")" three
    equal "$(sql "$db" 'SELECT size, modified FROM downloads')" '5|2025-01-01T19:00:00Z'
    # Somebody spoilt it: it comes again, it is ours.
    echo xxxxx >"$(place a)"
    wanted a | pull --db "$db" >/dev/null
    equal "$(cat "$(place a)")" three
    lone_database "$db"
}

@test "a database that is not there yet, or empty, knows nothing" {
    file a one
    run --separate-stderr pull --known "$db" < <(wanted a)
    status_is 0
    silent
    rm -r "$data"
    : >"$db"
    run --separate-stderr pull --known "$db" < <(wanted a)
    status_is 0
    silent
    [ -e "$(place a)" ]
    rm -r "$data" "$db"
    wanted a | elog-pull --to "$data" --known "$db" | elog-load -q "$db"
    equal "$(sql "$db" 'SELECT size FROM downloads')" 3
    run --separate-stderr elog-get --attachments --known "$BATS_TEST_TMPDIR/no.db"
    status_is 0
    silent
}

@test "a listing that knows only the minute, or the day, asks for nothing again" {
    file a one
    wanted a | pull --db "$db" >/dev/null
    for modified in 2025-01-01T18:30Z 2025-01-01T18:30:00Z 2025-01-01; do
        wanted a "{\"modified\":\"$modified\"}" | elog-load -q "$db"
        run pull --known "$db" --dry-run < <(wanted a "{\"modified\":\"$modified\"}")
        equal "$output" ""
    done
    run pull --known "$db" --dry-run < <(wanted a '{"modified":"2025-01-01T18:31Z"}')
    equal "$output" "replace"$'\t'"local$source/a"$'\t'"$url/a"
}

@test "without a database: what is there is known by its label, or its size and time" {
    file a one
    wanted a | pull >/dev/null
    inode=$(stat -c %i "$(place a)")
    run pull < <(wanted a)
    status_is 0
    equal "$(of downloads '[.size, .sha256]')" "[3,\"$(printf one | sha256sum | cut -d' ' -f1)\"]"
    # Copied by another program, with its time, and without the label.
    cp --preserve=timestamps "$source/a" "$(place a).x"
    mv "$(place a).x" "$(place a)"
    run pull < <(wanted a)
    status_is 0
    equal "$(of downloads '[.size, .attempts]')" '[3,0]'
    [ "$(stat -c %i "$(place a)")" != "$inode" ]
}

@test "a file that is not ours is not overwritten" {
    file a one
    mkdir -p "$(dirname "$(place a)")"
    echo mine >"$(place a)"
    run --separate-stderr pull < <(wanted a)
    status_is 1
    says elog-pull "$url/a" 'not ours' 'move it away'
    equal "$(cat "$(place a)")" mine
    equal "$(of partial_downloads '[.status, .bytes]')" '["failed",0]'
}

@test "nor is a .part that is not ours, and nothing that is no file" {
    for name in a b c d; do file $name one; done
    mkdir -p "$(dirname "$(place a)")"
    echo mine >"$(place a).part"
    mkfifo "$(place b)"
    ln -s "$BATS_TEST_TMPDIR/elsewhere" "$(place c)"
    mkdir "$(place d)"
    for name in a b c d; do
        run --separate-stderr pull < <(wanted $name)
        status_is 1
        says elog-pull "$url/$name"
    done
    equal "$(cat "$(place a).part")" mine
    [ -p "$(place b)" ] && [ -h "$(place c)" ] && [ -d "$(place d)" ]
    [ ! -e "$BATS_TEST_TMPDIR/elsewhere" ]
}

@test "nor is a .part.json that is not ours" {
    file a one
    mkdir -p "$(dirname "$(place a)")"
    for other in '{"mine":1}' mine '{"url":"http://h/x","attempts":1}'; do
        echo "$other" >"$(place a).part.json"
        run --separate-stderr pull < <(wanted a)
        status_is 1
        says elog-pull "$url/a" '.part.json' 'move it away'
        equal "$(cat "$(place a).part.json")" "$other"
    done
    : >"$(place a).part.json" # as a machine that lost power may leave ours
    run --separate-stderr pull < <(wanted a)
    status_is 0
    no_file "$data" '*.part*'
}

@test "names cannot leave the directory" {
    echo secret >"$BATS_TEST_TMPDIR/passwd"
    for path in ../passwd x/../../passwd %2e%2e/passwd .%2E/passwd L2/%00x 'L2/%2F..'; do
        run --separate-stderr pull < <(record remote_files "{\"url\":\"$url/$path\"}")
        status_is 1
        [ "${#stderr_lines[@]}" = 1 ]
    done
    # Of directories that lead elsewhere, too.
    file L2/a one
    mkdir -p "$data/local$(dirname "$source")" "$BATS_TEST_TMPDIR/outside"
    ln -s "$BATS_TEST_TMPDIR/outside" "$data/local$source"
    run --separate-stderr pull < <(wanted L2/a)
    status_is 1
    says elog-pull 'its directory'
    no_file "$BATS_TEST_TMPDIR/outside" '*'
    file ws-kerb/lgbk/lgbk/a one
    run --separate-stderr pull --url "$url" < <(record attachments \
        "{\"url\":\"$url/ws-kerb/lgbk/lgbk/a\",\"experiment\":\"e\",\"path\":\"../../x\"}")
    status_is 0
    equal "$(cat "$data/attachments/%2E./%2E./x")" one
    no_file "$BATS_TEST_TMPDIR" x.part
}

@test "hidden, strange and reserved names are written with %" {
    file L2/.hidden 1
    file $'L2/a\tb' 2
    file L2/c.part 3
    file 'L2/d%2Fe' 4
    file $'L2/\xff' 5
    file 'L2/ü ?#' 6
    for name in .hidden a%09b c.part d%252Fe %FF '%C3%BC%20%3F%23'; do
        record remote_files "{\"url\":\"$url/L2/$name\"}"
    done >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr pull --layout '{name}' <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$(cd "$data" && LC_ALL=C ls)" "%2Ehidden
%FF
a%09b
c%2Epart
d%252Fe
ü ?#"
    equal "$(of downloads .path | jq -R . | wc -l)" 6
}

@test "a name that is too long, a path that is too deep" {
    long=$(printf 'x%.0s' $(seq 250))
    run --separate-stderr pull < <(record remote_files "{\"url\":\"$url/$long\"}")
    status_is 1
    says elog-pull 'too long'
    deep=$(printf 'd/%.0s' $(seq 80))
    run --separate-stderr pull < <(record remote_files "{\"url\":\"$url/${deep}x\"}")
    status_is 1
    says elog-pull 'too deep'
}

@test "--layout: fields of the record, and two files that would be one" {
    file L2/a one
    file L3/a two
    run --separate-stderr pull --layout '{source}/{field}/{name}' \
        < <(wanted L2/a '{"fields":{"field":"DB/ZH"}}')
    status_is 0
    equal "$(cat "$data/RMA1/DB%2FZH/a")" one
    run --separate-stderr pull --layout 'x-{name}' < <(wanted L2/a; wanted L3/a)
    status_is 1
    [ "${#stderr_lines[@]}" = 1 ]
    [[ $stderr == *"L3/a"* ]]
    equal "$(cat "$data/x-a")" one
    run --separate-stderr pull --layout '{nosuch}/{name}' < <(wanted L2/a)
    status_is 1
    says elog-pull "no 'nosuch'"
}

@test "a file that is named twice is taken once" {
    head -c 100000 /dev/urandom >"$source/a"
    (wanted a; wanted a; wanted a) >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
    status_is 0
    silent
    equal "$(of downloads .url)" "$url/a"
    equal "$(of partial_downloads .url)" ""
}

@test "a checksum in the record is held against what came" {
    file a one
    sum=$(printf one | sha256sum | cut -d' ' -f1) md5=$(printf one | md5sum | cut -d' ' -f1)
    run --separate-stderr pull < <(wanted a "{\"checksum\":\"md5:$md5\",\"sha256\":\"$sum\"}")
    status_is 0
    rm -r "$data"
    run --separate-stderr pull --attempts 1 < <(wanted a "{\"checksum\":\"sha256:${sum//0/1}\"}")
    status_is 1
    says elog-pull SHA-256 'not the one'
    run --separate-stderr pull --attempts 1 < <(wanted a "{\"md5\":\"${md5//f/e}\"}")
    status_is 1
    says elog-pull MD5
    [[ $stderr == *'of its record'* && $stderr != *server* ]]
    no_file "$data" a
    equal "$(of partial_downloads '[.status, .bytes]')" '["partial",0]'
    run --separate-stderr pull < <(wanted a '{"checksum":"sha256:12"}')
    status_is 0
    says elog-pull "$url/a" 'the checksum of its record is no'
}

@test "another size than it was listed with" {
    file a one
    wanted a >"$BATS_TEST_TMPDIR/in"
    file a 'it has grown'
    run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-pull '12 bytes there, 3 when it was listed'
    no_file "$data" a
}

@test "what is missing fails, is recorded, and the others come" {
    file a one
    run --separate-stderr pull --db "$db" < <(
        record remote_files "{\"url\":\"$url/nothing\",\"source\":\"RMA1\",\"path\":\"x\",\"observed_at\":\"2025-01-02T00:00:00Z\"}"
        wanted a)
    status_is 1
    says elog-pull "$url/nothing: no such file"
    equal "$(sql "$db" 'SELECT url, status, attempts, last_error FROM partial_downloads')" \
        "$url/nothing|failed|1|no such file"
    equal "$(cat "$(place a)")" one
    # When it comes after all, its row goes.
    file nothing something
    wanted nothing | pull --db "$db" >/dev/null
    equal "$(sql "$db" 'SELECT count(*) FROM partial_downloads')" 0
    equal "$(sql "$db" "SELECT attempts FROM downloads WHERE url LIKE '%nothing'")" 2
}

@test "--pending: what the database names and lacks" {
    for name in a b c; do file $name $name; done
    (wanted a; wanted b; wanted c) | elog-load -q "$db"
    wanted a | pull --db "$db" >/dev/null
    run pull --known "$db" --pending --dry-run
    equal "$(cut -f1,3 <<<"$output")" "fetch	$url/b
fetch	$url/c"
    run --separate-stderr pull --db "$db" --pending
    status_is 0
    silent
    equal "$(sql "$db" 'SELECT count(*) FROM downloads')" 3
    run pull --known "$db" --pending
    status_is 0
    equal "$output" ""
    file b longer
    wanted b | elog-load -q "$db"
    run pull --known "$db" --pending --dry-run
    equal "$(cut -f1,3 <<<"$output")" "replace	$url/b"
}

@test "--pending leaves out what failed, until a listing says something new of it" {
    file a one
    gone=$(wanted a)
    rm "$source/a"
    elog-load -q "$db" <<<"$gone"
    run --separate-stderr pull --db "$db" --pending
    status_is 1
    says elog-pull "$url/a: no such file"
    run --separate-stderr pull --db "$db" --pending
    status_is 0
    silent
    file a longer 2025-01-01T19:00:00Z
    wanted a "{\"observed_at\":\"$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ)\"}" | elog-load -q "$db"
    run --separate-stderr pull --db "$db" --pending
    status_is 0
    equal "$(cat "$(place a)")" longer
}

@test "elog-follow.sh: what failed once does not make the next round fail" {
    name=L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH.BUFR
    file $name one
    mkdir -p "$(dirname "$(place $name)")"
    echo mine >"$(place $name)"
    follow() { elog-follow.sh --db "$db" --to "$data" --once -- "$url/L2/RMA1" --from 2025-01-01; }
    run --separate-stderr follow
    status_is 1
    says elog-pull 'not ours'
    run --separate-stderr follow
    status_is 0
    silent
}

@test "--verify: missing, changed, corrupt" {
    for name in a b c d; do file $name 12345; done
    (wanted a; wanted b; wanted c; wanted d) | pull --db "$db" >/dev/null
    run --separate-stderr pull --known "$db" --verify
    status_is 0
    equal "$output" ""
    rm "$(place a)"
    echo more >>"$(place b)"
    printf 54321 >"$(place c)"
    touch -d 2025-01-01T18:30:20Z "$(place c)" # a disk that forgets tells no time
    run --separate-stderr pull --known "$db" --verify
    status_is 1
    equal "$output" "missing	local$source/a	$url/a
changed	local$source/b	$url/b
corrupt	local$source/c	$url/c"
}

@test "--limit-rate bounds files on disk, too; SIGTERM ends it" {
    head -c 150000 /dev/urandom >"$source/a"
    began=$(date +%s%N)
    run --separate-stderr pull --limit-rate 100k < <(wanted a)
    status_is 0
    silent
    [ $(($(date +%s%N) - began)) -gt 900000000 ]
    cmp "$source/a" "$(place a)"
    rm -r "$data"
    wanted a >"$BATS_TEST_TMPDIR/in"
    elog-pull --to "$data" --limit-rate 5k <"$BATS_TEST_TMPDIR/in" >/dev/null 3>&- &
    wait_for test -s "$(place a).part"
    kill -TERM $!
    wait $! || [ $? = 1 ]
    run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
    status_is 0
    [ "$(of downloads .resumed_from)" -gt 0 ]
    cmp "$source/a" "$(place a)"
}

@test "a .part that somebody changed and made longer is not built upon" {
    head -c 150000 /dev/urandom >"$source/a"
    wanted a >"$BATS_TEST_TMPDIR/in"
    elog-pull --to "$data" --limit-rate 5k <"$BATS_TEST_TMPDIR/in" >/dev/null 3>&- &
    wait_for test -s "$(place a).part"
    kill -TERM $!
    wait $! || [ $? = 1 ]
    n=$(stat -c %s "$(place a).part")
    printf xyz | dd of="$(place a).part" conv=notrunc bs=1 seek=10 2>/dev/null
    tail -c +$((n + 1)) "$source/a" | head -c 100 >>"$(place a).part"
    run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$(of downloads .resumed_from)" 0
    cmp "$source/a" "$(place a)"
}

@test "two at once: the second tries again later" {
    head -c 400000 /dev/zero >"$source/a"
    mkfifo "$BATS_TEST_TMPDIR/in"
    elog-pull --to "$data" <"$BATS_TEST_TMPDIR/in" >/dev/null 3>&- &
    exec 8>"$BATS_TEST_TMPDIR/in"
    wait_for test -s "$data/.elog-pull.lock"
    run --separate-stderr pull </dev/null
    status_is 75
    says elog-pull "$data" "process $!" 'try again later'
    exec 8>&-
    wait $!
    run pull </dev/null
    status_is 0
}

@test "--db while another writes it: 75, and nothing comes" {
    file a one
    mkfifo "$BATS_TEST_TMPDIR/in"
    elog-load -q "$db" <"$BATS_TEST_TMPDIR/in" 3>&- &
    writer=$!
    exec 8>"$BATS_TEST_TMPDIR/in"
    wait_for test -s "$db.lock"
    run --separate-stderr pull --wait 0 --db "$db" < <(wanted a)
    status_is 75
    says elog-pull "process $writer" 'try again later'
    no_file "$data" a
    exec 8>&-
    wait "$writer"
}

@test "the disk is full: one line, the .part stays, exit 1" {
    head -c 300000 /dev/urandom >"$source/a"
    for name in b c d; do cp "$source/a" "$source/$name"; done
    (for name in a b c d; do wanted $name; done) >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr bash -c 'ulimit -f 100; elog-pull --to "$0" <"$1"' "$data" "$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-pull "$data" 'make room'
    [ -s "$(place a).part" ]
    run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
    status_is 0
    [ "$(of downloads .resumed_from | head -n 1)" -gt 0 ]
    cmp "$source/d" "$(place d)"
}

@test "a directory that cannot be written, or made" {
    mkdir -m 555 "$data"
    run --separate-stderr as_user elog-pull --to "$data" </dev/null
    status_is 1
    says elog-pull "$data: Permission denied"
    run --separate-stderr elog-pull --to "$BATS_TEST_TMPDIR/no/such" </dev/null
    status_is 1
    says elog-pull "$BATS_TEST_TMPDIR/no/such: No such file"
    run --separate-stderr elog-pull --to /dev/null </dev/null
    status_is 1
    says elog-pull "/dev/null: Not a directory"
}

@test "URLs that are none, and credentials in one" {
    for bad in nothing gopher://h/x http://h mailto:x 'file://'; do
        run --separate-stderr pull < <(record remote_files "{\"url\":\"$bad\"}")
        status_is 1
        [ "${#stderr_lines[@]}" = 1 ]
    done
    run --separate-stderr pull < <(record remote_files \
        '{"url":"ftp://me:hunter2@127.0.0.1/x","source":"s"}')
    status_is 1
    says elog-pull 'user or password'
    [[ $stderr$output != *hunter2* ]]
    run --separate-stderr pull < <(record remote_files '{"source":"s"}')
    status_is 1
    says elog-pull 'without its url'
    run --separate-stderr pull < <(echo 'no message')
    status_is 1
    says elog-pull 'line 1'
}

@test "a service's credentials go to the service only" {
    echo token >"$BATS_TEST_TMPDIR/token"
    run --separate-stderr pull --url http://127.0.0.1:9 --auth bearer \
        --token-file "$BATS_TEST_TMPDIR/token" < <(record attachments \
        '{"url":"http://127.0.0.1:9999/ws-jwt/x","experiment":"e","path":"e/1/a.png"}')
    status_is 1
    says elog-pull "not under the service's URL"
}

@test "attachments of a logbook on disk, into attachments/EXPERIMENT/ENTRY/NAME" {
    experiment e1
    put e1 elog '[{"_id": "n1", "insert_time": "2026-01-01T10:00:00+00:00", "author": "ann", "content": "one",
        "attachments": [{"_id": "x1", "name": "plot.png", "type": "image/png", "url": "mongo://1"},
            {"_id": "x2", "name": "plot.png", "type": "image/png", "url": "mongo://2"},
            {"_id": "x3", "name": "../a/b.txt", "type": "text/plain", "url": "mongo://3"}]},
        {"_id": "n2", "insert_time": "2026-01-01T11:00:00+00:00", "author": "bob", "content": "gone", "deleted_by": "bob",
        "attachments": [{"_id": "x4", "name": "no.png", "type": "image/png", "url": "mongo://4"}]}]'
    printf picture >"$tree/ws-kerb/lgbk/lgbk/e1/ws/attachment"
    get --attachments e1 | elog-pull --url "file://$tree" --to "$data" --db "$db" >/dev/null
    equal "$(cd "$data" && find . -type f | sort)" "./attachments/e1/n1/%2E._a_b.txt
./attachments/e1/n1/plot.png
./attachments/e1/n1/x2-plot.png"
    equal "$(sql "$db" "SELECT count(*) FROM attachments JOIN downloads USING (url)")" 3
    equal "$(sql "$db" "SELECT count(*) FROM logbook_entries")" 2
    # And from the database alone.
    rm -r "$data"
    run --separate-stderr get --attachments --known "$db" e1
    status_is 0
    equal "$(of attachments '[.entry_id, .attachment_id, .path]' | head -n 1)" '["n1","x1","e1/n1/plot.png"]'
    equal "$(of attachments .url | wc -l)" 3
    run --separate-stderr get --attachments --known "$db" e9
    status_is 1
    says elog-get e9
}

@test "usage: one line each" {
    for wrong in "" "--to $data x" "--to $data --jobs 0" "--to $data --attempts 0" \
        "--to $data --limit-rate 1x" "--to $data --limit-rate -1" "--to $data --layout x" \
        "--to $data --layout {path" "--to $data --layout /{path}" "--to $data --pending" \
        "--to $data --verify" "--to $data --nonsense" "--to $data --ftp-tls maybe"; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr elog-pull $wrong </dev/null
        status_is 2
        [ "${#stderr_lines[@]}" = 1 ] || { echo "$wrong: $stderr"; return 1; }
    done
    run --separate-stderr elog-pull --to "$data" --known "$BATS_TEST_TMPDIR/no.db" --pending
    status_is 1
    says elog-pull no.db
}

@test "stdout full, or gone" {
    file a one
    wanted a >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr bash -c 'elog-pull --to "$0" <"$1" >/dev/full' "$data" "$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-pull 'No space left'
    run --separate-stderr broken_pipe elog-pull --to "$data" <"$BATS_TEST_TMPDIR/in"
    equal "$output" -13
    silent
}

@test "elog-status --downloads: by source and day, pending, partial, failed" {
    for name in a b c; do file $name 12345; done
    (wanted a; wanted b '{"source":"AR5","time":"2025-01-02T00:00:00Z"}'; wanted c
        record remote_files "{\"url\":\"$url/d\",\"source\":\"AR5\",\"path\":\"d\",\"size\":7,\"time\":\"2025-01-03T00:00:00Z\",\"observed_at\":\"2025-01-03T00:00:00Z\"}"
        record partial_downloads '{"url":"ftp://h/e","bytes":10,"total":30,"attempts":2,"source":"RMA1","time":"2025-01-01T00:00:00Z","last_attempt":"2025-01-01T00:00:00Z","status":"partial"}'
        record partial_downloads '{"url":"ftp://h/f","bytes":0,"attempts":2,"source":"RMA1","time":"2025-01-01T00:00:00Z","last_attempt":"2025-01-01T00:00:00Z","status":"failed"}'
    ) | elog-load -q "$db"
    (wanted a; wanted b '{"source":"AR5","time":"2025-01-02T00:00:00Z"}') | pull --db "$db" >/dev/null
    run elog-status --downloads --json "$db"
    status_is 0
    equal "$(jq -c '[.downloaded, .bytes, .pending, .pending_bytes, .partial, .partial_bytes, .failed, .newest_data, .oldest_lacking]' <<<"$output")" \
        '[2,10,2,12,1,10,1,"2025-01-02T00:00:00Z","2025-01-01T00:00:00Z"]'
    [ "$(jq .behind_seconds <<<"$output")" -gt 1000000 ]
    [ "$(jq .bytes_per_second <<<"$output")" -gt 0 ]
    equal "$(jq -c '.days[]' <<<"$output")" \
        '{"source":"AR5","day":"2025-01-02","downloaded":1,"bytes":5,"pending":0,"partial":0,"failed":0}
{"source":"AR5","day":"2025-01-03","downloaded":0,"bytes":0,"pending":1,"partial":0,"failed":0}
{"source":"RMA1","day":"2025-01-01","downloaded":1,"bytes":5,"pending":1,"partial":1,"failed":1}'
    run elog-status --downloads "$db"
    [[ $output =~ downloaded\ +2 ]]
    [[ $output == *$'RMA1\t2025-01-01\t1\t5\t1\t1\t1'* ]]
    run --separate-stderr elog-status --downloads --failed "$db"
    status_is 2
}

@test "queries by source and by day read one stretch of an index that holds all they need" {
    elog-load -q "$db" </dev/null
    plan() { sql "$db" "EXPLAIN QUERY PLAN SELECT count(*), total(size) FROM downloads WHERE $1"; }
    [[ $(plan "source = 'a' AND time >= 'b' AND time < 'c'") == *'SEARCH downloads USING COVERING INDEX downloads_by_source (source=? AND time>? AND time<?)'* ]]
    [[ $(plan "time >= 'b' AND time < 'c'") == *'SEARCH downloads USING COVERING INDEX downloads_by_time (time>? AND time<?)'* ]]
    [[ $(plan "url = 'a'") == *'SEARCH downloads USING INDEX sqlite_autoindex_downloads_1 (url=?)'* ]]
    [[ $(sql "$db" "EXPLAIN QUERY PLAN SELECT source, substr(time, 1, 10) AS day, count(*), sum(size)
        FROM downloads GROUP BY source, day") == *'COVERING INDEX'* ]]
}

@test "the examples of elog-pull(1) and elog-follow(1) run as they stand" {
    for page in elog-pull elog-follow; do
        mkdir "$BATS_TEST_TMPDIR/$page"
        cd "$BATS_TEST_TMPDIR/$page"
        awk '/^\.Sh / { inside = ($2 == "EXAMPLES") }
            /^\.Bd -literal/ && inside { block = sprintf("block%02d", ++n); next }
            /^\.Ed/ { block = "" }
            block != "" { gsub(/\\e/, "\\"); print > block }' "$root/man/$page.1"
        for block in block*; do
            run --separate-stderr sh -e "$block"
            status_is 0
            [[ $stderr != *elog-pull:* && $stderr != *elog-scan:* ]]
        done
        [ "$(find . -name 'RMA1*.BUFR' | wc -l)" = 2 ]
    done
}
