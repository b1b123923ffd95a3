#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2030,SC2031,SC2016 # variables of common.bash and of run, and of jq
# elog-scan against real servers: FTP, FTPS, SFTP, HTTP, HTTPS.

load ../lib/common
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/files.sh"
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/fault.sh"

setup_file() {
    # As sshd's users see it, below the same path.
    tree=$BATS_FILE_TMPDIR/tree
    local source hour
    for source in RMA1 RMA5; do
        for hour in 00 12 18; do
            mkdir -p "$tree/L2/$source/2025/01/01/$hour/3020"
            echo "$source $hour" >"$tree/L2/$source/2025/01/01/$hour/3020/${source}_DBZH.BUFR"
            echo more >"$tree/L2/$source/2025/01/01/$hour/3020/a b#c%41&d.txt"
        done
    done
    find "$tree/L2" -exec touch -d '2025-01-02T03:04:05Z' {} +
    chmod -R go+rX "$tree"
    files_start "$BATS_FILE_TMPDIR/servers" "$tree"
    fault_build "$BATS_FILE_TMPDIR"
    # The index pages alone, for the server that goes wrong.
    local directory
    find "$tree/L2" -type d -printf '%P\n' | while read -r directory; do
        mkdir -p "$BATS_FILE_TMPDIR/pages/L2/$directory"
        curl -sS -o "$BATS_FILE_TMPDIR/pages/L2/$directory/index.html" \
            "$(files_url "$BATS_FILE_TMPDIR/servers" http)/L2/$directory/"
    done
}

teardown_file() {
    files_stop "$BATS_FILE_TMPDIR/servers"
}

setup() {
    common_setup
    dir=$BATS_FILE_TMPDIR/servers tree=$BATS_FILE_TMPDIR/tree
    eval "$(files_env "$dir")"
    window=(--from 2025-01-01 --to 2025-01-01)
    export FAULT_DIR=$BATS_FILE_TMPDIR
}

scan() {
    elog-scan --cacert "$ELOG_FILES_CA" "$@"
}

files() {
    jq -r 'select(.type == "RECORD" and .stream == "remote_files").record |
        [.path, .size, .modified] | @tsv' | sort
}

# What it should be, with a pattern of the times and 1 where sizes are told.
everything() {
    local file size=null
    (cd "$tree/L2" && find RMA1 RMA5 -type f -print0) | sort -z | while read -rd '' file; do
        [ "$2" = 0 ] || size=$(stat -c %s "$tree/L2/$file")
        printf '%s\t%s\t%s\n' "$file" "${size/null/}" "$1"
    done
}

@test "FTP, with TLS by AUTH TLS and by MLSD: exact sizes and times" {
    equal "$(scan "${window[@]}" "$ELOG_FILES_FTP/L2/" | files)" \
        "$(everything 2025-01-02T03:04:05Z 1)"
    wait_for grep -q 'MLSD' "$dir/ftp.log"
    equal "$(scan --ftp-tls require "${window[@]}" "$ELOG_FILES_FTP/L2/" | files | wc -l)" 12
    equal "$(scan --ftp-tls never "${window[@]}" "$ELOG_FILES_FTP/L2/" | files | wc -l)" 12
}

@test "FTPS" {
    equal "$(scan "${window[@]}" "$ELOG_FILES_FTPS/L2/" | files)" \
        "$(everything 2025-01-02T03:04:05Z 1)"
}

@test "FTP of a server that knows no MLSD, and no users: LIST" {
    HOME=$BATS_TEST_TMPDIR # without a .netrc
    equal "$(elog-scan "${window[@]}" "$ELOG_FILES_ANONYMOUS/L2/" | files)" \
        "$(everything 2025-01-02 1)"
    # It is asked for MLSD once, and no more.
    wait_for grep -q 'MLSD.*not understood\|500 .*MLSD' "$dir/anonymous.log"
    equal "$(grep -c 'MLSD.*not understood\|500 .*MLSD' "$dir/anonymous.log")" 1
}

