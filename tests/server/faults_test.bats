#!/usr/bin/env bats
# What the service can do wrong, over real sockets: faults.tsv says what goes wrong with one
# experiment of ten, and what must come of it; the other nine must arrive. Below it, what
# goes wrong with the service as a whole.

# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/fault.sh"

setup_file() {
    local dir=$BATS_FILE_TMPDIR version name
    local generate=("$BATS_TEST_DIRNAME/../bench/generate.py" --experiments 10 --params 30)
    export FAULT_DIR=$dir
    fault_build "$dir"
    fault_client
    "${generate[@]}" "$dir/old" --runs 3 --entries 5 --files 5
    "${generate[@]}" "$dir/new" --runs 4 --entries 6 --files 6
    for version in old new; do
        elog-get --url "file://$dir/$version" <"$dir/$version/names.txt" |
            elog-load -q "$dir/$version.db" >/dev/null
        mkdir "$dir/$version.documents"
        while read -r name; do
            fault_documents "$dir/$version.db" "$name" >"$dir/$version.documents/$name"
        done <"$dir/new/names.txt"
    done
    make_bodies "$dir/bodies"
    # All rows at once, many at a time: most of them wait.
    mkdir "$dir/rows"
    # shellcheck disable=SC2016 # for the inner shell
    grep -v '^#' "$BATS_TEST_DIRNAME/faults.tsv" | tr '\n' '\0' |
        xargs -0 -n 1 -P 10 bash -c '
            . "$0"/fault.sh
            row=$(tr -s " " <<<"$2")
            name=$(cut -d"|" -f2 <<<"$row" | tr -d " ")
            fault_row "$1" "$row" >"$1/rows/$name.wrong" 2>&1' \
            "$BATS_TEST_DIRNAME" "$dir" 3>&-
}

make_bodies() {
    mkdir "$1"
    cd "$1" || return
    printf '{"success": false, "errormsg": "the store is down", "value": []}' >success-false
    printf '{"value": []}' >success-missing
    printf '{"success": true, "value": {}}' >value-object
    printf '{"success": true, "value": "[]"}' >value-string
    printf '{"success": true, "value": null}' >value-null
    printf '{"success": true}' >value-missing
    printf '{"success": true, "value": [1, 2]}' >value-numbers
    printf '[{"id": "a-b"}]' >value-array
    : >empty
    printf ' \n ' >blank
    printf '{"success": true, "value": []} and more' >garbage-after
    printf '{"success": true, "value": []}{"success": true, "value": []}' >two-answers
    printf '{"success": true, "value": [{"num": 1}, {"nu' >cut-json
    printf '{"success": true, "value": [{"num": 1, "type": "\xff"}]}' >bad-utf8
    printf '{"success": true, "value": [{"num": 1, "\xc0\xaf": 1}]}' >bad-utf8-key
    printf '{"success": true, "value": [{"num": 1, "type": "a\nb"}]}' >control
    printf '{"success": true, "value": [{"num": 1, "type": "a\0b"}]}' >raw-nul
    printf '{"success": true, "value": [{"num": 1}, {"type": "DATA"}]}' >no-num
    printf '{"success": true, "value": [{"num": true}]}' >num-true
    printf '{"success": true, "value": [{"num": "007"}, {"num": "7"}, {"num": 7}]}' >num-string
    printf '{"success": true, "value": [{"num": 99999999999999999999, "x": 1e999}]}' >num-huge
    printf '{"success": true, "value": [{"num": 1, "params": [1, NaN]}]}' >params-array
    printf '{"success": true, "value": [{"num": 1}, {"num": 2}, {"num": 1}]}' >duplicate-num
    printf '{"success": true, "value": [{"_id": "a"}, {"_id": "\\u0061"}]}' >duplicate-id
    printf '{"success": true, "value": [{"num": 1, "num": 2, "type": "A", "type": "B"}]}' \
        >duplicate-key
    # A document that says that it is another's.
    printf '{"success": true, "value": [{"experiment": "%s", "num": 1}]}' \
        "$(head -n 1 ../new/names.txt)" >other-name
    printf '{"success": true, "value": [{"num": 1, "experiment": "%s"}]}' \
        "$(head -n 1 ../new/names.txt)" >other-name-late
    printf '{"success": true, "value": [{"_id": "a", "content": "x\\ud800y"}, {"_id": "b\\udfff"}]}' \
        >surrogates
    printf '{"success": true, "value": [{"_id": "a\\u0000b", "content": "x\\u0000y", "author": "\\u0000"}, {"_id": "a\\u0000c"}, {"_id": "a"}]}' \
        >nul-escapes
}

