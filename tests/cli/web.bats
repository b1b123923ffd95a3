#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2030,SC2031 # variables of common.bash and of run; each test is by itself
# elog-web without a browser: who gets in, what pages and their rows hold.

load ../lib/common

setup() {
    common_setup
    server=
}

teardown() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
}

# An experiment with two entries and two runs, in $db.
logbook() {
    experiment tst1
    mirror "$db" tst1
}

# serve ARGUMENT...: start the server; $base is its address, $token its token.
serve() {
    elog-web --port 0 "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    server=$!
    wait_for grep -q token "$BATS_TEST_TMPDIR/out"
    wait_for grep -q token "$BATS_TEST_TMPDIR/err"
    base=$(sed -n 's/^elog-web: \(http:.*\)?token=.*/\1/p' "$BATS_TEST_TMPDIR/out")
    base=${base%/}
    token=$(sed -n 's/.*token=//p' "$BATS_TEST_TMPDIR/out")
    port=${base##*:}
    cookie="elog-web-$port=$token"
}

# page PATH [CURL OPTION...]: its body.
page() {
    local path=$1
    shift
    curl -sS --max-time 200 -H "Cookie: $cookie" "$@" "$base$path"
}

# code PATH [CURL OPTION...]: the status, with the cookie; bare: without.
code() {
    page "$@" -o /dev/null -w '%{http_code}'
}
bare() {
    local path=$1
    shift
    curl -sS --max-time 200 "$@" -o /dev/null -w '%{http_code}' "$base$path"
}

@test "the token becomes a cookie and leaves the address; others get 403" {
    logbook
    serve "$db"
    equal "${#token}" 32
    equal "$(cat "$BATS_TEST_TMPDIR/err")" "$(cat "$BATS_TEST_TMPDIR/out")"
    equal "$(bare /)" 403
    equal "$(bare '/?token=00000000000000000000000000000000')" 403
    equal "$(bare / -H "Cookie: elog-web-$port=x")" 403
    run curl -sS -i "$base/status?token=$token"
    [[ $output == *' 303 '* ]]
    grep -qi '^location: /status.$' <<<"$output"
    grep -qi "^set-cookie: $cookie; Path=/; HttpOnly; SameSite=Strict" <<<"$output"
    equal "$(code /)" 200
    kill "$server"
    wait "$server"
    server=
}

@test "another host, another origin, another method are refused" {
    logbook
    serve --host logbook.example.org "$db"
    equal "$(code / -H 'Host: evil.example.org')" 403
    equal "$(code / -H "Host: 127.0.0.1:1")" 403
    equal "$(code / -H "Host: localhost:$port")" 200
    equal "$(code / -H "Host: logbook.example.org")" 200
    equal "$(code / -H "Origin: http://evil.example.org")" 403
    equal "$(code / -H "Origin: null")" 403
    equal "$(code / -H "Origin: $base")" 200
    equal "$(code / -H 'Sec-Fetch-Site: cross-site')" 403
    equal "$(code / -H 'Sec-Fetch-Site: same-site')" 403
    equal "$(code / -H 'Sec-Fetch-Site: same-origin')" 200
    equal "$(code / -X POST)" 405
    equal "$(code / -d a=b)" 405
    equal "$(code / -X OPTIONS)" 405
    equal "$(code / -I)" 200
    # From another page, by its own token only as a whole page.
    equal "$(bare "/?token=$token" -H 'Sec-Fetch-Site: cross-site')" 403
    equal "$(bare "/?token=$token" -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: navigate')" 200
}

@test "every answer forbids what a page must not do" {
    logbook
    serve "$db"
    for path in / /nothing /index.json /static/style.css /status; do
        run page "$path" -D - -o /dev/null
        grep -qi "^content-security-policy: default-src 'none'" <<<"$output"
        grep -qi '^x-content-type-options: nosniff' <<<"$output"
        grep -qi '^referrer-policy: no-referrer' <<<"$output"
        grep -qi "frame-ancestors 'none'" <<<"$output"
        ! grep -qi 'unsafe-inline' <<<"$output" || false
    done
}

@test "rows are those of the database, as the tools print them" {
    logbook
    serve "$db"
    equal "$(page /index.json | jq -r '[.name, .instrument, .runs, .entries] | join(" ")')" 'tst1 TST 2 2'
    equal "$(page /index.csv | head -n 1 | cut -d , -f 1,2)" 'name,label'
    equal "$(page '/index.json?q=nothing')" ''
    equal "$(page /e/tst1.json | jq -r .name)" tst1
    equal "$(page /status.json | jq -r 'select(.key == "runs").value')" 2
    equal "$(code /e/none)" 200
    page /e/none | grep -q 'not in this database'
    equal "$(code /nothing)" 404
    page / | grep -q '<h1>Experiments</h1>'
}

@test "what makes no sense is 400, and a label is its experiment" {
    experiment tst_1
    mirror "$db" tst_1
    serve "$db"
    page /e/tst_1/runs/99 | grep -q 'There is no run'
    for path in /e/tst%201 /e/tst_1 /e/tst%201/entries/a1 /e/tst%201/runs/2 /e/tst%201/runs.json; do
        equal "$path $(code "$path")" "$path 200"
    done
    page /e/tst%201/entries | grep -q 'href="/e/tst_1/entries/a1"'
    for path in '/e/tst_1/entries?from=x' '/e/tst_1?to=2025-02-30'; do
        equal "$path $(code "$path")" "$path 400"
    done
    page '/e/tst_1/entries?from=x' | grep -q "from: 'x': a time such as 2026-03-01 is expected"
    for path in '/e/tst_1/entries?from=2026-01-01' '/runs?page=2&sort=type' '/plot?v=p&log=x,y&bins=20&kind=histogram' \
        '/search?q=a&sort=rank' '/e/tst_1/entries?from=&to='; do
        equal "$path $(code "$path")" "$path 200"
    done
}

@test "the next page shows what a load brought, and nothing is left beside the database" {
    logbook
    serve "$db"
    equal "$(page /index.json | jq -r .name)" tst1
    equal "$(page /index.json -H 'If-None-Match: x' | wc -l)" 1
    experiment tst2
    mirror "$db" tst2
    equal "$(page /index.json | jq -r .name | sort | paste -sd ' ')" 'tst1 tst2'
    lone_database "$db"
    # One that is put in its place is seen, too.
    mirror "$BATS_TEST_TMPDIR/other.db" tst2
    mv "$BATS_TEST_TMPDIR/other.db" "$db"
    equal "$(page /index.json | jq -r .name)" tst2
}

@test "an address that is none is refused" {
    logbook
    serve "$db"
    for path in '/%' '/%2' '/%zz' '/%00' '/a%0ab' '/%ff' '/../etc/passwd' '/e/..' '/e/%2e%2e' '//' '/?q=%ff' '/?q=%00'; do
        equal "$path $(code "$path" --path-as-is)" "$path 400"
    done
    equal "$(code "/?q=$(printf 'x%.0s' {1..9000})")" 414
}

@test "a socket for a web server in front" {
    logbook
    elog-web --socket "$BATS_TEST_TMPDIR/s" --trust-user-header X-Remote-User "$db" \
        >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    server=$!
    wait_for test -S "$BATS_TEST_TMPDIR/s"
    equal "$(stat -c %a "$BATS_TEST_TMPDIR/s")" 600
    base=http://localhost
    wait_for grep -q token "$BATS_TEST_TMPDIR/out"
    equal "$(bare / --unix-socket "$BATS_TEST_TMPDIR/s")" 403
    equal "$(bare / --unix-socket "$BATS_TEST_TMPDIR/s" -H 'X-Remote-User;')" 403
    equal "$(bare / --unix-socket "$BATS_TEST_TMPDIR/s" -H 'X-Remote-User: alice')" 200
    kill "$server"
    wait "$server"
    server=
    no_file "$BATS_TEST_TMPDIR" s
}

@test "what is wrong is said" {
    logbook
    run --separate-stderr elog-web "$db" "$db"
    status_is 2
    run --separate-stderr elog-web --trust-user-header X "$db"
    status_is 2
    says elog-web --socket
    run --separate-stderr elog-web --idle soon "$db"
    status_is 2
    run --separate-stderr elog-web --port 70000 "$db"
    status_is 2
    run --separate-stderr elog-web "$BATS_TEST_TMPDIR/none.db"
    status_is 1
    says elog-web none.db
}

@test "it ends when it is idle" {
    logbook
    run --separate-stderr timeout 300 elog-web --port 0 --idle 1s "$db"
    status_is 0
}

# points EXPERIMENT COUNT: runs 1 to COUNT with a speed, a mode, a word, in $db.
points() {
    local i
    {
        echo '{"type":"RECORD","stream":"experiments","record":{"experiment":"'"$1"'","name":"'"$1"'"}}'
        for ((i = 1; i <= $2; i++)); do
            printf '{"type":"RECORD","stream":"runs","record":{"experiment":"%s","num":%d,"type":"DATA","begin_time":"2026-03-01T%02d:%02d:00+00:00","end_time":"2026-03-01T%02d:%02d:30+00:00","params":{"speed":"%d.5","mode":"%s","word":"fast","b":%d}}}\n' \
                "$1" "$i" $((i / 60 % 24)) $((i % 60)) $((i / 60 % 24)) $((i % 60)) "$i" \
                "$([ $((i % 2)) = 0 ] && echo even || echo odd)" $((i % 7))
        done
        echo '{"type":"RECORD","stream":"fetches","record":{"experiment":"'"$1"'","status":"complete","records":{"experiments":1,"runs":'"$2"'},"fetched_at":"2026-03-02T00:00:00Z"}}'
    } | elog-load -q "$db"
}

@test "points: against run, time and a condition, coloured, also where they are texts" {
    points tst1 5
    serve "$db"
    equal "$(page '/plot.json?v=speed' | jq -c '[.name, .experiment, .run, .x, .y]' | sed -n 3p)" \
        '["speed","tst1",3,3,3.5]'
    equal "$(page '/plot.json?v=speed&x=time&colour=mode' | jq -c '[.x, .y, .colour]' | head -n 1)" \
        '["2026-03-01T00:01:00Z",1.5,"odd"]'
    equal "$(page '/plot.json?v=speed&x=b&colour=b' | jq -c '[.x, .y, .colour]' | tail -n 1)" '[5,5.5,5]'
    # By a query, the same as by all runs; and from here to there.
    equal "$(page '/plot.json?v=speed&q=b%3E0')" "$(page '/plot.json?v=speed')"
    equal "$(page '/plot.json?v=speed&from=2&to=3' | jq -c .run | paste -sd ' ')" '2 3'
    equal "$(page '/plot.json?v=speed&x=b&low=2&high=5' | jq -s -c 'map(.y) | [min >= 2, max <= 5, length > 0]')" '[true,true,true]'
    equal "$(page '/plot.json?v=speed,b&low=,3' | jq -s -c 'map(select(.name == "b").y) | min')" 3
    equal "$(code '/plot.json?v=speed&low=x')" 400
    page '/plot?v=speed&colour=b&log=colour' | grep -q 'data-kind="log"'
    equal "$(page '/plot.json?v=speed&x=time&from=2026-03-01T00:04:00Z' | jq -c .run | paste -sd ' ')" '4 5'
    equal "$(page '/e/tst1/plot.csv?v=duration' | tr -d '\r' | sed -n 2p)" 'duration,tst1,1,1,30,,1'
    # Two, and what is no number.
    equal "$(page '/plot.json?v=speed,b' | jq -r .name | uniq -c | tr -s ' ' | paste -sd ';')" ' 5 speed; 5 b'
    equal "$(page '/plot.json?v=word')" ''
    page '/plot?v=word' | grep -q 'what is there are texts'
    # What was set here counts.
    elog-cond set --db "$db" --replace tst1 2 speed 70
    equal "$(page '/plot.json?v=speed' | jq -c .y | sed -n 2p)" 70
}

@test "points: a picture with links, one to save, a histogram, logarithms" {
    points tst1 40
    serve "$db"
    page '/plot?v=speed&colour=mode' >"$BATS_TEST_TMPDIR/plot.html"
    equal "$(grep -o '<circle' "$BATS_TEST_TMPDIR/plot.html" | wc -l)" 40
    grep -q 'href="/e/tst1/runs/7"' "$BATS_TEST_TMPDIR/plot.html"
    page '/plot.svg?v=speed' | python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.stdin.buffer)'
    equal "$(page '/plot.svg?v=speed' -o /dev/null -w '%{content_type}')" image/svg+xml
    equal "$(code /status.svg)" 404
    equal "$(page '/plot.json?v=b&kind=histogram' | jq -s 'map(.count) | add')" 40
    page '/plot?v=b&kind=histogram' | grep -q 'href="/runs?q=b%20%3E%3D%206%20and%20b%20%3C%3D%207"'
    page '/plot?v=start_time&kind=histogram' | grep -q "href=\"/runs?q=start_time%20%3E%3D%20%272026-03-01T"
    # 0 has no logarithm: 5 of 40.
    equal "$(page '/plot.json?v=b&log=y' | wc -l)" 35
    page '/plot?v=b&log=y' | grep -q '5 have no logarithm'
    page /e/tst1/runs/7 | grep -q 'Run 8'
    page /e/tst1/runs/700 | grep -q 'no run'
    page /e/tst1 | grep -q 'href="/e/tst1/runs/12"'
}

