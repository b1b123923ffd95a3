#!/usr/bin/env bats
# elog-pull, and elog-follow.sh, against real file servers and a real logbook service, over
# a line that is cut.

# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # variables of common.bash and of run; bash -c; tests
load ../lib/common
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/files.sh"

setup_file() {
    local dir=$BATS_FILE_TMPDIR
    chmod 755 "$dir"
    python3 "$BATS_TEST_DIRNAME/tree.py" 30 7 "$dir/tree"
    head -c 400000 /dev/urandom >"$dir/tree/big"
    touch -d 2025-01-01T18:30:20Z "$dir/tree/big"
    files_start "$dir/servers" "$dir/tree"
    ${CC:-cc} -O2 -std=c11 -D_GNU_SOURCE -o "$dir/cut_proxy" "$BATS_TEST_DIRNAME/cut_proxy.c"
}

teardown_file() {
    files_stop "$BATS_FILE_TMPDIR/servers"
}

setup() {
    common_setup
    tree=$BATS_FILE_TMPDIR/tree servers=$BATS_FILE_TMPDIR/servers
    data=$BATS_TEST_TMPDIR/data
    eval "$(files_env "$servers")"
}

teardown() {
    [ ! -s "$BATS_TEST_TMPDIR/proxy.pid" ] ||
        kill "$(head -n 1 "$BATS_TEST_TMPDIR/proxy.pid")" || true
    [ ! -d "$BATS_TEST_TMPDIR/web" ] || {
        web_stop "$BATS_TEST_TMPDIR/web"
        realm_stop "$BATS_TEST_TMPDIR/web"
    }
}

