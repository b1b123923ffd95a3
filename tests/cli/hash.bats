#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-hash: what directories are, and what differs from that.
load ../lib/common

setup() {
    common_setup
    d=$BATS_TEST_TMPDIR/d
    mkdir -p "$d/sub/deep" "$d/empty"
    echo a >"$d/a"
    echo b >"$d/b c"
    echo n >"$d/"$'new\nline'
    echo i >"$d/"$'no utf-8 \xff'
    mkdir "$d/"$'dir \xfe'
    echo q >"$d/"$'dir \xfe/q'
    ln -s nowhere "$d/link"
    echo s >"$d/sub/s"
    echo x >"$d/sub/deep/x"
}

scan() {
    elog-hash scan --db "$db" "$@"
}

verify() {
    run --separate-stderr elog-hash verify --db "$db" "$@"
}

# The ten lines of elog-hash(1), as they stand there.
shell_hash() {
    bash -c "$(sed -n '/^hash_of() (/,/^)/p' "$root/man/elog-hash.1" | sed 's/\\e0/\\0/')
hash_of \"\$1\"" - "$1"
}

@test "ten lines of shell come to the same hash" {
    scan "$d"
    equal "$(elog-hash show --db "$db" --field current_hash "$d")" "$(shell_hash "$d")"
    equal "$(elog-hash show --db "$db" --field current_hash "$d/sub")" "$(shell_hash "$d/sub")"
    equal "$(elog-hash show --db "$db" --field current_hash "$d/empty")" \
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
}

@test "modes, owners and times do not count, names and contents do" {
    scan "$d"
    before=$(elog-hash show --db "$db" --field current_hash "$d")
    chmod 600 "$d/a"
    touch -d 2001-01-01 "$d/a"
    mkfifo "$d/fifo"
    scan "$d"
    equal "$(elog-hash show --db "$db" --field current_hash "$d")" "$before"
    ln -sfn elsewhere "$d/link"
    scan "$d"
    [ "$(elog-hash show --db "$db" --field current_hash "$d")" != "$before" ]
    equal "$(elog-hash show --db "$db" --field prev_hash "$d")" "$before"
}

@test "a record says what is in a directory, and files have their own table" {
    scan -s s1 "$d"
    equal "$(sql "$db" "SELECT dirs, files, links, session_id FROM hash_records WHERE path = '$d/sub'")" \
        '["deep"]|["s"]|[]|s1'
    equal "$(sql "$db" "SELECT sha256, size, mtime FROM hash_files WHERE path = '$d/a'")" \
        "$(sha256sum <"$d/a" | cut -c1-64)|2|$(stat -c %Y "$d/a")"
    equal "$(sql "$db" "SELECT target FROM hash_links")" nowhere
    lone_database "$db"
}

@test "the old hash becomes prev_hash; one that stays moves current_dtg_latest alone" {
    put() {
        printf '{"path":"/p","current_hash":"%s","current_dtg_latest":%s}\n' "$@" |
            elog-hash put --db "$db"
    }
    row() {
        sql "$db" "SELECT current_hash, prev_hash, current_dtg_first, current_dtg_latest,
            prev_dtg_latest FROM hash_records"
    }
    put h1 100
    equal "$(row)" 'h1||100|100|'
    put h1 200
    equal "$(row)" 'h1||100|200|'
    put h2 300
    equal "$(row)" 'h2|h1|300|300|200'
    equal "$(elog-hash history --db "$db" /p)" $'/p\t\th1\t100\t200\n/p\t\th2\t300\t300'
}

@test "a record is a site's" {
    echo '{"path":"/p","current_hash":"h1"}' | elog-hash put --db "$db" -S one
    echo '{"path":"/p","current_hash":"h2"}' | elog-hash put --db "$db" -S two
    equal "$(elog-hash show --db "$db" --field current_hash /p)" $'h1\nh2'
    equal "$(elog-hash show --db "$db" --field current_hash -S two /p)" h2
    elog-hash target --db "$db" /p h2
    equal "$(elog-hash priority --db "$db" --format json | jq -r .site_id)" one
}