@test "points: of many, the lowest and the highest of each column; a mistake is shown in its place" {
    points tst1 4000
    serve "$db"
    page '/plot.json?v=speed' >"$BATS_TEST_TMPDIR/rows"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/rows")" -le 1440 ]
    equal "$(jq -s 'map(1 / (if .of > 1 then 2 / .of else 1 end)) | add | round' "$BATS_TEST_TMPDIR/rows")" 4000
    equal "$(jq -s 'map(.y) | [min, max]' -c "$BATS_TEST_TMPDIR/rows")" '[1.5,4000.5]'
    # Closer, all are there.
    equal "$(page '/plot.json?v=speed&from=1000&to=1099' | wc -l)" 100
    page '/plot?v=sped' >"$BATS_TEST_TMPDIR/wrong"
    grep -q 'there is no condition sped; the nearest: speed' "$BATS_TEST_TMPDIR/wrong"
    grep -q '^\^~~~' "$BATS_TEST_TMPDIR/wrong"
    equal "$(code '/plot?v=speed&q=speed+%3E')" 200
    equal "$(code '/plot.json?v=speed&q=speed+%3E')" 400
    equal "$(code '/plot?v=speed&from=yesterday')" 200
    page '/plot?v=speed&from=yesterday' | grep -q 'is no number'
}