# wanted BASE-URL [PATH]: the records of all of the tree, or of a file or directory.
wanted() {
    (cd "$tree" && find "${2:-.}" -type f -printf '%p\t%s\t%TY-%Tm-%TdT%TH:%TM:%.2TSZ\n') |
        jq -Rc --arg b "$1" 'split("\t") as [$p, $n, $t] | ($p | ltrimstr("./")) as $p |
            {type: "RECORD", stream: "remote_files", record: {url: "\($b)/\($p)",
            source: ($p | split("/")[1] // "none"), path: $p, size: ($n | tonumber),
            modified: $t, observed_at: $t}}'
}

# proxy KIND OPTION...: a bad line to a server; $base is the URL of the tree over it.
proxy() {
    local kind=$1 port
    shift
    "$BATS_FILE_TMPDIR/cut_proxy" --to "$(files_port "$servers" "$kind")" \
        --pid "$BATS_TEST_TMPDIR/proxy.pid" --stats "$BATS_TEST_TMPDIR/stats" "$@" 3>&- &
    wait_for test -s "$BATS_TEST_TMPDIR/proxy.pid"
    port=$(sed -n 2p "$BATS_TEST_TMPDIR/proxy.pid")
    base=$kind://127.0.0.1:$port
    [ "$kind" != sftp ] || {
        echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$servers/host_key.pub")" >"$BATS_TEST_TMPDIR/hosts"
        base=$base$tree
    }
}
stats() {
    rm -f "$BATS_TEST_TMPDIR/stats"
    kill -USR1 "$(head -n 1 "$BATS_TEST_TMPDIR/proxy.pid")"
    wait_for test -s "$BATS_TEST_TMPDIR/stats"
    cat "$BATS_TEST_TMPDIR/stats"
}

pull() {
    elog-pull --to "$data" --cacert "$ELOG_FILES_CA" "$@"
}
of() {
    jq -rc --arg s "$1" "select(.type == \"RECORD\" and .stream == \$s).record | $2" <<<"$output"
}

# Every file of the tree is in $data, under whatever its layout made of the path.
all_there() {
    local file
    while read -r file; do
        cmp "$tree/$file" "$(find "$data" -path "*/$file")" || return
    done < <(cd "$tree" && find . -type f -printf '%P\n')
    no_file "$data" '*.part*'
}

@test "by FTP, FTP over TLS, SFTP, HTTP and HTTPS; a second run moves nothing" {
    local kind url
    for kind in ftp ftps sftp http https; do
        url=$(files_url "$servers" $kind)
        url=${url/$FILES_USER@/}
        wanted "$url" >"$BATS_TEST_TMPDIR/in"
        rm -rf "$data" "$db"
        run --separate-stderr pull --db "$db" <"$BATS_TEST_TMPDIR/in"
        status_is 0
        silent
        all_there
        equal "$(sql "$db" 'SELECT count(*), sum(size), max(attempts) FROM downloads')" \
            "31|$(cd "$tree" && find . -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')|1"
        run pull --known "$db" --verify
        status_is 0
        run pull --known "$db" --dry-run <"$BATS_TEST_TMPDIR/in"
        equal "$output" ""
    done
}

@test "cut in the middle: goes on by REST, by range, by offset" {
    local kind bytes
    : >"$BATS_TEST_TMPDIR/hosts"
    for kind in ftp http sftp; do
        rm -rf "$data" "$BATS_TEST_TMPDIR/proxy.pid"
        ftp=()
        [ $kind != ftp ] || ftp=(--ftp)
        proxy $kind --rate 150000 --cuts 1 --every 400000 --seed 5 "${ftp[@]}"
        wanted "$base" big >"$BATS_TEST_TMPDIR/in"
        run --separate-stderr pull --ftp-tls never --known-hosts "$BATS_TEST_TMPDIR/hosts" \
            <"$BATS_TEST_TMPDIR/in"
        status_is 0
        cmp "$tree/big" "$(find "$data" -name big)"
        equal "$kind $(of downloads .attempts)" "$kind 2"
        [ "$(of downloads .resumed_from)" -gt 0 ]
        read -r bytes cuts _ < <(stats)
        equal "$cuts" 1
        # What was on the line when it was cut came twice, but not all of it.
        [ "$bytes" -lt 700000 ]
        kill "$(head -n 1 "$BATS_TEST_TMPDIR/proxy.pid")"
    done
    rm "$BATS_TEST_TMPDIR/proxy.pid"
}

@test "killed in the middle: goes on; the file changed meanwhile: begins anew" {
    local part
    head -c 400000 /dev/urandom >"$tree/changing"
    touch -d 2025-01-01T18:30:20Z "$tree/changing"
    for kind in ftp http sftp; do
        rm -rf "$data"
        url=$(files_url "$servers" $kind)
        wanted "${url/$FILES_USER@/}" changing >"$BATS_TEST_TMPDIR/in"
        elog-pull --to "$data" --cacert "$ELOG_FILES_CA" --limit-rate 20k \
            <"$BATS_TEST_TMPDIR/in" >/dev/null 3>&- &
        wait_for some_part
        kill -KILL $!
        wait $! || true
        cp -r "$data" "$BATS_TEST_TMPDIR/killed"
        run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
        status_is 0
        [ "$(of downloads .resumed_from)" -gt 0 ]
        cmp "$tree/changing" "$(find "$data" -name changing)"
        # Now as if it had changed, though the record does not know.
        rm -rf "$data"
        mv "$BATS_TEST_TMPDIR/killed" "$data"
        head -c 400000 /dev/urandom >"$tree/changing"
        run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
        status_is 0
        equal "$(of downloads .resumed_from)" 0
        cmp "$tree/changing" "$(find "$data" -name changing)"
        touch -d 2025-01-01T18:30:20Z "$tree/changing"
    done
    rm "$tree/changing"
}
some_part() {
    [ -n "$(find "$data" -name '*.part' -size +0 2>/dev/null)" ]
}

@test "SIGTERM: what came is on disk and recorded, and goes on later" {
    wanted "$ELOG_FILES_HTTP" big >"$BATS_TEST_TMPDIR/in"
    elog-pull --to "$data" --db "$db" --limit-rate 20k <"$BATS_TEST_TMPDIR/in" >/dev/null 3>&- &
    wait_for some_part
    kill -TERM $!
    status=0
    wait $! || status=$?
    status_is 1
    part=$(find "$data" -name '*.part')
    bytes=$(stat -c %s "$part")
    equal "$(sql "$db" 'SELECT bytes, total, sha256, attempts, status, last_error FROM partial_downloads')" \
        "$bytes|400000|$(sha256sum <"$part" | cut -d' ' -f1)|1|partial|stopped"
    run --separate-stderr pull --db "$db" --pending
    status_is 0
    equal "$(sql "$db" 'SELECT resumed_from, attempts FROM downloads')" "$bytes|2"
    equal "$(sql "$db" 'SELECT count(*) FROM partial_downloads')" 0
}

@test "a .part that somebody changed is not built upon" {
    wanted "$ELOG_FILES_HTTP" big >"$BATS_TEST_TMPDIR/in"
    elog-pull --to "$data" --limit-rate 20k <"$BATS_TEST_TMPDIR/in" >/dev/null 3>&- &
    wait_for some_part
    kill -TERM $!
    wait $! || true
    printf x | dd of="$(find "$data" -name '*.part')" conv=notrunc bs=1 seek=10 2>/dev/null
    run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$(of downloads .resumed_from)" 0
    cmp "$tree/big" "$(find "$data" -name big)"
}

@test "another server answers the second attempt: its file is another, begins anew" {
    mkdir "$BATS_TEST_TMPDIR/tree2"
    head -c 400000 /dev/urandom >"$BATS_TEST_TMPDIR/tree2/big"
    touch -d 2025-01-01T18:30:21Z "$BATS_TEST_TMPDIR/tree2/big"
    python3 - "$BATS_TEST_TMPDIR/tree2" "$BATS_TEST_TMPDIR/port" 2>/dev/null 3>&- <<'END' &
import functools, http.server, os, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
with open(sys.argv[2] + ".new", "w") as out:
    print(server.server_port, file=out)
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
END
    python=$!
    wait_for test -s "$BATS_TEST_TMPDIR/port"
    port=$(cat "$BATS_TEST_TMPDIR/port")
    proxy http --cuts 1 --every 300000 --after 1 --then "$port"
    wanted "$base" big >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr pull <"$BATS_TEST_TMPDIR/in"
    kill $python
    status_is 0
    equal "$(of downloads '[.resumed_from, .attempts]')" '[0,2]'
    cmp "$BATS_TEST_TMPDIR/tree2/big" "$(find "$data" -name big)"
}

@test "many cuts, several kills: all files in the end, few bytes twice" {
    # 3>&-: what it leaves running must not make bats wait
    MOST=2 RATE=3M SEED=11 run bash "$BATS_TEST_DIRNAME/pull_soak.sh" 300 20 10 3>&-
    echo "$output"
    status_is 0
    [[ $output == *"300 files in"*"10 kills"* ]]
}

@test "the server is away: 75, one line, and the other server's files come" {
    { wanted http://127.0.0.1:9 L2; wanted "$ELOG_FILES_HTTP" L2; } >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr pull --attempts 1 --db "$db" <"$BATS_TEST_TMPDIR/in"
    status_is 75
    says elog-pull http://127.0.0.1:9 'left for another time'
    equal "$(sql "$db" 'SELECT count(*) FROM downloads')" 30
}

@test "the server does not know us: 77, and it is not asked again and again" {
    files_settle "$servers"
    before=$(grep -c ' 530 ' "$servers/ftp.log" || true)
    wanted "$ELOG_FILES_FTP" L2 >"$BATS_TEST_TMPDIR/in"
    printf 'machine 127.0.0.1 login nobody password wrong\n' >"$BATS_TEST_TMPDIR/netrc"
    run --separate-stderr pull --jobs 2 --netrc-file "$BATS_TEST_TMPDIR/netrc" <"$BATS_TEST_TMPDIR/in"
    status_is 77
    [ "${#stderr_lines[@]}" = 1 ]
    files_settle "$servers"
    [ $(($(grep -c ' 530 ' "$servers/ftp.log") - before)) -le 4 ]
    [[ $output$stderr != *wrong* ]]
}

@test "a certificate that nobody vouches for: nothing comes" {
    wanted "$ELOG_FILES_HTTPS" big >"$BATS_TEST_TMPDIR/in"
    run --separate-stderr elog-pull --to "$data" <"$BATS_TEST_TMPDIR/in"
    status_is 1
    says elog-pull certificate
    no_file "$data" 'big*'
}

@test "a redirect on the same host is followed, one elsewhere is not" {
    size=$(stat -c %s "$tree/big")
    run --separate-stderr pull < <(record remote_files \
        "{\"url\":\"$ELOG_FILES_HTTP/moved/big\",\"size\":$size}")
    status_is 0
    cmp "$tree/big" "$(find "$data" -name big)"
    run --separate-stderr pull < <(record remote_files \
        "{\"url\":\"$ELOG_FILES_HTTP/elsewhere/big\",\"size\":$size}")
    status_is 1
    [ "${#stderr_lines[@]}" = 1 ]
}

@test "--limit-rate bounds all together" {
    wanted "$ELOG_FILES_HTTP" big >"$BATS_TEST_TMPDIR/in"
    wanted "$ELOG_FILES_FTP" big | jq -c '.record.source = "x"' >>"$BATS_TEST_TMPDIR/in"
    started=$(date +%s%N)
    run --separate-stderr pull --layout '{scheme}/{name}' --limit-rate 400k <"$BATS_TEST_TMPDIR/in"
    status_is 0
    took=$((($(date +%s%N) - started) / 1000000))
    [ $took -gt 1400 ]
}

@test "stdin is read only as fast as files come" {
    wanted "$ELOG_FILES_HTTP" big >"$BATS_TEST_TMPDIR/in"
    wanted "$ELOG_FILES_HTTP" big | jq -c '.record.url += "?2"' >>"$BATS_TEST_TMPDIR/in"
    # One that is slow, the next, and then more lines than pipes hold.
    run bash -c '(cat "$1"; yes "$(printf %04000d 1 | jq -Rc "{type: \"STATE\", value: .}")" | head -n 5000) |
        timeout 1 elog-pull --to "$0" --jobs 1 --limit-rate 50k | wc -c' "$data" "$BATS_TEST_TMPDIR/in"
    [ "$output" -lt 10000 ]
}

@test "10,000 files that are there: less than 48 MB, and nothing is moved" {
    python3 - "$ELOG_FILES_HTTP" "$data" "$BATS_TEST_TMPDIR" <<'END'
import os, sys, json
base, data, tmp = sys.argv[1:]
host = base.split("//")[1]
with open(tmp + "/in", "w") as wanted, open(tmp + "/load", "w") as known:
    for i in range(10000):
        path = f"L9/{i % 100}/{i}.BUFR"
        os.makedirs(f"{data}/{host}/L9/{i % 100}", exist_ok=True)
        with open(f"{data}/{host}/{path}", "w") as out:
            out.write("x")
        os.utime(f"{data}/{host}/{path}", (1735689600, 1735689600))
        r = {"url": f"{base}/{path}", "source": "s", "path": path, "size": 1,
            "modified": "2025-01-01T00:00:00Z", "observed_at": "2025-01-01T00:00:00Z"}
        wanted.write(json.dumps({"type": "RECORD", "stream": "remote_files", "record": r}) + "\n")
        r |= {"path": f"{host}/{path}", "sha256": "2" * 64, "mtime": r["modified"],
            "finished": r["modified"], "status": "complete"}
        known.write(json.dumps({"type": "RECORD", "stream": "downloads", "record": r}) + "\n")
END
    elog-load -q "$db" <"$BATS_TEST_TMPDIR/load"
    run --separate-stderr /usr/bin/time -f %M -o "$BATS_TEST_TMPDIR/memory" \
        elog-pull --to "$data" --known "$db" <"$BATS_TEST_TMPDIR/in"
    status_is 0
    equal "$(of downloads .url)" ""
    equal "$(grep -c /L9/ "$servers/access.log" || true)" 0
    [ "$(cat "$BATS_TEST_TMPDIR/memory")" -lt 49152 ]
}

@test "attachments: with a ticket, by type; a page to log in is none" {
    web=$BATS_TEST_TMPDIR/web
    mkdir -p "$web"
    tree=$BATS_TEST_TMPDIR/logbook
    for name in e1 e2; do
        experiment $name
        put $name elog '[{"_id": "n1", "insert_time": "2026-01-01T10:00:00+00:00", "author": "ann", "content": "one",
            "attachments": [{"_id": "x1", "name": "plot.png", "type": "image/png", "url": "mongo://1"}]}]'
        head -c 50000 /dev/urandom >"$tree/ws-kerb/lgbk/lgbk/$name/ws/attachment"
    done
    cat >"$BATS_TEST_TMPDIR/extra" <<END
<Location "/ws-kerb/lgbk/lgbk/e1/ws/attachment">
    ForceType image/png
</Location>
<Location "/ws-kerb/lgbk/lgbk/e2/ws/attachment">
    ForceType text/html
</Location>
<Location "/ws-jwt/lgbk/lgbk/e1/ws/attachment">
    ForceType image/png
</Location>
END
    chmod -R a+rX "$BATS_TEST_TMPDIR"
    realm_start "$web"
    WEB_EXTRA=$BATS_TEST_TMPDIR/extra web_start "$web" "$tree"
    eval "$(realm_env "$web")"
    http=http://localhost:$(web_port "$web" http)
    # No ticket yet: 77, and it says what helps.
    KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/none run --separate-stderr elog-pull --url "$http" --to "$data" < <(
        record attachments "{\"url\":\"$http/ws-kerb/lgbk/lgbk/e1/ws/attachment?entry_id=n1&attachment_id=x1\",\"experiment\":\"e1\",\"path\":\"e1/n1/plot.png\"}")
    status_is 77
    [[ $stderr == *kinit* ]]
    realm_ticket "$web"
    run --separate-stderr bash -c 'elog-get --attachments --url "$0" e1 e2 |
        elog-pull --url "$0" --to "$1" --attempts 2 | elog-load -q "$2" >/dev/null; echo "${PIPESTATUS[*]}"' "$http" "$data" "$db"
    equal "$output" "0 1 0"
    says elog-pull e2 'text/html came in place of image/png' 'log in'
    cmp "$tree/ws-kerb/lgbk/lgbk/e1/ws/attachment" "$data/attachments/e1/n1/plot.png"
    no_file "$data/attachments/e2" 'plot*'
    equal "$(sql "$db" 'SELECT path, source, size FROM downloads')" 'attachments/e1/n1/plot.png|e1|50000'
    # By keytab, and by token, which stands in a file.
    rm -r "$data" "$web/cc"
    run --separate-stderr elog-pull --url "$http" --keytab "$web/alice.keytab" --to "$data" < <(
        elog-get --attachments --url "$http" --keytab "$web/alice.keytab" e1)
    status_is 0
    [ -s "$data/attachments/e1/n1/plot.png" ]
    echo "$WEB_TOKEN" >"$BATS_TEST_TMPDIR/token"
    rm -r "$data"
    run --separate-stderr elog-pull --url "$http" --auth bearer --token-file "$BATS_TEST_TMPDIR/token" --to "$data" < <(
        elog-get --attachments --url "$http" --auth bearer --token-file "$BATS_TEST_TMPDIR/token" e1)
    status_is 0
    [ -s "$data/attachments/e1/n1/plot.png" ]
}

