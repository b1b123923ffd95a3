#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-list, elog-get and elog-load against a real KDC and a real web server.

load ../lib/common
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/web.sh"

readable=(mfxl100023 xppl101724 cxil103425 mfxl105123 xppl106824 txil000523 xppl111924 cxil113625
    xppl117024 mfxl200025)

setup_file() {
    mkdir "$BATS_FILE_TMPDIR/servers"
    # The sample, and its documents behind a door that asks for nothing.
    cp -r "$sample" "$BATS_FILE_TMPDIR/docs"
    ln -s ../ws-kerb/questionnaire "$BATS_FILE_TMPDIR/docs/ws/questionnaire"
    for experiment in "$BATS_FILE_TMPDIR"/docs/ws-kerb/lgbk/lgbk/*/; do
        name=$(basename "$experiment")
        [ "$name" = ws ] || ln -s "../../../ws-kerb/lgbk/lgbk/$name" "$BATS_FILE_TMPDIR/docs/ws/lgbk/lgbk/$name"
    done
    realm_start "$BATS_FILE_TMPDIR/servers"
    web_start "$BATS_FILE_TMPDIR/servers" "$BATS_FILE_TMPDIR/docs"
}

teardown_file() {
    web_stop "$BATS_FILE_TMPDIR/servers"
    realm_stop "$BATS_FILE_TMPDIR/servers"
}

setup() {
    common_setup
    servers=$BATS_FILE_TMPDIR/servers
    http=http://localhost:$(web_port "$servers" http)
    https=https://localhost:$(web_port "$servers" https)
    eval "$(realm_env "$servers")"
    KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/cc
}

# A ticket of this test's own.
ticket() {
    realm_ticket "$servers" "$@"
    mv "$servers/cc" "$BATS_TEST_TMPDIR/cc"
}

# mark: remember the end of the access log. requests: the lines since then.
mark() {
    web_settle "$servers"
    marked=$(wc -l <"$servers/access.log")
}
requests() {
    web_settle "$servers"
    tail -n +$((marked + 1)) "$servers/access.log"
}

statuses() {
    jq -rc 'select(.stream == "fetches" and .type == "RECORD").record | "\(.experiment) \(.status)"' "$@"
}

@test "every readable experiment complete, the restricted ones denied" {
    ticket
    elog-list --url "$http" >"$BATS_TEST_TMPDIR/names"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/names")" = 13 ]
    mark
    run --separate-stderr elog-get --url "$http" <"$BATS_TEST_TMPDIR/names"
    status_is 1
    # One line each, whatever came first.
    equal "$(cut -d : -f 1,2,4 <<<"$stderr" | sort)" "elog-get: cxil118725: denied (HTTP 403)
elog-get: mfxl115323: denied (HTTP 403)"
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/records"
    equal "$(statuses "$BATS_TEST_TMPDIR/records" | sort)" \
        "$({ printf '%s complete\n' "${readable[@]}" mfxx0000_24; printf '%s denied\n' mfxl115323 cxil118725; } | sort)"
    # No more requests than needed, each with a token of its own that is taken at once.
    requests >"$BATS_TEST_TMPDIR/requests"
    equal "$(cut -f 2,3 "$BATS_TEST_TMPDIR/requests" | sort | uniq -c | awk '$2 != 200 && $2 != 403 && $2 != 404')" ""
    equal "$(grep -c $'\t401\t' "$BATS_TEST_TMPDIR/requests")" 0
    for name in "${readable[@]}" mfxx0000_24; do
        n=$(grep -c "/$name/" "$BATS_TEST_TMPDIR/requests")
        equal "$n" 14
    done
    [ "$(grep -c questionnaire "$BATS_TEST_TMPDIR/requests")" -le 11 ]
    equal "$(cut -f 6 "$BATS_TEST_TMPDIR/requests" | sort | uniq -d)" ""
    # Over few connections: six at once, and more where Apache, short of idle threads, closes
    # those that wait for the next request.
    [ "$(grep -v '/lgbk/lgbk/ws/' "$BATS_TEST_TMPDIR/requests" | cut -f 5 | sort -u | wc -l)" -le 40 ]

    elog-load --quiet "$db" "$BATS_TEST_TMPDIR/records" >"$BATS_TEST_TMPDIR/states"
    equal "$(wc -l <"$BATS_TEST_TMPDIR/states")" 11
    equal "$(elog-status --json "$db" | jq -c '[.complete, .failed, .denied, .to_retry]')" "[11,0,2,[]]"
    # The same rows as from the disk.
    elog-get --url "file://$sample" --quiet "${readable[@]}" "mfxx0000 24" | elog-load --quiet "$db.disk" >"$BATS_TEST_TMPDIR/disk"
    for table in logbook_entries runs files questionnaires workflows workflow_jobs samples shifts; do
        query="SELECT e.name, t.doc FROM $table t JOIN experiments e ON e.id = t.experiment_id ORDER BY 1, 2"
        equal "$(sql "$db" "$query" | sha256sum)" "$(sql "$db.disk" "$query" | sha256sum)"
    done
    equal "$(sql "$db" "SELECT doc FROM experiments ORDER BY name" | sha256sum)" "$(sql "$db.disk" "SELECT doc FROM experiments ORDER BY name" | sha256sum)"
}

@test "a second time: no row changes" {
    ticket
    for i in 1 2; do
        elog-get --url "$http" "${readable[@]}" >"$BATS_TEST_TMPDIR/records$i"
    done
    elog-load --quiet "$db" "$BATS_TEST_TMPDIR/records1" >/dev/null
    dump "$db" >"$BATS_TEST_TMPDIR/before"
    run --separate-stderr elog-load "$db" "$BATS_TEST_TMPDIR/records2"
    status_is 0
    says elog-load "10 experiments complete; " ", 0 rows changed"
    dump "$db" | cmp "$BATS_TEST_TMPDIR/before" -
}

@test "an entry edited and one deleted, a run added, a file gone" {
    ticket
    exp=$BATS_FILE_TMPDIR/docs/ws-kerb/lgbk/lgbk/xppl101724/ws
    elog-get --url "$http" xppl101724 | elog-load --quiet "$db" >/dev/null
    sql "$db" "SELECT entry_id, doc FROM logbook_entries ORDER BY 1" >"$BATS_TEST_TMPDIR/entries"
    /usr/bin/python3 - "$exp" <<'END'
import json, sys
def change(name, how):
    path = f"{sys.argv[1]}/{name}"
    with open(path, encoding="utf-8") as f:
        doc = json.load(f)
    how(doc["value"])
    with open(path, "w", encoding="utf-8") as f:
        json.dump(doc, f)
def edit(entries):
    old = dict(entries[3], _id="0ld", deleted_by="alice", deleted_time="2026-11-20T00:00:00+00:00")
    entries[3].update(content="edited", previous_version="0ld")
    entries[5].update(deleted_by="bob", deleted_time="2026-11-20T00:00:00+00:00")
    entries.append(old)
change("elog", edit)
change("runs", lambda runs: runs.insert(0, dict(runs[0], num=9)))
change("files", lambda files: files.pop(0))
END
    run --separate-stderr elog-load "$db" < <(elog-get --url "$http" xppl101724)
    status_is 0
    sql "$db" "SELECT entry_id, doc FROM logbook_entries ORDER BY 1" >"$BATS_TEST_TMPDIR/after"
    # Two lines differ, and one is new.
    equal "$(diff "$BATS_TEST_TMPDIR/entries" "$BATS_TEST_TMPDIR/after" | grep -c '^<')" 2
    equal "$(diff "$BATS_TEST_TMPDIR/entries" "$BATS_TEST_TMPDIR/after" | grep -c '^>')" 3
    equal "$(sql "$db" "SELECT max(run_number), count(*) FROM runs")" "9|9"
    equal "$(sql "$db" "SELECT count(*) FROM files")" "$(jq '.value | length' "$exp/files")"
    for resource in elog runs files; do cp "$sample/ws-kerb/lgbk/lgbk/xppl101724/ws/$resource" "$exp/$resource"; done
}

# ---- Kerberos ---------------------------------------------------------------

@test "no ticket: 77, and the sentence; nothing is asked" {
    mark
    for command in "elog-get --url $http mfxl100023" "elog-list --url $http --all" "elog-get --url $http --login"; do
        # shellcheck disable=SC2086 # a command
        run --separate-stderr $command
        status_is 77
        equal "$output" ""
        says "${command%% *}" "no Kerberos ticket" "run kinit"
    done
    equal "$(requests)" ""
}

@test "an expired ticket: 77, whose, and since when" {
    ticket expired
    mark
    run --separate-stderr elog-get --url "$http" mfxl100023
    status_is 77
    equal "$output" ""
    equal "$stderr" "elog-get: no valid Kerberos ticket for alice@ELOG.TEST (expired 3 h ago): run kinit"
    equal "$(requests)" ""
}

@test "the public list needs no ticket" {
    run --separate-stderr elog-list --url "$http" --hours 24
    status_is 0
    silent
    [ "${#lines[@]}" = 13 ]
    run --separate-stderr elog-list --url "$http" --hours 1.5 --json
    status_is 0
    equal "${lines[0]}" '"mfxl100023"'
    wait_for grep -q 'offset_secs=86400 HTTP' "$servers/access.log"
    wait_for grep -q 'offset_secs=5400 HTTP' "$servers/access.log"
}

@test "--all, --instrument and --active with a ticket" {
    ticket
    run --separate-stderr elog-list --url "$http" --all
    status_is 0
    [ "${#lines[@]}" = 13 ]
    run --separate-stderr elog-list --url "$http" --instrument cxi --exclude '*5425'
    [ "${#lines[@]}" -ge 2 ]
    run --separate-stderr elog-list --url "$http" --active
    [ "${#lines[@]}" = 2 ]
}

@test "--keytab: without any cache, and none is made" {
    KRB5CCNAME=FILE:/nonexistent/cc run --separate-stderr elog-get --url "$http" --keytab "$servers/alice.keytab" mfxl100023 --only runs
    status_is 0
    silent
    equal "$(statuses <<<"$output")" "mfxl100023 complete"
    [ ! -e "$BATS_TEST_TMPDIR/cc" ]
    ELOG_KEYTAB=$servers/alice.keytab run --separate-stderr elog-list --url "$http" --all
    status_is 0
    run --separate-stderr elog-get --url "$http" --keytab "$servers/bob.keytab" --principal bob@ELOG.TEST --login
    status_is 0
    silent
}

@test "a keytab that is not good for it: 77" {
    run --separate-stderr elog-get --url "$http" --keytab /nonexistent/keytab mfxl100023
    status_is 77
    says elog-get "/nonexistent/keytab" "no ticket from this keytab"
    run --separate-stderr elog-get --url "$http" --keytab "$servers/alice.keytab" --principal bob@ELOG.TEST mfxl100023
    status_is 77
    says elog-get "no ticket from this keytab"
    echo rubbish >"$BATS_TEST_TMPDIR/keytab"
    run --separate-stderr elog-get --url "$http" --keytab "$BATS_TEST_TMPDIR/keytab" mfxl100023
    status_is 77
    says elog-get "$BATS_TEST_TMPDIR/keytab"
}

@test "no KDC for the keytab: 75" {
    sed 's/kdc = 127.0.0.1:.*/kdc = 127.0.0.1:1/' "$servers/krb5.conf" >"$BATS_TEST_TMPDIR/krb5.conf"
    KRB5_CONFIG=$BATS_TEST_TMPDIR/krb5.conf run --separate-stderr elog-get --url "$http" --keytab "$servers/alice.keytab" mfxl100023
    status_is 75
    says elog-get "alice.keytab"
}