# A job of $PWD's project that reads the files named first and writes the last.
piped() {
    local arguments=() made=${*: -1} file
    for file in "${@:2:$#-2}"; do
        arguments+=(--in "IN=$file")
    done
    # shellcheck disable=SC2016 # for sh
    elog-job run --db "$db" -t "$1" "${arguments[@]}" --out "OUT=$made" \
        -- sh -c 'out=$1; shift; cat "$@" >"$out"; echo "$out" >>"$out"' sh "$made" "${@:2:$#-2}"
}

@test "a job's lineage is the whole graph, the rows of elog-job lineage, and says where it ends" {
    local uuid i
    mkdir "$BATS_TEST_TMPDIR/project"
    cd "$BATS_TEST_TMPDIR/project" || return
    elog-job init .
    echo raw >raw
    piped one raw a
    piped two a raw b
    piped three b c
    piped aside a d
    for ((i = 0; i < 40; i++)); do
        echo "$i" >"m$i"
    done
    piped many m? m?? e
    serve "$db"
    uuid=$(sqlite3 "$db" "SELECT uuid FROM jobs WHERE task = 'two'")
    page "/jobs/$uuid" >"$BATS_TEST_TMPDIR/page"
    # Two steps up, two down; 'aside' is neither before nor behind it.
    for i in 'raw' '1 one' 'a' '2 two' 'b' '3 three' 'c'; do
        grep -q ">$i</text>" "$BATS_TEST_TMPDIR/page"
    done
    ! grep -q '>4 aside</text>' "$BATS_TEST_TMPDIR/page" || false
    ! grep -q 'Only the nearest' "$BATS_TEST_TMPDIR/page" || false
    equal "$(page "/jobs/$uuid/lineage.json" | jq -c 'del(.depth)')" \
        "$(elog-job lineage 2 --db "$db" --format json | jq -c 'del(.depth)')"
    equal "$(page "/jobs/$uuid/lineage.csv" | wc -l)" 8
    # A file, by its path.
    page "/lineage?of=$PWD/a" >"$BATS_TEST_TMPDIR/page"
    grep -q '<h1>Lineage of a</h1>' "$BATS_TEST_TMPDIR/page"
    grep -q '>4 aside</text>' "$BATS_TEST_TMPDIR/page"
    page '/lineage?of=nothing' | grep -q 'no job read or wrote it'
    equal "$(page '/lineage.json?of=nothing')" ''
    # More than can be read: it is said, and all rows are there.
    uuid=$(sqlite3 "$db" "SELECT uuid FROM jobs WHERE task = 'many'")
    page "/jobs/$uuid" >"$BATS_TEST_TMPDIR/page"
    grep -q 'Only the nearest' "$BATS_TEST_TMPDIR/page"
    equal "$(page "/jobs/$uuid/lineage.json" | wc -l)" 41
    page /jobs/none | grep -q 'There is no job'
    page /jobs/none/lineage | grep -q 'There is no job'
}