@test "a file that is rewritten within the minute that a listing tells is fetched again" {
    local when minute file
    when=$(date -u -d '-10 minutes' +%Y-%m-%dT%H:%M)
    minute=$(date -u -d "$when" +%Y/%m/%d/%H/%M00) file=$tree/L2/RMA9/$minute/x.BUFR
    mkdir -p "${file%/*}"
    echo old >"$file"
    touch -d "$when:10Z" "$file"
    chmod -R go+rX "$tree/L2/RMA9"
    local once=(elog-follow.sh --db "$db" --to "$data" --once --cacert "$ELOG_FILES_CA"
        -- --cacert "$ELOG_FILES_CA" --from -1d "$ELOG_FILES_HTTP/L2/RMA9")
    "${once[@]}"
    # As if all that had been ten minutes ago, within that minute.
    sqlite3 "$db" "UPDATE remote_files SET observed_at = '$when:20Z';
        UPDATE downloads SET started = '$when:21Z'"
    echo new >"$file"
    touch -d "$when:40Z" "$file"
    "${once[@]}"
    equal "$(find "$data" -name x.BUFR -exec cat {} +)" new
    # Once: no more than the schema now.
    equal "$(elog-scan --cacert "$ELOG_FILES_CA" --known "$db" --from -1d \
        "$ELOG_FILES_HTTP/L2/RMA9" | grep -c '"path"')" 1
    equal "$(elog-pull --to "$data" --db "$db" --pending 2>&1)" ""
    rm -r "$tree/L2/RMA9"
}