@test "--principal: another cache of the collection" {
    mkdir "$BATS_TEST_TMPDIR/ccs"
    export KRB5CCNAME=DIR:$BATS_TEST_TMPDIR/ccs
    kinit -k -t "$servers/alice.keytab" alice
    kinit -c "DIR::$BATS_TEST_TMPDIR/ccs/tktbob" -k -t "$servers/bob.keytab" bob
    mark
    run --separate-stderr elog-get --url "$http" --principal bob@ELOG.TEST mfxl100023 --only runs
    status_is 0
    equal "$(requests | cut -f 4 | sort -u)" bob@ELOG.TEST
    run --separate-stderr elog-get --url "$http" --principal carol@ELOG.TEST mfxl100023 --only runs
    status_is 77
    says elog-get "run kinit"
}

@test "a ticket that the service does not take: 77" {
    ticket
    # Its host has no key of that name: the KDC gives no ticket for it.
    ELOG_KERBEROS_PRINCIPAL=nosuch@localhost run --separate-stderr elog-get --url "$http" mfxl100023 mfxl105123
    status_is 77
    says elog-get "not authenticated"
    equal "$(statuses <<<"$output" | grep -c complete)" 0
}

@test "several processes at once: no replay is refused" {
    ticket
    mark
    printf '%s\n' "${readable[@]}" | xargs -P 8 -n 1 elog-get --url "$http" >"$BATS_TEST_TMPDIR/records"
    equal "$(statuses "$BATS_TEST_TMPDIR/records" | grep -c complete)" 10
    equal "$(requests | grep -c $'\t401\t')" 0
}

