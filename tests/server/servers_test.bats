#!/usr/bin/env bats
# The servers that the other tests lean on, asked by curl alone: is what they do what
# the real service does? Each test marks its requests by a query, to find them in the log.

# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/web.sh"
sample=$BATS_TEST_DIRNAME/../sample
info=lgbk/lgbk/mfxl100023/ws/info
elog=lgbk/lgbk/mfxl100023/ws/elog
restricted=lgbk/lgbk/mfxl115323/ws/info
missing=lgbk/lgbk/nosuch0000/ws/info

setup_file() {
    realm_start "$BATS_FILE_TMPDIR"
    web_start "$BATS_FILE_TMPDIR" "$sample"
}

teardown_file() {
    web_stop "$BATS_FILE_TMPDIR"
    realm_stop "$BATS_FILE_TMPDIR"
}

setup() {
    dir=$BATS_FILE_TMPDIR
    out=$BATS_TEST_TMPDIR/body
    http=http://localhost:$(web_port "$dir" http)
    https=https://localhost:$(web_port "$dir" https)
    eval "$(realm_env "$dir")"
    realm_ticket "$dir"
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
}

# For the test that starts servers of its own, should it fail half-way.
teardown() {
    web_stop "$BATS_TEST_TMPDIR/own"
    realm_stop "$BATS_TEST_TMPDIR/own"
}

# status CURL-ARGUMENT...: the status of the answer, its body in $out.
status() {
    curl -sS -o "$out" -w '%{http_code}' "$@"
}

with_ticket() {
    status --negotiate -u : "$@"
}

# logged N PATTERN: N lines of the access log match. A line is written after its answer
# was sent, so it may come a moment after the client has gone on.
logged() {
    wait_for logged_now "$@" || {
        cat "$dir/access.log"
        return 1
    }
}
logged_now() {
    [ "$(grep -c -- "$2" "$dir/access.log")" = "$1" ]
}

# curl_config URL N: N requests of URL for curl -K.
curl_config() {
    local i
    for ((i = 1; i <= $2; i++)); do
        printf 'url = "%s"\noutput = "/dev/null"\n' "$1&i=$i"
    done >"$BATS_TEST_TMPDIR/requests"
    echo "$BATS_TEST_TMPDIR/requests"
}

@test "the public list asks for no ticket" {
    names=ws/lgbk/lgbk/ws/experiment_names_updated_within
    KRB5CCNAME=FILE:/nonexistent
    [ "$(status "$http/$names?offset_secs=86400")" = 200 ]
    cmp "$out" "$sample/$names"
}

@test "without a ticket: 401, and Negotiate is offered" {
    [ "$(status -D "$BATS_TEST_TMPDIR/head" "$http/ws-kerb/$info")" = 401 ]
    grep -qi '^WWW-Authenticate: Negotiate' "$BATS_TEST_TMPDIR/head"
    [ "$(status "$http/ws-kerb/$restricted")" = 401 ]
}

@test "with a ticket: the document, byte for byte" {
    for path in "$info" "$elog" lgbk/lgbk/mfxl200025/ws/elog lgbk/lgbk/ws/experiments; do
        [ "$(with_ticket "$http/ws-kerb/$path")" = 200 ]
        cmp "$out" "$sample/ws-kerb/$path"
    done
    [ "$(with_ticket "$http/ws-kerb/lgbk/lgbk/mfxx0000_24/ws/runs?includeParams=true")" = 200 ]
    cmp "$out" "$sample/ws-kerb/lgbk/lgbk/mfxx0000_24/ws/runs"
    [ "$(with_ticket "$http/ws-kerb/questionnaire/ws/proposal/attribute/run23/L1000")" = 200 ]
    cmp "$out" "$sample/ws-kerb/questionnaire/ws/proposal/attribute/run23/L1000"
}

@test "the address works in place of the name" {
    [ "$(with_ticket "${http/localhost/127.0.0.1}/ws-kerb/$info")" = 200 ]
    [ "$(with_ticket --cacert "$dir/ca.pem" "${https/localhost/127.0.0.1}/ws-kerb/$info")" = 200 ]
}