@test "elog-follow.sh: several sources, one round, then nothing more to do" {
    run --separate-stderr elog-follow.sh --db "$db" --to "$data" --once --cacert "$ELOG_FILES_CA" \
        -- "$ELOG_FILES_HTTP/L2/{RMA1,RMA5}" --from 2025-01-01 --to 2025-01-31 \
        -- "$ELOG_FILES_FTP/L2/AR5" --from 2025-01-01 --to 2025-01-31 --cacert "$ELOG_FILES_CA"
    status_is 0
    silent
    equal "$(sql "$db" 'SELECT source, count(*) FROM downloads GROUP BY 1')" 'AR5|10
RMA1|10
RMA5|10'
    lone_database "$db"
}

@test "elog-follow.sh: new files come while it runs; SIGTERM ends it, and all its parts" {
    cp -r "$tree" "$BATS_TEST_TMPDIR/more"
    file=$(cd "$tree" && find L2/RMA1 -type f | head -n 1)
    rm "$BATS_TEST_TMPDIR/more/$file"
    elog-follow.sh --db "$db" --to "$data" --every 1 \
        -- "file://$BATS_TEST_TMPDIR/more/L2/RMA1" --from 2025-01-01 --settle 100000d 3>&- &
    follow=$!
    wait_for downloaded 9
    cp -p "$tree/$file" "$BATS_TEST_TMPDIR/more/$file"
    wait_for downloaded 10
    kill -TERM $follow
    status=0
    wait $follow || status=$?
    status_is 0
    # shellcheck disable=SC2009 # by its directory, which is of this test alone
    equal "$(ps -eo args | grep -F "$BATS_TEST_TMPDIR/data" | grep -v grep || true)" ""
    no_file "$TMPDIR" '*'
}
downloaded() {
    [ -e "$db" ] && [ "$(sql "$db" 'SELECT count(*) FROM downloads' 2>/dev/null)" = "$1" ]
}