@test "what is known is not read again, unless it may have changed" {
    scan "$d"
    sleep 0.02
    scan "$d" # the first one noted files that were as new as itself
    elog-hash scan "$d" >"$BATS_TEST_TMPDIR/all"
    equal "$(grep -c '"stream":"hash_files","record"' "$BATS_TEST_TMPDIR/all")" 7
    strace -f -e trace=openat -o "$BATS_TEST_TMPDIR/trace" elog-hash scan --db "$db" "$d" ||
        skip "no strace"
    run ! grep -E 'openat\([0-9]+, "(a|s|x)", O_RDONLY' "$BATS_TEST_TMPDIR/trace"
    strace -f -e trace=openat -o "$BATS_TEST_TMPDIR/trace" \
        elog-hash scan --db "$db" --paranoid "$d"
    grep -E 'openat\([0-9]+, "a", O_RDONLY\|.*O_NOFOLLOW' "$BATS_TEST_TMPDIR/trace"
}

@test "a file that is changed without a trace is found with --paranoid" {
    scan "$d"
    echo z >"$d/a" # as long as before
    sqlite3 "$db" "UPDATE hash_files SET noted_ns = noted_ns + 3600000000000,
        mtime_ns = $(date -r "$d/a" +%s%N), ctime_ns = mtime_ns WHERE name = 'a';
        UPDATE hash_files SET ctime_ns = mtime_ns WHERE name = 'a'"
    verify "$d"
    status_is 0
    verify --paranoid "$d"
    status_is 1
    equal "$output" "changed	$d/a"
}

@test "verify names what changed, came, went, moved, and became another type" {
    scan "$d"
    verify "$d"
    status_is 0
    equal "$output" ""
    echo changed >"$d/a"
    rm "$d/b c"
    echo new >"$d/new"
    mv "$d/sub/s" "$d/empty/t"
    rm "$d/sub/deep/x"
    mkdir "$d/sub/deep/x"
    ln -sfn elsewhere "$d/link"
    verify "$d"
    status_is 1
    equal "$output" "changed	$d/a
removed	$d/b c
moved	$d/sub/s	$d/empty/t
changed	$d/link
added	$d/new
type	$d/sub/deep/x"
    verify --format json "$d"
    equal "$(jq -r 'select(.status == "moved") | .from, .path' <<<"$output")" \
        "$d/sub/s
$d/empty/t"
    scan "$d"
    verify "$d"
    status_is 0
}

@test "a directory that went, came or moved, with all that is in it" {
    scan "$d"
    mv "$d/sub" "$d/bus"
    mkdir "$d/more"
    echo m >"$d/more/m"
    rm -r "$d/"$'dir \xfe'
    verify "$d"
    odd=$'dir \xfe'
    equal "${output//"$d/"/}" "moved	sub	bus
moved	sub/deep	bus/deep
moved	sub/deep/x	bus/deep/x
moved	sub/s	bus/s
removed	$odd
removed	$odd/q
added	more
added	more/m"
    scan "$d"
    verify "$d"
    status_is 0
    equal "$(sql "$db" "SELECT count(*) FROM hash_files WHERE directory LIKE '%/sub%'")" 0
    equal "$(elog-hash orphans --db "$db" | sort)" "$d/"$'dir \xfe'"
$d/sub"
    elog-hash forget --db "$db" "$d/sub"
    equal "$(elog-hash orphans --db "$db")" "$d/"$'dir \xfe'
}