@test "JSON is labelled so, offers nothing to revalidate by, and is compressed on request" {
    [ "$(with_ticket -D "$BATS_TEST_TMPDIR/head" -H 'Accept-Encoding: gzip' "$http/ws-kerb/$elog")" = 200 ]
    grep -qi '^Content-Type: application/json; charset=utf-8' "$BATS_TEST_TMPDIR/head"
    grep -qi '^Content-Encoding: gzip' "$BATS_TEST_TMPDIR/head"
    run grep -iE '^(ETag|Last-Modified):' "$BATS_TEST_TMPDIR/head"
    [ "$status" = 1 ]
    gzip -dc "$out" | cmp - "$sample/ws-kerb/$elog"
}

@test "a restricted experiment: 403 and the service's page, by every door" {
    page=$sample/errors/403.html
    [ "$(with_ticket "$http/ws-kerb/$restricted")" = 403 ]
    cmp "$out" "$page"
    [ "$(status -u "$WEB_USER:$WEB_PASSWORD" "$http/ws-auth/$restricted")" = 403 ]
    cmp "$out" "$page"
    [ "$(status -H "Authorization: Bearer $WEB_TOKEN" "$http/ws-jwt/$restricted")" = 403 ]
    cmp "$out" "$page"
}

@test "a missing experiment, or questionnaire: 404 and the service's page" {
    [ "$(with_ticket "$http/ws-kerb/$missing")" = 404 ]
    cmp "$out" "$sample/errors/404.html"
    [ "$(with_ticket "$http/ws-kerb/questionnaire/ws/proposal/attribute/run24/L1007")" = 404 ]
}

@test "basic authentication" {
    [ "$(status -u "$WEB_USER:$WEB_PASSWORD" "$http/ws-auth/$info")" = 200 ]
    cmp "$out" "$sample/ws-kerb/$info"
    [ "$(status -u "$WEB_USER:wrong" "$http/ws-auth/$info")" = 401 ]
    [ "$(with_ticket "$http/ws-auth/$info")" = 401 ]
    [ "$(status "$http/ws-auth/$restricted")" = 401 ]
}

@test "bearer token" {
    [ "$(status -H "Authorization: Bearer $WEB_TOKEN" "$http/ws-jwt/$info")" = 200 ]
    cmp "$out" "$sample/ws-kerb/$info"
    [ "$(status -H "Authorization: Bearer another" "$http/ws-jwt/$info")" = 401 ]
    [ "$(status "$http/ws-jwt/$restricted")" = 401 ]
}

@test "TLS: with our authority only" {
    [ "$(with_ticket --http1.1 --cacert "$dir/ca.pem" "$https/ws-kerb/$info")" = 200 ]
    cmp "$out" "$sample/ws-kerb/$info"
    run status "$https/ws-kerb/$info"
    [ "$status" = 60 ]
}

@test "HTTP/2" {
    grep -q http2_module "$dir/httpd.conf" || skip "this Apache has no mod_http2"
    curl -V | grep -q HTTP2 || skip "this curl has no HTTP/2"
    [ "$(with_ticket --http2 --cacert "$dir/ca.pem" "$https/ws-kerb/$info?q=h2")" = 200 ]
    cmp "$out" "$sample/ws-kerb/$info"
    logged 1 $'\tGET .*?q=h2 HTTP/2.0'
}

@test "30 requests in one process: few connections, and a token in each" {
    curl -sS --negotiate -u : -K "$(curl_config "$http/ws-kerb/$info?q=reuse" 30)"
    logged 30 $'\t200\tNegotiate\talice@ELOG.TEST\t.*?q=reuse&'
    logged 30 '?q=reuse&'
    # One, unless Apache, short of idle threads, closes it while it waits.
    [ "$(grep -F '?q=reuse&' "$dir/access.log" | cut -f5 | sort -u | wc -l)" -le 8 ]
}