setup() {
    FAULT_DIR=$BATS_FILE_TMPDIR
    dir=$BATS_TEST_TMPDIR
    names=$FAULT_DIR/new/names.txt
    fault_client
}

teardown() {
    fault_stop "$dir"
    [ ! -s "$dir/tls.pid" ] || kill "$(cat "$dir/tls.pid")" 2>/dev/null || true
}

# rows GROUP: what the rows of a group found wrong; and that they all were played.
rows() {
    local name wrong=0
    while IFS='|' read -r group name _; do
        [ "${group// /}" = "$1" ] || continue
        name=${name// /}
        if [ ! -e "$FAULT_DIR/rows/$name.wrong" ]; then
            echo "$name: was not played"
            wrong=1
        elif [ -s "$FAULT_DIR/rows/$name.wrong" ]; then
            cat "$FAULT_DIR/rows/$name.wrong"
            wrong=1
        fi
    done < <(grep -v '^#' "$BATS_TEST_DIRNAME/faults.tsv")
    return $wrong
}

query() {
    sqlite3 -readonly "$@"
}

row_db() {
    echo "$FAULT_DIR/rows/$1/elog.db"
}

victim() {
    sed -n 5p "$names"
}

# how_many VERSION: experiments of $dir/elog.db that are as in old.db or new.db.
how_many() {
    local name n=0
    while read -r name; do
        [ "$(fault_documents "$dir/elog.db" "$name")" != \
            "$(cat "$FAULT_DIR/$1.documents/$name")" ] || n=$((n + 1))
    done <"$names"
    echo $n
}

@test "connections reset, stalled and slow" {
    rows connection
}

@test "bodies cut short, and compressed ones that lie" {
    rows body
}

@test "HTTP statuses, and how long to wait" {
    rows status
}

@test "redirects are followed to where they may lead, and nowhere else" {
    rows redirect
}

@test "JSON that is none, or not what was promised" {
    rows content
}

@test "what is odd but right is kept as it came" {
    [ "$(query "$(row_db num-string)" "SELECT group_concat(typeof(run_number) || ':' || run_number) FROM
        (SELECT run_number FROM runs r JOIN experiments e ON e.id = r.experiment_id
         WHERE e.name = '$(victim)' ORDER BY typeof(run_number), run_number)")" = \
        integer:7,text:007,text:7 ]
    [ "$(query "$(row_db num-huge)" "SELECT r.run_number FROM runs r JOIN experiments e
        ON e.id = r.experiment_id WHERE e.name = '$(victim)'")" = 99999999999999999999 ]
    [ "$(query "$(row_db nul-escapes)" "SELECT count(*), sum(instr(l.doc, 'u0000') > 0)
        FROM logbook_entries l JOIN experiments e ON e.id = l.experiment_id
        WHERE e.name = '$(victim)'")" = "3|2" ]
    [ "$(query "$(row_db surrogates)" "SELECT count(*), sum(instr(l.doc, 'ud800') > 0)
        FROM logbook_entries l JOIN experiments e ON e.id = l.experiment_id
        WHERE e.name = '$(victim)'")" = "2|1" ]
    [ "$(query "$(row_db other-name)" "SELECT count(*) FROM runs r JOIN experiments e
        ON e.id = r.experiment_id WHERE e.name = '$(victim)'")" = 1 ]
    [ "$(query "$(row_db other-name-late)" "SELECT count(*) FROM runs r JOIN experiments e
        ON e.id = r.experiment_id WHERE e.name = '$(victim)'")" = 1 ]
    # Byte for byte, but for the name that elog-get puts in front where another stood.
    grep -qF "$(query "$(row_db duplicate-key)" "SELECT r.doc FROM runs r JOIN experiments e
        ON e.id = r.experiment_id WHERE e.name = '$(victim)'")" "$FAULT_DIR/bodies/duplicate-key"
    grep -qF "$(query "$(row_db other-name)" "SELECT r.doc FROM runs r JOIN experiments e
        ON e.id = r.experiment_id WHERE e.name = '$(victim)'")" "$FAULT_DIR/bodies/other-name"
}

@test "no listener: exit 75, nothing changed" {
    fault_start "$dir" -r "$FAULT_DIR/new"
    fault_stop "$dir"
    fault_sync "$dir" "$(cat "$dir/port")"
    cat "$dir/get.talk"
    [ "$(cat "$dir/get.status")" = 75 ]
    [ "$(how_many old)" = 10 ]
    [ "$(grep -c . "$dir/get.talk")" -le 2 ]
    [ "$(query "$dir/elog.db" "SELECT count(*) FROM fetches WHERE status = 'failed'")" = 10 ]
}

@test "the listener vanishes in mid-sync: exit 75, what was done is kept" {
    fault_start "$dir" -r "$FAULT_DIR/new" "*/$(victim)/ws/elog 1 vanish"
    fault_sync "$dir" "$(cat "$dir/port")"
    [ "$(cat "$dir/get.status")" = 75 ]
    [ $(($(how_many old) + $(how_many new))) = 10 ]
    [ "$(how_many new)" -ge 2 ]
    [ "$(how_many old)" -ge 5 ]
    [ "$(elog-status --failed "$dir/elog.db" | wc -l)" = "$(how_many old)" ]
}

@test "401 in mid-sync: nothing more is asked, exit 77, what was done is kept" {
    fault_start "$dir" -r "$FAULT_DIR/new" "*/$(victim)/ws/elog 1 status 401"
    fault_sync "$dir" "$(cat "$dir/port")"
    [ "$(cat "$dir/get.status")" = 77 ]
    grep -q '401' "$dir/get.talk"
    [ $(($(how_many old) + $(how_many new))) = 10 ]
    [ "$(how_many new)" -ge 2 ]
    [ "$(how_many old)" -ge 5 ]
    # At most those that were under way, six requests at once, and what took the place of
    # one that was answered before this answer was heard.
    [ "$(sed '1,/\tstatus$/d' "$dir/requests" | wc -l)" -le 10 ]
    [ "$(elog-status --failed "$dir/elog.db" | wc -l)" = "$(how_many old)" ]
    # With a new ticket it goes on: a retry asks for the rest alone.
    fault_stop "$dir"
    fault_start "$dir" -r "$FAULT_DIR/new"
    elog-status --failed "$dir/elog.db" |
        elog-get --url "http://127.0.0.1:$(cat "$dir/port")" |
        elog-load -q "$dir/elog.db" >/dev/null
    [ "$(how_many new)" = 10 ]
}

@test "401 for everything: one message, exit 77, nothing changed" {
    fault_start "$dir" -r "$FAULT_DIR/new" "* always status 401"
    fault_sync "$dir" "$(cat "$dir/port")"
    [ "$(cat "$dir/get.status")" = 77 ]
    [ "$(grep -c . "$dir/get.talk")" = 1 ]
    [ "$(how_many old)" = 10 ]
    [ "$(fault_count "$dir" '*')" -le 6 ]
}

@test "503 for everything: the service is away, exit 75, nothing changed" {
    fault_start "$dir" -r "$FAULT_DIR/new" "* always status 503"
    fault_sync "$dir" "$(cat "$dir/port")" --retries 0
    [ "$(cat "$dir/get.status")" = 75 ]
    [ "$(grep -c 'HTTP 503' "$dir/get.talk")" = 1 ]
    [ "$(grep -c . "$dir/get.talk")" = 1 ]
    [ "$(fault_count "$dir" '*')" -le 6 ]
    [ "$(how_many old)" = 10 ]
}

@test "a string of 200 MB arrives whole, and elog-get stays small" {
    fault_start "$dir" -r "$FAULT_DIR/new" "*/$(victim)/ws/elog always string 200"
    cp "$FAULT_DIR/old.db" "$dir/elog.db"
    /usr/bin/time -f %M -o "$dir/peak" elog-get --url "http://127.0.0.1:$(cat "$dir/port")" \
        <"$names" | elog-load -q "$dir/elog.db" >/dev/null
    [ "$(query "$dir/elog.db" "SELECT max(length(content)) FROM logbook_entries")" = 209715200 ]
    [ "$(query "$dir/elog.db" "SELECT count(*) FROM fetches WHERE status = 'complete'")" = 10 ]
    [ "$(cat "$dir/peak")" -le 49152 ]
}

@test "a proposal cannot lead elsewhere" {
    sed 's/"PNR": "[^"]*"/"PNR": ".."/' "$FAULT_DIR/new/ws-kerb/lgbk/lgbk/$(victim)/ws/info" \
        >"$dir/dots"
    sed 's/"PNR": "[^"]*"/"PNR": "..\/..\/..\/..\/x?y#z"/' \
        "$FAULT_DIR/new/ws-kerb/lgbk/lgbk/$(victim)/ws/info" >"$dir/slashes"
    for body in dots slashes; do
        fault_start "$dir" -r "$FAULT_DIR/new" "*/$(victim)/ws/info always body $dir/$body"
        fault_sync "$dir" "$(cat "$dir/port")"
        grep attribute "$dir/requests"
        [ "$(how_many new)" = 9 ]
        # Nothing was asked but the experiments' resources and proposals below their run.
        [ "$(cut -f 3 "$dir/requests" |
            grep -cvE '/lgbk/lgbk/([a-z0-9]+/ws/|ws/instruments$)|/attribute/run[0-9][0-9]/[^/]+$')" = 0 ]
        fault_stop "$dir"
    done
}

# list FILE OPTION...: elog-list of a list that holds FILE; its output in $output.
list() {
    local body=$1
    shift
    fault_stop "$dir"
    fault_start "$dir" "*updated_within* always body $body"
    run elog-list --url "http://127.0.0.1:$(cat "$dir/port")" --timeout 60 --retries 0 "$@"
}

@test "a list of hostile names: the good ones come, the others are reported" {
    long=$(printf '%010000d' 0)
    # shellcheck disable=SC2016 # it is JSON
    printf '{"success": true, "value": ["../../etc/passwd", "-rf", "", "a\\nb", "%s", "good1", "a/b",
        "c\\\\d", "\\u0000", "e\\u0000", ".", "..", "good 2", "\\u001b[2J", "\\ud800", "$(id)", "`id`", "good1"]}' \
        "$long" >"$dir/names"
    list "$dir/names"
    echo "$output"
    [ "$status" = 1 ]
    elog-list --url "http://127.0.0.1:$(cat "$dir/port")" >"$dir/plain" 2>"$dir/talk" || true
    grep -qx good1 "$dir/plain"
    grep -qx 'good_2' "$dir/plain"
    [ "$(grep -cvE '^[A-Za-z0-9_]' "$dir/plain")" = 0 ]
    [ "$(awk 'length($0) > 200' "$dir/plain" | wc -l)" = 0 ]
    [ "$(grep -c 'left out' "$dir/talk")" -ge 10 ]
    # Nothing that a terminal would obey.
    [ "$(LC_ALL=C grep -c $'[\x01-\x08\x0b-\x1f]' "$dir/talk")" = 0 ]
    elog-list -0 --url "http://127.0.0.1:$(cat "$dir/port")" 2>/dev/null |
        tr '\0' '\n' | cmp - "$dir/plain"
}