@test "a search counts the first 200 at once, and all when it is asked to, as elog-search does" {
    local i
    jq -nc '{type: "RECORD", stream: "experiments", record: {experiment: "many", name: "many"}},
        (range(260) | {type: "RECORD", stream: "logbook_entries", record: {experiment: "many",
            _id: "e\(.)", insert_time: "2026-01-01T00:00:00+00:00", content: "jet \(.)",
            author: ["alice", "bob"][. % 2], tags: (if . % 4 == 0 then ["x", "y z"] else [] end)}}),
        {type: "RECORD", stream: "fetches", record: {experiment: "many", status: "complete",
            records: {experiments: 1, logbook_entries: 260}}}' | elog-load -q "$db" >"$BATS_TEST_TMPDIR/out"
    serve "$db"
    page '/search?q=jet' >"$BATS_TEST_TMPDIR/page"
    grep -q 'more than 200 found' "$BATS_TEST_TMPDIR/page"
    grep -q 'Of the first 200' "$BATS_TEST_TMPDIR/page"
    grep -q 'href="/search[?]facets=all&amp;q=jet"' "$BATS_TEST_TMPDIR/page"
    page '/search?q=jet&facets=all' >"$BATS_TEST_TMPDIR/page"
    grep -q '260 found' "$BATS_TEST_TMPDIR/page"
    ! grep -q 'Of the first' "$BATS_TEST_TMPDIR/page" || false
    equal "$(elog-search --facets author,tag "jet" "$db" | paste -sd ' ')" \
        $'author\talice\t130 author\tbob\t130 tag\tx\t65 tag\ty z\t65'
    for i in alice:130 bob:130 x:65 'y z:65'; do
        grep -q ">${i%:*}</a> <span class=\"faint\">${i#*:}</span>" "$BATS_TEST_TMPDIR/page"
    done
}