@test "what cannot be read is told, and has no new hash" {
    scan "$d"
    before=$(elog-hash show --db "$db" --field current_hash "$d")
    echo other >"$d/a"
    chmod 000 "$d/a"
    chmod 755 "$BATS_TEST_TMPDIR" "$d"
    run --separate-stderr as_user elog-hash scan --db "$db" "$d"
    status_is 1
    says elog-hash "$d/a" 'Permission denied'
    equal "$(elog-hash show --db "$db" --field current_hash "$d")" "$before"
    run --separate-stderr as_user elog-hash verify --db "$db" "$d"
    status_is 1
    equal "$output" "unreadable	$d/a"
}

@test "what is not a text is no list to verify against" {
    run --separate-stderr elog-hash verify --against "$(command -v elog-hash)" "$d"
    status_is 1
    says elog-hash "line 1: not a text"
    equal "$output" ""
}

@test "verify finds a directory whose name is no UTF-8, and who knows it" {
    # Without --site nobody knew it.
    scan --site A "$d/"$'dir \xfe'
    verify "$d/"$'dir \xfe'
    status_is 0
    echo more >"$d/"$'dir \xfe/more'
    verify "$d/"$'dir \xfe'
    status_is 1
    [[ $output == added* ]]
}

@test "verify says that a database is damaged, not that nothing is recorded" {
    scan "$d"
    page=$(sql "$db" "SELECT rootpage FROM sqlite_schema WHERE name = 'hash_records'")
    size=$(sql "$db" 'PRAGMA page_size')
    sql "$db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    dd if=/dev/zero of="$db" bs="$size" seek=$((page - 1)) count=1 conv=notrunc status=none
    verify --site '' "$d"
    status_is 1
    says elog-hash 'malformed'
    [[ $stderr != *'not recorded'* ]]
}

@test "lines of mtree that say nothing are told, not passed over" {
    sum=$(sha256sum "$d/a" | cut -c1-64)
    for line in "a\\000b type=file sha256=$sum" "a size=much sha256=$sum" \
        "a size=99999999999999999999 sha256=$sum" 'link type=link link=no\000where'; do
        # Each of the first three was the entry a.
        printf '#mtree\n. type=dir\n%s\n' "$line" >"$BATS_TEST_TMPDIR/list"
        run --separate-stderr elog-hash verify --against "$BATS_TEST_TMPDIR/list" "$d"
        status_is 1
        [[ $stderr == *'line 3: its '* ]]
    done
    # Blanks behind the way up.
    mkdir "$BATS_TEST_TMPDIR/e" "$BATS_TEST_TMPDIR/e/sub"
    cp "$d/a" "$BATS_TEST_TMPDIR/e"
    printf '#mtree\n. type=dir\nsub type=dir\n..  \na type=file sha256=%s\n..\n' "$sum" >"$BATS_TEST_TMPDIR/list"
    elog-hash verify --against "$BATS_TEST_TMPDIR/list" "$BATS_TEST_TMPDIR/e"
}

@test "lists of sha256sum and mtree, theirs and ours, are verified against" {
    scan "$d"
    (cd "$d" && find . -type f -print0 | xargs -0 sha256sum) >"$BATS_TEST_TMPDIR/theirs"
    elog-hash verify --against "$BATS_TEST_TMPDIR/theirs" "$d"
    elog-hash export --db "$db" --format sha256sum "$d" >"$BATS_TEST_TMPDIR/ours"
    sha256sum --quiet -c "$BATS_TEST_TMPDIR/ours"
    elog-hash verify --against "$BATS_TEST_TMPDIR/ours" "$d"
    elog-hash export --db "$db" --format mtree "$d" >"$BATS_TEST_TMPDIR/mtree"
    elog-hash verify --against "$BATS_TEST_TMPDIR/mtree" "$d"
    if command -v bsdtar >/dev/null; then
        bsdtar -cf "$BATS_TEST_TMPDIR/bsd" --format=mtree --options=sha256 -C "$d" .
        elog-hash verify --against "$BATS_TEST_TMPDIR/bsd" "$d"
    fi
    if command -v mtree >/dev/null; then
        mtree -c -k type,sha256,size,link -p "$d" >"$BATS_TEST_TMPDIR/net"
        elog-hash verify --against "$BATS_TEST_TMPDIR/net" "$d"
        equal "$(mtree -p "$d" -f "$BATS_TEST_TMPDIR/mtree")" ""
    fi
    rm "$d/sub/s"
    echo other >"$d/a"
    for list in theirs ours mtree; do
        run --separate-stderr elog-hash verify --against "$BATS_TEST_TMPDIR/$list" "$d"
        status_is 1
        equal "$output" "changed	$d/a
removed	$d/sub/s"
    done
}