@test "a list that is none: exit 1 and no name" {
    for text in '{"success": false, "errormsg": "down"}' '{"success": true, "value": {}}' \
        '{"success": true, "value": [1]}' '{"success": true, "value": [["a"]]}' \
        '<html>login</html>' '' 'null' '[]' '"mfx1"' '{"success": true, "value": ["mfx1"'; do
        printf '%s' "$text" >"$dir/list"
        list "$dir/list"
        echo "$text: $status $output"
        [ "$status" = 1 ]
        [ "$(elog-list --url "http://127.0.0.1:$(cat "$dir/port")" --timeout 60 --retries 0 \
            2>/dev/null | wc -c)" = 0 ]
    done
}

# elog-get and elog-list speak of the names on stdin and of arguments, too.
@test "hostile names as arguments are refused, and never asked for" {
    fault_start "$dir" -r "$FAULT_DIR/new"
    for name in ../../etc/passwd '' $'a\nb' a/b "$(printf '%0300d' 0)" . ..; do
        run elog-get --url "http://127.0.0.1:$(cat "$dir/port")" -- "$name"
        echo "$name: $status $output"
        [ "$status" = 1 ]
        printf '%s\n' "$name" >>"$dir/stdin"
    done
    run elog-get --url "http://127.0.0.1:$(cat "$dir/port")" -- -rf
    [ "$status" = 1 ]
    [ ! -s "$dir/requests" ]
}