# ---- other doors ------------------------------------------------------------

@test "a bearer token" {
    echo "$WEB_TOKEN" >"$BATS_TEST_TMPDIR/token"
    mark
    run --separate-stderr elog-get --url "$http" --auth bearer --token-file "$BATS_TEST_TMPDIR/token" mfxl100023 mfxl115323
    status_is 1
    equal "$(statuses <<<"$output" | sort)" $'mfxl100023 complete\nmfxl115323 denied'
    equal "$(requests | cut -f 2,3,6 | grep -v $'Bearer\tGET /ws-jwt/')" ""
    echo wrong >"$BATS_TEST_TMPDIR/token"
    run --separate-stderr elog-get --url "$http" --auth bearer --token-file "$BATS_TEST_TMPDIR/token" mfxl100023
    status_is 77
    says elog-get "--token-file"
    [[ $stderr != *wrong* ]]
    run --separate-stderr elog-get --url "$http" --auth bearer mfxl100023
    status_is 2
    says elog-get --token-file
    # Not over a wire that others hear.
    run --separate-stderr elog-get --url "http://example.org" --auth bearer --token-file "$BATS_TEST_TMPDIR/token" mfxl100023
    status_is 2
    says elog-get "https://"
}

@test "a password, from a file or ~/.netrc" {
    echo "$WEB_USER:$WEB_PASSWORD" >"$BATS_TEST_TMPDIR/password"
    run --separate-stderr elog-get --url "$http" --auth basic --token-file "$BATS_TEST_TMPDIR/password" mfxl100023
    status_is 0
    equal "$(statuses <<<"$output")" "mfxl100023 complete"
    printf 'machine localhost login %s password %s\n' "$WEB_USER" "$WEB_PASSWORD" >"$HOME/.netrc"
    chmod 600 "$HOME/.netrc"
    run --separate-stderr elog-get --url "$http" --auth basic mfxl100023
    status_is 0
    equal "$(statuses <<<"$output")" "mfxl100023 complete"
    run --separate-stderr elog-list --url "$http" --auth basic --all
    status_is 0
    [ "${#lines[@]}" = 13 ]
    echo "$WEB_USER:wrong" >"$BATS_TEST_TMPDIR/password"
    run --separate-stderr elog-get --url "$http" --auth basic --token-file "$BATS_TEST_TMPDIR/password" mfxl100023
    status_is 77
    [[ $stderr != *wrong* ]]
}

