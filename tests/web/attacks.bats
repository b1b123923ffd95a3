#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# Attacks on elog-web by curl and raw sockets: each is refused, nothing leaks, and the
# server serves on.

load ../lib/common

setup() {
    common_setup
    logbook
    elog-web --port 0 "$db" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    server=$!
    wait_for grep -q token "$BATS_TEST_TMPDIR/out"
    base=$(sed -n 's/^elog-web: \(http:.*\)\/?token=.*/\1/p' "$BATS_TEST_TMPDIR/out")
    token=$(sed -n 's/.*token=//p' "$BATS_TEST_TMPDIR/out")
    port=${base##*:}
    cookie="elog-web-$port=$token"
}

teardown() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
}

# A secret of the logbook, which no answer to a stranger may hold.
logbook() {
    experiment tst1
    put tst1 info '{"_id": "tst1", "name": "tst1", "instrument": "TST", "description": "the secret of tst1", "params": {}}'
    mirror "$db" tst1
}

# After each attack: it serves on, and nothing has changed.
serves_on() {
    equal "$(curl -sS --max-time 200 -H "Cookie: $cookie" "$base/index.json" | jq -r .name)" tst1
    equal "$(sql "$db" 'PRAGMA integrity_check; SELECT count(*) FROM runs')" $'ok\n2'
}

# refused STATUS ARGUMENT...: curl's answer has that status, and tells nothing.
refused() {
    local expected=$1 got
    shift
    got=$(curl -sS --max-time 200 --path-as-is "$@" -o "$BATS_TEST_TMPDIR/body" -w '%{http_code}' 2>&1) || true
    equal "$* $got" "$* $expected"
    ! grep -q 'secret of tst1' "$BATS_TEST_TMPDIR/body" || false
    ! grep -q "$token" "$BATS_TEST_TMPDIR/body" || false
}

# raw TEXT: send it through a socket, print what comes back within some seconds.
raw() {
    /usr/bin/python3 - "$port" "$1" "${2:-10}" <<'PY'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.settimeout(float(sys.argv[3]))
got = b""
text = sys.argv[2].encode("utf-8", "surrogateescape").decode("unicode_escape").encode("latin-1")
try:
    s.sendall(text)
    s.shutdown(socket.SHUT_WR)
    while len(got) < 100000:
        piece = s.recv(65536)
        if not piece:
            break
        got += piece
except OSError:
    pass
sys.stdout.buffer.write(got)
PY
}

# cut_off TEXT [SECONDS]: answered with an error, or with nothing at all.
cut_off() {
    raw "$1" "${2:-10}" >"$BATS_TEST_TMPDIR/body"
    ! grep -q 'secret of tst1' "$BATS_TEST_TMPDIR/body" || false
    ! grep -q '^HTTP/1.[01] 2' "$BATS_TEST_TMPDIR/body" || false
}

@test "1-12: no token, a wrong one, one in the wrong place" {
    refused 403 "$base/"
    refused 403 "$base/?token="
    refused 403 "$base/?token=$(printf %032d 0)"
    refused 403 "$base/?token=${token:0:31}"
    refused 403 "$base/?token=${token}0"
    refused 403 "$base/?token=${token^^}x"
    refused 403 "$base/index.json" -H "Authorization: Bearer $token"
    refused 403 "$base/" -H "Cookie: token=$token"
    refused 403 "$base/" -H "Cookie: elog-web-1=$token"
    refused 403 "$base/" -H "Cookie: elog-web-$port=$token$token"
    refused 403 "$base/static/style.css"
    refused 403 "$base/events" --max-time 200
    serves_on
}

@test "13-20: another host, a page from elsewhere" {
    for host in evil.example.org "127.0.0.1:$((port + 1))" 127.0.0.1 "localhost.evil.example.org:$port" \
        "0.0.0.0:$port"; do
        refused 403 "$base/" -H "Cookie: $cookie" -H "Host: $host"
    done
    refused 403 "$base/" -H "Cookie: $cookie" -H 'Origin: http://evil.example.org'
    refused 403 "$base/" -H "Cookie: $cookie" -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: no-cors'
    cut_off "GET / HTTP/1.1\\r\\nHost: 127.0.0.1:$port\\r\\nHost: evil.example.org\\r\\nCookie: $cookie\\r\\n\\r\\n"
    serves_on
}