# ---- TLS --------------------------------------------------------------------

# certificate NAME SUBJECT-ALTERNATIVE-NAME END CA: NAME.pem and NAME.key in $dir.
certificate() {
    : >index
    echo 01 >serial
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
        -keyout "$1.key" -out "$1.csr"
    printf '[x]\nsubjectAltName=%s\n[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n' \
        "$2" >"$1.conf"
    openssl ca -batch -config "$1.conf" -extensions x -startdate 20200101000000Z \
        -enddate "$3" -cert "$4.pem" -keyfile "$4.key" -in "$1.csr" -out "$1.pem" -notext
}

certificates() {
    cd "$dir" || return
    local ca
    for ca in ca stranger; do
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
            -subj "/CN=$ca" -addext keyUsage=critical,keyCertSign -keyout $ca.key -out $ca.pem
    done
    certificate good DNS:localhost,IP:127.0.0.1 20990101000000Z ca
    certificate wrong-name DNS:elsewhere.example 20990101000000Z ca
    certificate expired DNS:localhost,IP:127.0.0.1 20200201000000Z ca
    certificate unknown DNS:localhost,IP:127.0.0.1 20990101000000Z stranger
}

# tls CERTIFICATE DIRECTORY: openssl's own server, whose files hold whole HTTP answers.
tls() {
    [ ! -s "$dir/tls.pid" ] || kill "$(cat "$dir/tls.pid")" 2>/dev/null || true
    : >"$dir/tls.log" # that of the one before says its port
    (cd "$2" && exec openssl s_server -accept 127.0.0.1:0 -cert "$dir/$1.pem" \
        -key "$dir/$1.key" -HTTP </dev/null >"$dir/tls.log" 2>&1 3>&-) &
    echo $! >"$dir/tls.pid"
    wait_for grep -q "^ACCEPT .*:[0-9]" "$dir/tls.log"
    tls_url=https://localhost:$(sed -n 's/^ACCEPT .*://p' "$dir/tls.log")
}