@test "SFTP: with a key, and only of a host that is known" {
    equal "$(scan "${window[@]}" "$ELOG_FILES_SFTP/L2/" | files)" "$(everything 2025-01-02 1)"
    # Nobody's name is in what is stored.
    scan "${window[@]}" "$ELOG_FILES_SFTP/L2/RMA1" >"$BATS_TEST_TMPDIR/out"
    run ! grep -q '@' "$BATS_TEST_TMPDIR/out"

    : >"$BATS_TEST_TMPDIR/empty"
    run --separate-stderr scan --known-hosts "$BATS_TEST_TMPDIR/empty" "${window[@]}" \
        "$ELOG_FILES_SFTP/L2/RMA1"
    status_is 1
    [[ ${stderr_lines[0]} == *"not in known_hosts: connect once"* ]]
    ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/other"
    sed "s| ssh-.*| $(cut -d' ' -f1,2 "$BATS_TEST_TMPDIR/other.pub")|" "$dir/home/.ssh/known_hosts" \
        >"$BATS_TEST_TMPDIR/wrong"
    run --separate-stderr scan --known-hosts "$BATS_TEST_TMPDIR/wrong" "${window[@]}" \
        "$ELOG_FILES_SFTP/L2/RMA1"
    status_is 1
    [[ ${stderr_lines[0]} == *"another than known_hosts has"* ]]
}

@test "HTTP and HTTPS: index pages, without exact sizes of what is large" {
    equal "$(scan "${window[@]}" "$ELOG_FILES_HTTP/L2/" | files)" "$(everything 2025-01-02T03:04Z 1)"
    equal "$(scan "${window[@]}" "$ELOG_FILES_HTTPS/L2/" | files)" "$(everything 2025-01-02T03:04Z 1)"
    equal "$(scan "${window[@]}" "$ELOG_FILES_HTTPS/L2/RMA*" | files | wc -l)" 12
}

@test "HTTP: names with a colon, of files and directories" {
    mkdir -p "$tree/colon/R:1/2025/01/01/18/3020"
    touch "$tree/colon/R:1/2025/01/01/18/3020/T18:30:20.BUFR"
    chmod -R go+rX "$tree/colon"
    run --separate-stderr scan "${window[@]}" "$ELOG_FILES_HTTP/colon/"
    status_is 0
    silent
    equal "$(files <<<"$output" | cut -f1)" R:1/2025/01/01/18/3020/T18:30:20.BUFR
}

@test "HTTP: a password from .netrc, a redirect on the same server, none to another" {
    equal "$(scan "${window[@]}" "$ELOG_FILES_HTTPS/private/L2/RMA1" | files | wc -l)" 6
    equal "$(scan "${window[@]}" "$ELOG_FILES_HTTP/moved/L2/RMA1" | files | wc -l)" 6
    run --separate-stderr scan "${window[@]}" "$ELOG_FILES_HTTP/elsewhere/L2/RMA1"
    status_is 1
    [[ $stderr == *"redirected to another server: not followed"* ]]
}

@test "a login that is refused: one line, 77" {
    HOME=$BATS_TEST_TMPDIR
    local url
    for url in "$ELOG_FILES_FTP" "$ELOG_FILES_FTPS" "$ELOG_FILES_HTTPS/private"; do
        run --separate-stderr scan "${window[@]}" "$url/L2/{RMA1,RMA5}"
        status_is 77
        says elog-scan netrc
    done
    run --separate-stderr scan --known-hosts "$dir/home/.ssh/known_hosts" "${window[@]}" \
        "$ELOG_FILES_SFTP/L2/{RMA1,RMA5}"
    status_is 77
    says elog-scan "login refused" "--ssh-key"
    # A wrong password.
    sed 's/password .*/password looking-glass/' "$dir/home/.netrc" >"$BATS_TEST_TMPDIR/.netrc"
    run --separate-stderr scan "${window[@]}" "$ELOG_FILES_FTP/L2/RMA1"
    status_is 77
    says elog-scan "login refused"
    # It is tried once, or the account may be locked.
    local before
    files_settle "$dir"
    before=$(grep -c ' 530 .*PASS' "$dir/ftp.log" || true)
    run --separate-stderr scan --jobs 6 "${window[@]}" "$ELOG_FILES_FTP/L2/{RMA1,RMA5,A,B,C,D}"
    status_is 77
    says elog-scan "login refused"
    files_settle "$dir"
    equal $(($(grep -c ' 530 .*PASS' "$dir/ftp.log") - before)) 1
}