@test "21-29: other methods, bodies" {
    for method in POST PUT DELETE PATCH OPTIONS TRACE CONNECT PROPFIND; do
        refused 405 "$base/" -H "Cookie: $cookie" -X "$method"
    done
    refused 405 "$base/" -H "Cookie: $cookie" --data-binary @/dev/zero --max-time 3 -H 'Content-Length: 100000000' ||
        true
    serves_on
}

@test "30-41: paths that lead elsewhere" {
    for path in /../../../../etc/passwd /%2e%2e/%2e%2e/etc/passwd /static/../elog.db /..%2f..%2fetc%2fpasswd \
        '/e/%2e%2e/entries' '/e/tst1/entries/a1/files/..' '//etc/passwd' '/%00' '/%c0%ae%c0%ae/' '/e/tst1%0d%0aX:y'; do
        refused 400 "$base$path" -H "Cookie: $cookie"
    done
    refused 400 "$base/static/..%2fpool.c" -H "Cookie: $cookie"
    refused 400 "$base/e/tst1/entries/a1/files/..%2f..%2fetc%2fpasswd" -H "Cookie: $cookie"
    refused 404 "$base/static/pool.c" -H "Cookie: $cookie"
    serves_on
}

@test "42-47: too much" {
    refused 414 "$base/?q=$(printf 'x%.0s' {1..10000})" -H "Cookie: $cookie"
    local parameters
    parameters=$(printf 'a%d=1&' {1..100})
    refused 414 "$base/?$parameters" -H "Cookie: $cookie"
    head -c 1000000 /dev/zero | tr '\0' a >"$BATS_TEST_TMPDIR/long"
    { printf 'X-Long: '; cat "$BATS_TEST_TMPDIR/long"; } >"$BATS_TEST_TMPDIR/header"
    run curl -sS --max-time 200 -H "@$BATS_TEST_TMPDIR/header" -H "Cookie: $cookie" -o /dev/null -w '%{http_code}' "$base/"
    [[ $output == *431* || $output == *413* || $output == *400* || $status != 0 ]]
    cut_off "GET /$(head -c 100000 "$BATS_TEST_TMPDIR/long") HTTP/1.1\\r\\nHost: 127.0.0.1:$port\\r\\n\\r\\n"
    cut_off "$(printf 'GET / HTTP/1.1\\r\\n')$(printf 'X: y\\r\\n%.0s' {1..10000})"
    refused 414 "$base/$(printf 'a/%.0s' {1..50})" -H "Cookie: $cookie"
    serves_on
}

@test "48-56: what is no HTTP" {
    for text in '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' 'GET\r\n\r\n' 'GET / HTTP/9.9\r\n\r\n' \
        '\x00\x00\x00\x00\r\n\r\n' 'GET / HTTP/1.1\r\n\r\n' 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' \
        "GET http://evil.example.org/ HTTP/1.1\\r\\nHost: evil.example.org\\r\\n\\r\\n" \
        "GET / HTTP/1.1\\r\\nHost: 127.0.0.1:$port\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 3\\r\\nCookie: $cookie\\r\\n\\r\\nffffffff\\r\\n" \
        "GET / HTTP/1.1\\nHost: 127.0.0.1:$port\\nX: \\x01\\x02\\n\\n"; do
        cut_off "$text"
    done
    serves_on
}

