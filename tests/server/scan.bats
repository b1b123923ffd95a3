#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run, and of jq
# elog-scan against real servers: FTP, FTPS, SFTP, HTTP, HTTPS.

load ../lib/common
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/files.sh"

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
}

teardown_file() {
    files_stop "$BATS_FILE_TMPDIR/servers"
}

setup() {
    common_setup
    dir=$BATS_FILE_TMPDIR/servers tree=$BATS_FILE_TMPDIR/tree
    eval "$(files_env "$dir")"
    window=(--from 2025-01-01 --to 2025-01-01)
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
    grep -q 'MLSD' "$dir/ftp.log"
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
    status_is 1
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
    before=$(grep -c MLSD "$dir/ftp.log")
    run --separate-stderr scan --db "$db" "${window[@]}" "$ELOG_FILES_FTP/L2/"
    status_is 0
    silent
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