@test "a list with a name longer than any path: said, and soon" {
    printf '%064d  %s\n' 0 "$(yes a | head -n 100000 | paste -sd /)" 0 x >"$BATS_TEST_TMPDIR/list"
    run --separate-stderr timeout 300 elog-hash put --format sha256sum -S s "$d" <"$BATS_TEST_TMPDIR/list"
    status_is 1
    says elog-hash 'line 1: a name longer than any path'
    equal "$(jq -r 'select(.stream == "hash_files" and .type == "RECORD").record.path' <<<"$output")" "$d/x"
}

@test "what is exported is put elsewhere, with the same hashes" {
    scan "$d"
    hash=$(elog-hash show --db "$db" --field current_hash "$d")
    elog-hash export --db "$db" --format mtree "$d" |
        elog-hash put --db "$BATS_TEST_TMPDIR/m.db" -S m --format mtree "$d"
    elog-hash export --db "$db" --format json | elog-hash put --db "$BATS_TEST_TMPDIR/j.db"
    for other in m j; do
        other=$BATS_TEST_TMPDIR/$other.db
        equal "$(elog-hash show --db "$other" --field current_hash "$d")" "$hash"
        equal "$(elog-hash untracked --db "$other")" ""
        elog-hash verify --db "$other" "$d"
    done
}

@test "priority, orphans and untracked" {
    {
        echo '{"path":"/r","current_hash":"1","dirs":["a","b","gone"],"files":["f"],"target_hash":"x"}'
        echo '{"path":"/r/a","current_hash":"2","dirs":["deep"],"target_hash":"y"}'
        echo '{"path":"/r/a/deep","current_hash":"3","dirs":[],"target_hash":"3"}'
        echo '{"path":"/r/b","current_hash":"4","target_hash":"4"}'
        echo '{"path":"/r/orphan","current_hash":"5"}'
        echo '{"path":"/r/ab","current_hash":"6","target_hash":"z"}'
    } | elog-hash put --db "$db"
    equal "$(elog-hash priority --db "$db")" $'/r/a\n/r/ab'
    equal "$(elog-hash orphans --db "$db")" $'/r/ab\n/r/orphan'
    equal "$(elog-hash untracked --db "$db")" $'/r/f\n/r/gone'
    equal "$(elog-hash untracked --db "$db" -0 | tr '\0' '|')" '/r/f|/r/gone|'
    equal "$(elog-hash priority --db "$db" --format json | jq -r '.path + .target_hash' | head -1)" /r/ay
    elog-hash target --db "$db" /r/a 2
    elog-hash target --db "$db" /r/ab 6
    equal "$(elog-hash priority --db "$db")" /r
}

@test "verify --target: the deepest that explain it" {
    scan "$d"
    hash=$(elog-hash show --db "$db" --field current_hash "$d")
    elog-hash target --db "$db" "$d" "$hash"
    verify --target "$d"
    status_is 0
    elog-hash target --db "$db" "$d/sub" "$(elog-hash show --db "$db" --field current_hash "$d/sub")"
    echo more >>"$d/sub/s"
    verify --target "$d"
    status_is 1
    equal "$output" "changed	$d/sub"
}