@test "several processes at once" {
    config=$(curl_config "$http/ws-kerb/$info?q=several" 20)
    for _ in 1 2 3 4; do
        curl -sS --negotiate -u : -K "$config" &
    done
    wait
    logged 80 $'\t200\tNegotiate\t.*?q=several&'
}

@test "a token serves once: the replay cache is on" {
    token=$(curl -sSv --negotiate -u : -o "$out" "$http/ws-kerb/$info" 2>&1 |
        sed -n $'s/^> \\(Authorization: Negotiate .*\\)\r$/\\1/p')
    [ -n "$token" ]
    cmp "$out" "$sample/ws-kerb/$info"
    [ "$(status -H "$token" "$http/ws-kerb/$info")" = 401 ]
}

@test "an expired ticket is none" {
    realm_ticket "$dir" expired
    run klist -s
    [ "$status" = 1 ]
    [ "$(with_ticket "$http/ws-kerb/$info?q=expired")" = 401 ]
    logged 1 $'\t401\t-\t-\t.*?q=expired '
}

@test "a user of one's own choice, and of one's own lifetime" {
    realm_ticket "$dir" 10m bob
    [ "$(with_ticket "$http/ws-kerb/$info?q=bob")" = 200 ]
    logged 1 $'\t200\tNegotiate\tbob@ELOG.TEST\t.*?q=bob '
}

@test "a document that changes is served as it is now" {
    mkdir -p "$BATS_TEST_TMPDIR/root/ws" "$BATS_TEST_TMPDIR/own"
    realm_start "$BATS_TEST_TMPDIR/own"
    web_start "$BATS_TEST_TMPDIR/own" "$BATS_TEST_TMPDIR/root"
    own=http://localhost:$(web_port "$BATS_TEST_TMPDIR/own" http)
    for text in '{"success": true, "value": [1]}' '{}'; do
        echo "$text" >"$BATS_TEST_TMPDIR/root/ws/doc"
        [ "$(status "$own/ws/doc")" = 200 ]
        [ "$(cat "$out")" = "$text" ]
    done
    web_stop "$BATS_TEST_TMPDIR/own"
    realm_stop "$BATS_TEST_TMPDIR/own"
    run status "$own/ws/doc"
    [ "$status" = 7 ]
}

@test "with-servers.sh: environment, exit status, nothing left behind" {
    # shellcheck disable=SC2016
    run "$BATS_TEST_DIRNAME/with-servers.sh" sh -c '
        curl -sS -o /dev/null --negotiate -u : --cacert "$ELOG_TEST_CA" -w "%{http_code}\n" \
            "$ELOG_TEST_HTTP/ws-kerb/$0" "$ELOG_TEST_HTTPS/ws-kerb/$0" -o /dev/null
        kinit -k -t "$ELOG_TEST_KEYTAB" alice && cat "$ELOG_TEST_DIR"/*.pid && exit 7' "$info"
    [ "$status" = 7 ]
    [ "${lines[0]}" = 200 ]
    [ "${lines[1]}" = 200 ]
    process_gone "${lines[2]}"
    process_gone "${lines[3]}"
    [ -z "$(ls "$TMPDIR")" ]

    run "$BATS_TEST_DIRNAME/with-servers.sh" --no-ticket klist -s
    [ "$status" = 1 ]
    run "$BATS_TEST_DIRNAME/with-servers.sh" --no-ticket
    [ "$status" = 2 ]
}

@test "with-servers.sh: a signal ends the command and the servers" {
    # shellcheck disable=SC2016
    "$BATS_TEST_DIRNAME/with-servers.sh" sh -c 'echo $$ >"$0"; exec sleep 600' "$out" 3>&- &
    servers=$!
    wait_for test -s "$out"
    kill -TERM $servers
    rc=0
    wait $servers || rc=$?
    [ $rc = 143 ]
    process_gone "$(cat "$out")"
    [ -z "$(ls "$TMPDIR")" ]
}
