#!/usr/bin/env bats
# What a machine does that fails: calls that return errors, pages of a database that are
# gone, a key on the terminal.  tests/lib/fail.c, preloaded, lets a call fail.

# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run; bash -c
load ../lib/common

setup_file() {
    gcc -shared -fPIC -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/fail.so" \
        "$BATS_TEST_DIRNAME/../lib/fail.c" -ldl
}

setup() {
    common_setup
    source=$BATS_TEST_TMPDIR/source
    data=$BATS_TEST_TMPDIR/data
    mkdir -p "$source"
}

# failing CALL:N COMMAND...: with the N'th such call of it failing.
failing() {
    local what=$1
    shift
    FAIL=$what LD_PRELOAD=$BATS_FILE_TMPDIR/fail.so "$@"
}

# wanted NAME...: records of files of the source.
wanted() {
    local name
    for name; do
        record remote_files '{"url":"file://'"$source/$name"'","source":"s","path":"'"$name"'"}'
    done
}

@test "a transfer that libcurl does not take is not a file that came" {
    echo a >"$source/a"
    run --separate-stderr failing curl_multi_add_handle:1 elog-pull --to "$data" --jobs 1 < <(wanted a)
    status_is 1
    says elog-pull 'libcurl takes no more requests'
    if [[ $output == *'"stream":"downloads"'* ]]; then false; fi
    [[ $output == *'"stream":"partial_downloads"'* ]]
    no_file "$data" a
    # So with those that list, and those that ask the service.
    mkdir -p "$source/2025"
    run --separate-stderr failing curl_multi_add_handle:1 elog-get --url "file://$sample" mfxl100023
    status_is 1
    [[ $stderr == 'elog-get: libcurl takes no more requests'* ]]
}

@test "a file in its place whose name may not be on disk is told, and is a download" {
    echo a >"$source/a"
    # The first fsync is that of the file, the second that of its directory.
    run --separate-stderr failing fsync:2 elog-pull --to "$data" --jobs 1 < <(wanted a)
    status_is 1
    says elog-pull /a 'in its place, but maybe not after a power cut'
    [[ $output == *'"stream":"downloads"'* ]]
    if [[ $output == *'"stream":"partial_downloads"'* ]]; then false; fi
}

# SQLite takes the transaction back, and what follows would be written without one.
@test "what cannot be committed while nothing comes ends the load" {
    for n in 5 7 8; do # of the first commit behind that of the schema
        rm -f "$db"
        said=$BATS_TEST_TMPDIR/said
        : >"$said"
        {
            record runs '{"experiment":"e1","num":1}'
            closed e1 '{"runs":1}'
            wait_for test -s "$said"
            record runs '{"experiment":"e2","num":1}'
            closed e2 '{"runs":1}'
            state e2
        } 2>/dev/null | {
            failing fdatasync:$n elog-load "$db" 2>"$said" >"$BATS_TEST_TMPDIR/states" || echo "$?"
        } >"$BATS_TEST_TMPDIR/status"
        cat "$said" >&2
        equal "$(cat "$BATS_TEST_TMPDIR/status")" 1
        equal "$(cat "$BATS_TEST_TMPDIR/states")" ""
        equal "$(wc -l <"$said")" 1
        equal "$(sql "$db" "SELECT count(*) FROM experiments WHERE name = 'e2'")" 0
        elog-load --check "$db"
    done
}

@test "a database in its place whose name may not be on disk is told" {
    elog-load --quiet "$BATS_TEST_TMPDIR/old.db" </dev/null >/dev/null
    run --separate-stderr failing fsync:2 elog-load --quiet --base "$BATS_TEST_TMPDIR/old.db" "$db" \
        < <(record runs '{"experiment": "e1", "num": 1}'; closed e1 '{"runs": 1}')
    status_is 1
    [[ $stderr == *"$db: in its place, but maybe not after a power cut"* ]]
    equal "$(sql "$db" 'PRAGMA integrity_check')" ok
}

@test "an answer behind one whose temporary file could not be emptied is itself" {
    experiment big
    put big elog "[{\"_id\": \"a1\", \"content\": \"$(head -c 2000000 /dev/zero | tr '\0' x)\"}]"
    get big --max-requests 1 | jq -c 'select(.type == "RECORD" and .stream != "fetches") | [.stream, .record]' >"$BATS_TEST_TMPDIR/before"
    failing ftruncate:1 elog-get --url "file://$tree" big --max-requests 1 |
        jq -c 'select(.type == "RECORD" and .stream != "fetches") | [.stream, .record]' >"$BATS_TEST_TMPDIR/after"
    cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "attachments: what is wrong is said as it is" {
    experiment att
    put att elog '[{"_id": "a1", "content": "x", "attachments": [{"_id": "b1", "name": "n"}]}]'
    mirror "$db" att
    run --separate-stderr failing curl_easy_escape:1 \
        elog-get --url "file://$tree" --attachments --known "$db"
    status_is 1
    says elog-get 'no memory'
}

@test "a scan tells that what it knew could not be read" {
    mkdir -p "$source/S/2025/01/01/00/0000"
    elog-load --quiet "$db" </dev/null >/dev/null
    sqlite3 "$db" "INSERT INTO scanned_directories (url, source, status, attempts)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        SELECT 'file://$source/S/2025/01/' || i || '/', 'S', 'failed', 1 FROM n;
        VACUUM"
    # In the middle of the table, and of its index.
    /usr/bin/python3 - "$db" <<'END'
import os, sys
size = os.path.getsize(sys.argv[1])
with open(sys.argv[1], "r+b") as f:
    f.seek(size // 4)
    f.write(os.urandom(size // 2))
END
    run --separate-stderr elog-scan --known "$db" --from 2025-01-01 --to 2025-01-02 "file://$source/S"
    status_is 1
    [[ $stderr == *"$db"*malformed* ]]
}

# On 9cc3b6d it came whole.
@test "SIGTERM ends a file on disk at full speed, too, and what came is kept" {
    local part=$data/local$source/a.part
    head -c 20000000 /dev/zero >"$source/a"
    run --separate-stderr failing read:20 elog-pull --to "$data" < <(wanted a)
    status_is 1
    [ ! -e "${part%.part}" ]
    [ -s "$part" ]
    [ "$(stat -c %s "$part")" -lt 20000000 ]
    equal "$(jq 'select(.type == "RECORD" and .stream == "partial_downloads").record.bytes' <<<"$output")" \
        "$(stat -c %s "$part")"
}

@test "Ctrl-C ends elog-pull --db, and its loader takes what it still says" {
    head -c 300000 /dev/zero >"$source/a"
    wanted a >"$BATS_TEST_TMPDIR/in"
    # As at a terminal: the signal goes to the whole process group.
    env --default-signal=INT setsid elog-pull --to "$data" --limit-rate 10k --db "$db" \
        --quiet <"$BATS_TEST_TMPDIR/in" >/dev/null 3>&- &
    pid=$!
    wait_for test -s "$data/local$source/a.part"
    kill -INT -- -"$pid"
    wait "$pid" || true
    equal "$(sql "$db" 'SELECT status, bytes > 0, total FROM partial_downloads')" 'partial|1|300000'
}