@test "elog-follow.sh: a round that fails is followed by a longer pause" {
    elog-follow.sh --db "$db" --to "$data" --every 1 --most 2 -- \
        http://127.0.0.1:9/L2/RMA1 --retries 0 --from -1d 2>"$BATS_TEST_TMPDIR/said" 3>&- &
    follow=$!
    wait_for grep -q 'next one in 2 s' "$BATS_TEST_TMPDIR/said"
    kill -TERM $follow
    wait $follow
    grep -q 'elog-follow: the round ended with status' "$BATS_TEST_TMPDIR/said"
    run --separate-stderr elog-follow.sh --db "$db" --to "$data" --nonsense -- x
    status_is 2
    says elog-follow --nonsense
    for wrong in "--follow 3" --follow=3; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr timeout 300 elog-follow.sh --once --db "$db" --to "$data" -- \
            "file://$tree/L2/RMA1" --from -1d $wrong
        status_is 2
        says elog-follow --follow --every
    done
    for wrong in "" "--db $db" "--db $db --to $data" "--db $db --to $data --every 0 -- x"; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr elog-follow.sh $wrong
        status_is 2
        [ "${#stderr_lines[@]}" = 1 ]
    done
}

@test "the units are what systemd takes" {
    mkdir "$BATS_TEST_TMPDIR/units"
    for unit in "$root"/contrib/systemd/*; do
        sed "s|/usr/local/bin|${ELOG_BUILD:-$root/build}|" "$unit" \
            >"$BATS_TEST_TMPDIR/units/$(basename "$unit")"
    done
    XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR run systemd-analyze verify --user --man=no \
        "$BATS_TEST_TMPDIR"/units/*
    status_is 0
    equal "$output" ""
}

@test "FTP: a file that was refused and is there again comes when its time has come" {
    local source=$tree/L2/RMA8/2025/01/01/00/0000
    mkdir -p "$source"
    echo whole >"$source/a"
    find "$tree/L2/RMA8" -exec touch -d 2025-01-02 {} +
    chmod -R go+rX "$tree/L2/RMA8"
    elog-scan --cacert "$ELOG_FILES_CA" --db "$db" --from 2025-01-01 --to 2025-01-31 "$ELOG_FILES_FTP/L2/RMA8"
    mv "$source/a" "$BATS_TEST_TMPDIR/a"
    run --separate-stderr pull --db "$db" --pending
    status_is 1
    [[ $stderr == *"FTP 550"* ]]
    mv "$BATS_TEST_TMPDIR/a" "$source/a"
    touch -d 2025-01-02 "$source"
    # elog-follow.sh gets it, for it tries what an earlier round left.
    sqlite3 "$db" "UPDATE partial_downloads SET next_attempt = '2025-01-01T00:00:00Z'"
    run --separate-stderr timeout 300 elog-follow.sh --db "$db" --to "$data" --once --cacert "$ELOG_FILES_CA" \
        -- --cacert "$ELOG_FILES_CA" --from 2025-01-01 --to 2025-01-31 "$ELOG_FILES_FTP/L2/RMA8"
    rm -r "$tree/L2/RMA8"
    status_is 0
    equal "$(find "$data" -name a -exec cat {} +)" whole
}

@test "several servers of one source: the next where one is away, under the first one's name" {
    local first=http://127.0.0.1:9/data servers=("http://127.0.0.1:9/data $ELOG_FILES_HTTP")
    run --separate-stderr elog-scan --servers "${servers[0]}" --db "$db" \
        --from 2025-01-01 --to 2025-01-31 "$first/L2/RMA1"
    status_is 0
    [[ $stderr == *"http://127.0.0.1:9/data: no connection: $ELOG_FILES_HTTP is asked instead"* ]]
    equal "$(sql "$db" "SELECT count(*), min(url) LIKE '$first/L2/RMA1/%' FROM remote_files")" '10|1'
    run --separate-stderr pull --servers "${servers[0]}" --db "$db" --pending
    status_is 0
    equal "$(sql "$db" 'SELECT count(*) FROM downloads')" 10
    # Without another one that is there, all is left for later.
    run --separate-stderr elog-scan --retries 0 --servers "$first http://127.0.0.1:8" \
        --from 2025-01-01 --to 2025-01-31 "$first/L2/RMA1"
    status_is 75
    run --separate-stderr elog-scan --servers "$first ftp://127.0.0.1" --from 2025-01-01 "$first/L2/RMA1"
    status_is 2
    says elog-scan 'not of the scheme of the first'
}

@test "a server that does not answer at all is away, and the next is asked" {
    # Whose queue is full gets no connection: those that wait take its places.
    python3 - "$BATS_TEST_TMPDIR/port" 3>&- <<'END' &
import socket, sys, time
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(0)
waiting = []
for _ in range(4):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(server.getsockname())
    waiting.append(client)
open(sys.argv[1], "w").write(str(server.getsockname()[1]))
time.sleep(600)
END
    local pid=$! mute
    wait_for test -s "$BATS_TEST_TMPDIR/port"
    mute=http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")
    run --separate-stderr elog-scan --timeout 4 --servers "$mute $ELOG_FILES_HTTP" \
        --from 2025-01-01 --to 2025-01-31 "$mute/L2/RMA1"
    kill $pid
    status_is 0
    [[ $stderr == *"$ELOG_FILES_HTTP is asked instead"* ]]
    equal "$(of remote_files .url | wc -l)" 10
}