@test "two places with one name have the same records" {
    cp -a "$d" "$BATS_TEST_TMPDIR/copy"
    scan -S here --root /data="$d" "$d"
    scan -S there --root /data="$BATS_TEST_TMPDIR/copy" "$BATS_TEST_TMPDIR/copy"
    equal "$(sql "$db" "SELECT count(DISTINCT current_hash), count(*) FROM hash_records
        WHERE path = '/data'")" '1|2'
    elog-hash verify --db "$db" -S there --root /data="$d" "$d"
}

@test "globs leave out names and paths" {
    scan --exclude '*.tmp' --exclude sub/deep "$d"
    touch "$d/x.tmp" "$d/sub/deep/y"
    elog-hash verify --db "$db" --exclude '*.tmp' --exclude sub/deep "$d"
}

@test "a scan that was killed goes on where it was" {
    mkdir "$d/many"
    for i in $(seq 300); do head -c 300000 /dev/zero | tr '\0' "$((i % 10))" >"$d/many/$i"; done
    touch -d '1 hour ago' "$d"/many/*
    elog-hash scan --db "$db" -j 1 "$d" &
    pid=$!
    sleep 0.3
    kill -9 $pid 2>/dev/null || true
    wait $pid || true
    wait_for sh -c "elog-load -q --wait 30s '$db' </dev/null"
    known=$(sql "$db" "SELECT count(*) FROM hash_files WHERE directory LIKE '%/many'")
    scan "$d"
    elog-hash verify --db "$db" "$d"
    [ "$known" -le 300 ]
    equal "$(sql "$db" "SELECT count(*) FROM hash_files WHERE directory LIKE '%/many'")" 300
}

@test "records without a database, and what is no record" {
    equal "$(elog-hash scan "$d" | jq -r 'select(.type == "RECORD") | .stream' | sort -u)" \
        $'hash_files\nhash_links\nhash_records'
    run --separate-stderr elog-hash put --db "$db" <<<'{"path":"/p"}'
    status_is 1
    says elog-hash 'line 1' 'current_hash is missing'
    run --separate-stderr elog-hash verify --db "$db" "$d"
    status_is 1
    says elog-hash "$d is not recorded"
    run --separate-stderr elog-hash scan "$d/nosuch"
    status_is 1
    says elog-hash "$d/nosuch" 'No such file'
    for wrong in "scan" "scan --field x $d" "nosuch" "show" "scan -j 0 $d" \
        "export --db $db --format x" "scan --root x=$d $d"; do
        # shellcheck disable=SC2086 # a list of words
        run --separate-stderr elog-hash $wrong
        status_is 2
    done
}

@test "an empty argument is not the working directory; a path of which nothing is recorded is told" {
    cd "$d"
    for subcommand in scan forget target verify show history export put; do
        more=()
        [ $subcommand != target ] || more=(abc)
        run --separate-stderr elog-hash "$subcommand" --db "$db" '' "${more[@]}"
        status_is 2
        says elog-hash "$subcommand: an argument is empty"
    done
    scan "$d"
    run --separate-stderr elog-hash forget --db "$db" "$d/sub" "$d/nosuch"
    status_is 1
    says elog-hash "$db: $d/nosuch is not recorded"
    run --separate-stderr elog-hash show --db "$db" "$d/sub"
    status_is 1
    for subcommand in history 'export --format sha256sum' 'export --format mtree'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr elog-hash $subcommand --db "$db" "$d/nosuch"
        status_is 1
        says elog-hash "$db: $d/nosuch is not recorded"
        equal "$output" ''
    done
    run --separate-stderr elog-hash export --format sha256sum --db "$db" "$d/empty"
    status_is 0
    silent
    run --separate-stderr elog-hash forget --db "$BATS_TEST_TMPDIR/typo.db" "$d"
    status_is 1
    says elog-hash 'typo.db: No such file'
    [ ! -e "$BATS_TEST_TMPDIR/typo.db" ]
}