# activate ADDRESS... -- ARGUMENT...: elog-web by socket activation.
activate() {
    local sockets=()
    while [ "$1" != -- ]; do
        sockets+=(-l "$1")
        shift
    done
    shift
    rm -f "$BATS_TEST_TMPDIR/err"
    systemd-socket-activate "${sockets[@]}" -E "RUNTIME_DIRECTORY=$BATS_TEST_TMPDIR/run" -E "PATH=$PATH" \
        -E ELOG_CONFIG=/dev/null "$(command -v elog-web)" "$@" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    server=$!
    wait_for grep -qE '^(Listening|Failed)' "$BATS_TEST_TMPDIR/err"
}

# activate_port HOST ARGUMENT...: the same on any free port, $port.
activate_port() {
    local host=$1
    shift
    for _ in {1..50}; do
        port=$((20000 + RANDOM))
        activate "$host:$port" -- "$@"
        if ! grep -q '^Failed' "$BATS_TEST_TMPDIR/err"; then
            return
        fi
        wait "$server" || true
    done
    false
}

@test "systemd's socket activation: started by a request, the address in a file, ended when idle" {
    command -v systemd-socket-activate >/dev/null || skip "no systemd-socket-activate"
    logbook
    mkdir "$BATS_TEST_TMPDIR/run"
    activate_port 127.0.0.1 --idle 1h "$db"
    base=http://127.0.0.1:$port
    no_file "$BATS_TEST_TMPDIR/run" elog-web.address
    equal "$(bare /)" 403
    wait_for test -s "$BATS_TEST_TMPDIR/run/elog-web.address"
    # Only its owner can read it, and it stands nowhere else.
    equal "$(stat -c %a "$BATS_TEST_TMPDIR/run/elog-web.address")" 600
    [[ $(cat "$BATS_TEST_TMPDIR/run/elog-web.address") == "$base/?token="* ]]
    token=$(sed 's/.*token=//' "$BATS_TEST_TMPDIR/run/elog-web.address")
    ! grep -q "$token" "$BATS_TEST_TMPDIR/err" || false
    cookie="elog-web-$port=$token"
    equal "$(code /)" 200
    equal "$(code / -H 'Host: evil.example.org')" 403
    kill "$server"
    wait "$server"
    no_file "$BATS_TEST_TMPDIR/run" elog-web.address
    activate_port 127.0.0.1 --idle 1s "$db"
    base=http://127.0.0.1:$port
    equal "$(bare /)" 403
    wait "$server"
    server=
    no_file "$BATS_TEST_TMPDIR/run" elog-web.address
}