@test "a login that is named takes its password from .netrc" {
    local u
    for u in "ftp://$FILES_USER@${ELOG_FILES_FTP#*//}" "ftps://$FILES_USER@${ELOG_FILES_FTPS#*//}" \
        "https://$FILES_USER@${ELOG_FILES_HTTPS#*//}/private"; do
        equal "$(scan "${window[@]}" "$u/L2/RMA1" | files | wc -l)" 6
    done
    equal "$(scan --user "$FILES_USER" "${window[@]}" "$ELOG_FILES_HTTP/private/L2/RMA1" |
        files | wc -l)" 6
    # That login's, and no other's.
    printf 'machine 127.0.0.1 login other password x\n' >"$BATS_TEST_TMPDIR/netrc"
    cat "$HOME/.netrc" >>"$BATS_TEST_TMPDIR/netrc"
    scan --netrc-file "$BATS_TEST_TMPDIR/netrc" --user "$FILES_USER" "${window[@]}" \
        "$ELOG_FILES_FTP/L2/RMA1" >"$BATS_TEST_TMPDIR/out"
    equal "$(files <"$BATS_TEST_TMPDIR/out" | wc -l)" 6
    run ! grep -q "@\|$FILES_USER" "$BATS_TEST_TMPDIR/out"
    run --separate-stderr scan --user other "${window[@]}" "$ELOG_FILES_FTP/L2/RMA1"
    status_is 77
}

@test "a certificate that nobody vouches for" {
    local url
    for url in "$ELOG_FILES_FTP" "$ELOG_FILES_FTPS" "$ELOG_FILES_HTTPS"; do
        run --separate-stderr elog-scan "${window[@]}" "$url/L2/RMA1"
        status_is 1
        [[ ${stderr_lines[0]} == *"certificate is not trusted: --cacert"* ]]
    done
}

@test "the link breaks: what failed is recorded, and listed the next time" {
    scan --db "$db" --settle 1d "${window[@]}" "$ELOG_FILES_FTP/L2/RMA1"
    sqlite3 "$db" "DELETE FROM scanned_directories; DELETE FROM remote_files"
    files_stop_one "$dir" ftp
    run --separate-stderr scan --retries 1 --db "$db" "${window[@]}" "$ELOG_FILES_FTP/L2/{RMA1,RMA5}"
    files_start_one "$dir" ftp
    status_is 75
    [[ ${stderr_lines[0]} == *"no connection"* ]]
    equal "$(sql "$db" "SELECT count(*), min(status) FROM scanned_directories")" "2|failed"
    run --separate-stderr scan --db "$db" "${window[@]}" "$ELOG_FILES_FTP/L2/{RMA1,RMA5}"
    status_is 0
    silent
    equal "$(sql "$db" "SELECT count(*) FROM remote_files")" 12
    equal "$(sql "$db" "SELECT count(*) FROM scanned_directories WHERE status = 'failed'")" 0
}

@test "a second run over the same window lists only what never rests: the sources" {
    scan --db "$db" "${window[@]}" "$ELOG_FILES_FTP/L2/"
    local before
    files_settle "$dir"
    before=$(grep -c MLSD "$dir/ftp.log")
    run --separate-stderr scan --db "$db" "${window[@]}" "$ELOG_FILES_FTP/L2/"
    status_is 0
    silent
    files_settle "$dir"
    equal $(($(grep -c MLSD "$dir/ftp.log") - before)) 3
}