@test "no authentication: the open door" {
    mark
    run --separate-stderr elog-get --url "$http" --auth none mfxl100023 nosuch0000
    status_is 1
    says elog-get "nosuch0000: " "HTTP 404"
    equal "$(statuses <<<"$output" | sort)" $'mfxl100023 complete\nnosuch0000 failed'
    equal "$(requests | cut -f 3 | sort -u)" -
    ELOG_AUTHENTICATED_PREFIX=/ws-kerb/lgbk/lgbk run --separate-stderr elog-get --url "$http" --auth none mfxl100023
    status_is 77
    says elog-get "--auth"
}

# ---- TLS --------------------------------------------------------------------

@test "TLS: with --cacert; without it nothing is asked, and it is said why" {
    ticket
    run --separate-stderr elog-get --url "$https" --cacert "$servers/ca.pem" mfxl100023
    status_is 0
    silent
    equal "$(statuses <<<"$output")" "mfxl100023 complete"
    mark
    run --separate-stderr elog-get --url "$https" mfxl100023 mfxl105123
    status_is 1
    says elog-get certificate
    equal "$(statuses <<<"$output" | sort)" $'mfxl100023 failed\nmfxl105123 failed'
    run --separate-stderr elog-list --url "$https"
    status_is 1
    says elog-list certificate
    equal "$(requests)" ""
    run --separate-stderr elog-get --url "$https" --cacert /nonexistent/ca.pem mfxl100023
    status_is 1
    says elog-get /nonexistent/ca.pem
}

@test "TLS: a certificate for another name" {
    ticket
    mark
    run --separate-stderr elog-list --url "${https/localhost/another.localhost}" --cacert "$servers/ca.pem"
    status_is 1
    says elog-list another.localhost
    equal "$(requests)" ""
}

@test "TLS: the other doors speak HTTP/2" {
    grep -q http2_module "$servers/httpd.conf" || skip "this Apache has no mod_http2"
    curl -V | grep -q HTTP2 || skip "this libcurl has no HTTP/2"
    echo "$WEB_TOKEN" >"$BATS_TEST_TMPDIR/token"
    mark
    run --separate-stderr elog-get --url "$https" --cacert "$servers/ca.pem" --auth bearer --token-file "$BATS_TEST_TMPDIR/token" mfxl100023
    status_is 0
    equal "$(requests | grep -vc 'HTTP/2.0$')" 0
}