@test "a certificate that does not stand up: nothing is asked, nothing changed" {
    certificates >"$dir/openssl.log" 2>&1
    mkdir -p "$dir/empty"
    for what in wrong-name expired unknown; do
        tls $what "$dir/empty"
        cp "$FAULT_DIR/old.db" "$dir/elog.db"
        {
            got=0
            elog-get --url "$tls_url" --cacert "$dir/ca.pem" --timeout 60 --retries 1 \
                <"$names" 2>"$dir/talk" || got=$?
            echo $got >"$dir/status"
        } | elog-load -q "$dir/elog.db" >/dev/null
        echo "$what: $(cat "$dir/status"): $(cat "$dir/talk")"
        [ "$(cat "$dir/status")" = 1 ]
        [ "$(grep -c . "$dir/talk")" -le 2 ]
        grep -qiE 'certificate|issuer|subject' "$dir/talk"
        [ "$(how_many old)" = 10 ]
        # openssl says which file it is asked for; none was.
        [ "$(grep -cE 'FILE:|GET ' "$dir/tls.log")" = 0 ]
    done
}

@test "https is not left for http, not even on the same host" {
    certificates >"$dir/openssl.log" 2>&1
    name=$(head -n 1 "$names")
    fault_start "$dir" -r "$FAULT_DIR/new"
    mkdir -p "$dir/www/ws-kerb/lgbk/lgbk/$name/ws"
    info=ws-kerb/lgbk/lgbk/$name/ws/info
    {
        printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n'
        cat "$FAULT_DIR/new/$info"
    } >"$dir/www/$info"
    tls good "$dir/www"
    # The certificate is good: it works when the answer is.
    run elog-get --url "$tls_url" --cacert "$dir/ca.pem" --only experiments "$name"
    echo "$output"
    [ "$status" = 0 ]
    printf 'HTTP/1.1 302 Found\r\nLocation: http://localhost:%s/%s\r\nContent-Length: 0\r\n\r\n' \
        "$(cat "$dir/port")" "$info" >"$dir/www/$info"
    run elog-get --url "$tls_url" --cacert "$dir/ca.pem" --only experiments "$name"
    echo "$output"
    [ "$status" = 75 ]
    [[ $output == *"redirected to http://"*"not followed"* ]]
    [ ! -s "$dir/requests" ]
}
