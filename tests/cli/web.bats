#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
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
    curl -sS --max-time 20 -H "Cookie: $cookie" "$@" "$base$path"
}

# code PATH [CURL OPTION...]: the status, with the cookie; bare: without.
code() {
    page "$@" -o /dev/null -w '%{http_code}'
}
bare() {
    local path=$1
    shift
    curl -sS --max-time 20 "$@" -o /dev/null -w '%{http_code}' "$base$path"
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
    equal "$(code '/e/none')" 200
    page /e/none | grep -q 'not in this database'
    equal "$(code /nothing)" 404
    page / | grep -q '<h1>Experiments</h1>'
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
    run --separate-stderr timeout 20 elog-web --port 0 --idle 1s "$db"
    status_is 0
}