@test "a directory that is not ours to read fails alone" {
    chmod 000 "$tree/L2/RMA1/2025/01/01/12"
    run --separate-stderr scan --db "$db" "${window[@]}" "$ELOG_FILES_SFTP/L2/RMA1"
    chmod 755 "$tree/L2/RMA1/2025/01/01/12"
    status_is 1
    [[ ${stderr_lines[0]} == *"RMA1/2025/01/01/12/: "* ]]
    equal "$(sql "$db" 'SELECT count(*) FROM remote_files')" 4
    scan --db "$db" "${window[@]}" "$ELOG_FILES_SFTP/L2/RMA1"
    equal "$(sql "$db" 'SELECT count(*) FROM remote_files')" 6
}

# The blocks of EXAMPLES that a shell can run, in one directory, with our server for theirs.
@test "the examples of the manual run as they stand" {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p "$tree/runs/2025"
    touch "$tree/runs/2025/abc_20250131_1830.h5"
    chmod -R go+rX "$tree/runs"
    awk '/^\.Sh / { inside = ($2 == "EXAMPLES") }
        /^\.Bd -literal/ && inside { block = "block" ++n; next }
        /^\.Ed/ { block = "" }
        block != "" {
            gsub(/\\e/, "\\"); gsub(/\\\(aq/, "\047"); print > block
        }' "$root/man/elog-scan.1"
    sed -i "s|ftp://ftp.example.org|$ELOG_FILES_FTP|; s|https://ftp.example.org|$ELOG_FILES_HTTPS|
        s|elog-scan|elog-scan --cacert $ELOG_FILES_CA|" block*
    sh -e block1
    equal "$(sql elog.db 'SELECT count(*) FROM remote_files')" 12
    # No file of the tree is called as these are.
    touch "$tree/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR"
    chmod go+r "$tree/L2/RMA1/2025/01/01/18/3020/"*
    equal "$(sh -e block2)" "$(printf '2025-01-01T18:30:20Z\t0\tRMA1/2025/01/01/18/3020/%s' \
        RMA1_0315_01_DBZH_20250101T183020Z.BUFR)"
    equal "$(sh -e block3 | jq -r 'select(.record.path).record | .time + .fields.run')" \
        2025-01-31T18:30:00Zabc
    sqlite3 elog.db "UPDATE scanned_directories SET status = 'failed', attempts = 1 WHERE id = 1"
    [ "$(sh -e block4)" != "" ]
}

# ---- a web server that goes wrong, before the real one ----------------------------------

# faulty RULE...: sets $faulty, the URL of a server that breaks the rules' paths.
faulty() {
    fault_start "$BATS_TEST_TMPDIR" -r "$BATS_FILE_TMPDIR/pages" "$@"
    faulty=http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")
}

# patience FAULT: --timeout, short where it is waited for.
patience() {
    case $1 in
        stall*) echo 3 ;;
        *) echo 60 ;;
    esac
}

@test "what passes is tried again: resets, cuts, errors, silence" {
    local fault
    for fault in reset reset-headers reset-body short short-chunked gzip-lie gzip-cut \
        'status 503' 'status 429 after=1' stall 'stall-body 100'; do
        faulty "/L2/RMA1/2025/01/01/* 1 $fault"
        run --separate-stderr elog-scan --timeout "$(patience "$fault")" "${window[@]}" "$faulty/L2/RMA1"
        fault_stop "$BATS_TEST_TMPDIR"
        equal "$fault: $status $stderr $(files <<<"$output" | wc -l)" "$fault: 0  6"
    done
}