@test "a socket that systemd hands on must be of this machine alone, and one" {
    command -v systemd-socket-activate >/dev/null || skip "no systemd-socket-activate"
    logbook
    activate_port 0.0.0.0 "$db"
    curl -sS --max-time 200 -o /dev/null "http://127.0.0.1:$port/" || true
    wait "$server" || true
    grep -q '^elog-web: .*ListenStream=' "$BATS_TEST_TMPDIR/err"
    activate "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b" -- "$db"
    curl -sS --max-time 200 -o /dev/null --unix-socket "$BATS_TEST_TMPDIR/b" http://localhost/ || true
    wait "$server" || true
    server=
    grep -q '^elog-web: .*ListenStream=' "$BATS_TEST_TMPDIR/err"
}

@test "the units are what systemd can read" {
    command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
    local unit
    mkdir "$BATS_TEST_TMPDIR/units"
    for unit in "$root"/contrib/systemd/*; do
        sed "s,/usr/local/bin/,$(dirname "$(command -v elog-web)")/," "$unit" \
            >"$BATS_TEST_TMPDIR/units/${unit##*/}"
    done
    run env XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR" systemd-analyze --user --man=no verify "$BATS_TEST_TMPDIR"/units/*
    equal "$output" ''
    status_is 0
}

@test "the first page counts entries as people see them: without deleted and older ones" {
    jq -nc '{type: "RECORD", stream: "experiments", record: {experiment: "e1", name: "e1"}},
        (range(10) | {type: "RECORD", stream: "logbook_entries", record: ({experiment: "e1",
            _id: "e\(.)", insert_time: "2026-01-01T00:00:00+00:00", content: "jet \(.)"}
            + if . % 5 == 0 then {deleted_by: "bob", deleted_time: "2026-01-02T00:00:00+00:00"}
              elif . == 1 then {deleted_by: null} else {} end)}),
        {type: "RECORD", stream: "fetches", record: {experiment: "e1", status: "complete",
            records: {experiments: 1, logbook_entries: 10}}}' | elog-load -q "$db" >"$BATS_TEST_TMPDIR/out"
    serve "$db"
    equal "$(page /index.json | jq .entries)" 8
    page /e/e1 | grep -q 'href="/e/e1/entries">8</a>'
    equal "$(page /e/e1/entries.json | wc -l)" 8
    equal "$(page '/e/e1/entries.json?deleted=1' | wc -l)" 10
}

@test "an option that is empty or no name is refused: an empty socket would be everybody's" {
    logbook
    for wrong in '--socket=' '--host=' '--host=a b' '--host=http://x'; do
        run --separate-stderr timeout 10 elog-web "$wrong" "$db"
        status_is 2
        says elog-web "${wrong%%=*}: "
    done
    for wrong in '' 'X Y' 'X:'; do
        run --separate-stderr timeout 10 elog-web --socket "$BATS_TEST_TMPDIR/s" --trust-user-header "$wrong" "$db"
        status_is 2
        says elog-web '--trust-user-header: '
    done
    [ ! -e "$BATS_TEST_TMPDIR/s" ]
}