@test "57-60: requests that take their time are cut off, and others are served meanwhile" {
    /usr/bin/python3 - "$port" >"$BATS_TEST_TMPDIR/slow" <<'PY' &
import socket, sys, time
port = int(sys.argv[1])
idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
slow = socket.create_connection(("127.0.0.1", port))
slow.settimeout(0.5)
how = "kept"
try:
    for byte in b"GET / HTTP/1.1\r\nHost: " + b"x" * 1000:
        slow.send(bytes([byte]))
        time.sleep(0.2)
except OSError:
    how = "cut"
closed = 0
for s in idle:
    s.settimeout(200)
    try:
        closed += s.recv(1) == b""
    except OSError:
        closed += 1
print(how, closed)
PY
    local slow=$! i
    for ((i = 0; i < 20; i++)); do
        serves_on
    done
    wait "$slow"
    equal "$(cat "$BATS_TEST_TMPDIR/slow")" 'cut 60'
    serves_on
}

@test "61-140: SQL and markup in every parameter change nothing and stay texts" {
    local path parameter attack page
    for path in / /runs /e/tst1/runs /e/tst1/entries /search /conditions /jobs; do
        for parameter in q v e runs table period sort find page author tag from; do
            for attack in "'%20OR%201=1;%20DROP%20TABLE%20runs--" '%3Cscript%3Ealert(1)%3C/script%3E%22%27'; do
                page=$(curl -sS --max-time 200 -H "Cookie: $cookie" "$base$path?$parameter=$attack")
                ! grep -qi '<script>alert' <<<"$page" || false
                grep -q '<h1>' <<<"$page"
            done
        done
    done
    serves_on
}

@test "a query that would take for ever is ended, with a page that says so" {
    local query='count' n=12
    # Every run beside every other, many times: no page asks this, but a person can.
    for ((i = 0; i < n; i++)); do query="$query or duration > $i"; done
    run curl -sS --max-time 200 -H "Cookie: $cookie" -o /dev/null -w '%{http_code} %{time_total}' "$base/runs" -G --data-urlencode "q=$query"
    [[ $output == 200* || $output == 503* ]]
    serves_on
}

@test "the cookie cannot be read by scripts, nor sent by other sites; nothing tells of us" {
    run curl -sS -i "$base/?token=$token"
    grep -qi 'HttpOnly; SameSite=Strict' <<<"$output"
    ! grep -qi '^server:' <<<"$output" || false
    ! grep -qi 'access-control' <<<"$output" || false
    # The token is in no message but the address that was printed.
    equal "$(grep -c "$token" "$BATS_TEST_TMPDIR/err")" 1
    ! tr '\0' ' ' <"/proc/$server/cmdline" | grep -q "$token" || false
}

# pulled ID NAME TYPE PATH: an attachment of an entry of tst1 that was fetched to a path in $BATS_TEST_TMPDIR/tree.
pulled() {
    sqlite3 "$db" "INSERT INTO attachments (experiment, entry_id, attachment_id, name, type, path, url)
            VALUES ('tst1', 'x1', '$1', '$2', '$3', '$4', 'u$1');
        INSERT INTO downloads (url, path, size, sha256, finished, status, directory)
            VALUES ('u$1', '$4', 1, '00', '2026-01-01T00:00:00Z', 'complete', '$BATS_TEST_TMPDIR/pulled')"
}