@test "what stays wrong fails alone, is recorded, and is found the next time" {
    local fault port
    for fault in reset short short-close login 'status 500' 'status 404' 'status 403' stall \
        'redirect http://127.0.0.2/^' 'redirect %^'; do
        db=$BATS_TEST_TMPDIR/${fault//[^a-z0-9]/_}.db
        faulty "/L2/RMA1/2025/01/01/12/3020/ always $fault"
        run --separate-stderr elog-scan --db "$db" --timeout "$(patience "$fault")" --retries 1 "${window[@]}" \
            "$faulty/L2/RMA1"
        fault_stop "$BATS_TEST_TMPDIR"
        equal "$fault: $status ${#stderr_lines[@]}" "$fault: 1 2"
        equal "$(sql "$db" "SELECT substr(url, -8) FROM scanned_directories
            WHERE status = 'failed'")" "12/3020/"
        # The same tree, at the same address in the database, without the fault.
        port=$(files_port "$dir" http)
        sqlite3 "$db" "UPDATE scanned_directories SET url = replace(url, '$faulty', 'http://127.0.0.1:$port');
            UPDATE remote_files SET url = replace(url, '$faulty', 'http://127.0.0.1:$port')"
        elog-scan --known "$db" "${window[@]}" "$ELOG_FILES_HTTP/L2/RMA1" |
            jq -r 'select(.stream == "remote_files" and .record).record.path' \
                >"$BATS_TEST_TMPDIR/new"
        equal "$(wc -l <"$BATS_TEST_TMPDIR/new")" 2
        run ! grep -v '/12/3020/' "$BATS_TEST_TMPDIR/new"
    done
}

@test "a hostile listing: nothing outside its directory, no endless walk" {
    {
        echo '<html><h1>Index of /</h1>'
        echo '<a href="../../../etc/passwd">x</a><a href="..%2f..%2fetc/">x</a>'
        echo '<a href="http://127.0.0.2/x">x</a><a href="%0a%0d">x</a><a href="a%00b">x</a>'
        yes '<a href="2025/">2025/</a>' | head -n 200000
        echo '</html>'
    } >"$BATS_TEST_TMPDIR/page"
    faulty "/L2/RMA1/ always body $BATS_TEST_TMPDIR/page"
    run --separate-stderr elog-scan "${window[@]}" "$faulty/L2/RMA1"
    fault_stop "$BATS_TEST_TMPDIR"
    status_is 1
    [[ $stderr == *"more than 100000 directories at once"* ]]
    [[ $stderr == *"left out 4 names"* ]]
    yes '<a href="2025/">2025/</a>' | head -n 50000 >"$BATS_TEST_TMPDIR/links"
    (echo '<html><h1>Index of /</h1>'; cat "$BATS_TEST_TMPDIR/links"; echo '</html>') \
        >"$BATS_TEST_TMPDIR/page"
    faulty "/L2/RMA1/ always body $BATS_TEST_TMPDIR/page"
    run --separate-stderr elog-scan "${window[@]}" "$faulty/L2/RMA1"
    fault_stop "$BATS_TEST_TMPDIR"
    status_is 0
    equal "$(files <<<"$output" | wc -l)" 6
}

# Those doors lead to no index pages: known or not known is what counts here.
@test "a keytab and a token open web servers" {
    run bash "$BATS_TEST_DIRNAME/with-servers.sh" --no-ticket bash -c '
        scan() {
            status=0
            elog-scan --from 2025-01-01 --cacert "$ELOG_TEST_CA" "$@" >"$TMPDIR/out" 2>&1 || status=$?
            echo $status
        }
        echo "$ELOG_TEST_TOKEN" >"$TMPDIR/token"
        scan "$ELOG_TEST_HTTPS/ws-kerb/x"
        scan --keytab "$ELOG_TEST_KEYTAB" "$ELOG_TEST_HTTPS/ws-kerb/x"
        scan "$ELOG_TEST_HTTPS/ws-jwt/x"
        scan --token-file "$TMPDIR/token" "$ELOG_TEST_HTTPS/ws-jwt/x"
        ! grep -q "$ELOG_TEST_TOKEN" "$TMPDIR/out" || echo the token is shown'
    equal "$output" $'77\n1\n77\n1'
}