@test "141-156: files that were pulled lead nowhere else, and are never a page" {
    local tree=$BATS_TEST_TMPDIR/pulled id
    mkdir -p "$tree/in"
    echo 'the secret of tst1' >"$BATS_TEST_TMPDIR/secret"
    ln -s "$BATS_TEST_TMPDIR/secret" "$tree/away"
    ln -s ../secret "$tree/up"
    ln -s /etc "$tree/etc"
    ln -s in/good.txt "$tree/good"
    echo good >"$tree/in/good.txt"
    mkfifo "$tree/fifo"
    printf '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' >"$tree/x.svg"
    printf '<script>alert(1)</script>' >"$tree/x.png"
    pulled 1 away.txt text/plain away
    pulled 2 up.txt text/plain up
    pulled 3 passwd text/plain etc/passwd
    pulled 4 dots text/plain ../secret
    pulled 5 absolute text/plain "$BATS_TEST_TMPDIR/secret"
    pulled 6 fifo text/plain fifo
    pulled 7 folder text/plain in
    for id in 1 2 3 4 5 6 7 none ..; do
        refused "$([ "$id" = .. ] && echo 400 || echo 404)" "$base/e/tst1/entries/x1/files/$id" -H "Cookie: $cookie"
    done
    pulled 8 good.txt text/plain good
    pulled 9 x.svg image/svg+xml x.svg
    pulled 10 x.html text/html x.svg
    pulled 11 x.png image/png x.png
    pulled 12 "a\";$(printf '\r\n')Set-Cookie: x=y;.html" text/html x.svg
    equal "$(curl -sS -H "Cookie: $cookie" "$base/e/tst1/entries/x1/files/8")" good
    for id in 9 10 12; do
        run curl -sS -D - -o /dev/null -H "Cookie: $cookie" "$base/e/tst1/entries/x1/files/$id"
        grep -qi '^content-type: application/octet-stream' <<<"$output"
        grep -qi '^content-disposition: attachment' <<<"$output"
        grep -qi '^x-content-type-options: nosniff' <<<"$output"
        grep -qi "^content-security-policy: default-src 'none'" <<<"$output"
        ! grep -qi '^set-cookie' <<<"$output" || false
    done
    # What calls itself a picture is sent as one, and no browser looks whether it is more.
    run curl -sS -D - -o /dev/null -H "Cookie: $cookie" "$base/e/tst1/entries/x1/files/11"
    grep -qi '^content-type: image/png' <<<"$output"
    grep -qi '^x-content-type-options: nosniff' <<<"$output"
    # Ranges are not known: it comes whole.
    equal "$(curl -sS -H "Cookie: $cookie" -H 'Range: bytes=0-0,1-1,99999999999999999999-' \
        "$base/e/tst1/entries/x1/files/8")" good
    equal "$(curl -sS -I -H "Cookie: $cookie" "$base/e/tst1/entries/x1/files/8" | tr -d '\r' |
        grep -ic '^content-length: 5$')" 1
    serves_on
}

@test "157-168: what is there twice, what is no text" {
    refused 403 "$base/?token=$token&token=$token"
    refused 403 "$base/?token=0&token=$token"
    refused 403 "$base/" -H "Cookie: elog-web-$port=0" -H 'Cookie: x=y'
    refused 403 "$base/" -H "Cookie: ;=;elog-web-$port;elog-web-$port==$token"
    for text in %00 a%00b %c0%80 %e0%80%af %ed%a0%80 %f8%88%80%80%80 %ff %f4%90%80%80; do
        refused 400 "$base/search?q=$text" -H "Cookie: $cookie"
    done
    # HEAD tells as little as GET.
    equal "$(curl -sS -I -o /dev/null -w '%{http_code}' "$base/index.json")" 403
    equal "$(curl -sS -I -H "Cookie: $cookie" -o /dev/null -w '%{http_code} %{size_download}' "$base/index.json")" '200 0'
    serves_on
}

@test "169: rows are no page, whatever their texts are" {
    local path
    for path in /index.json '/runs.json?q=%3Cscript%3E' '/search.csv?q=x' /conditions.csv; do
        run curl -sS -D - -o /dev/null -H "Cookie: $cookie" "$base$path"
        grep -qiE '^content-type: (application/(x-ndjson|json)|text/csv)' <<<"$output"
        grep -qi '^x-content-type-options: nosniff' <<<"$output"
    done
}

@test "170: pages that wait for changes leave room for others" {
    /usr/bin/python3 - "$port" "$cookie" >"$BATS_TEST_TMPDIR/waiting" <<'PY'
import socket, sys, time
port, cookie = int(sys.argv[1]), sys.argv[2]
held, answers = [], []
for i in range(200):
    s = socket.create_connection(("127.0.0.1", port), timeout=200)
    s.sendall(f"GET /events?version={i} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    answers.append(s.recv(100)[9:12])
    held.append(s)
page = socket.create_connection(("127.0.0.1", port), timeout=200)
page.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode())
print(answers.count(b"200"), answers.count(b"503"), page.recv(100)[9:12].decode())
PY
    equal "$(cat "$BATS_TEST_TMPDIR/waiting")" '128 72 200'
    serves_on
}
