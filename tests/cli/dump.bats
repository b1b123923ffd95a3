#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-dump: a database back into the stream, whole, and what changed since.

load ../lib/common

setup() {
    common_setup
    a=$BATS_TEST_TMPDIR/a.db
    b=$BATS_TEST_TMPDIR/b.db
}

rows() {
    /usr/bin/python3 "$tests/lib/rows.py" "$1"
}

# same A B: the same rows in every table.
same() {
    rows "$1" >"$BATS_TEST_TMPDIR/rows.a"
    rows "$2" >"$BATS_TEST_TMPDIR/rows.b"
    diff "$BATS_TEST_TMPDIR/rows.a" "$BATS_TEST_TMPDIR/rows.b" | cut -c 1-300 >&2
    cmp -s "$BATS_TEST_TMPDIR/rows.a" "$BATS_TEST_TMPDIR/rows.b"
}

# The sample logbook with some of everything that is added to it here.
everything() {
    mapfile -t names < <(elog-list --url "file://$sample")
    elog-get --url "file://$sample" "${names[@]}" 2>/dev/null | elog-load --quiet "$1" >/dev/null
    local_data "$1"
}

# Values, aliases, periods, files, downloads, of one experiment.
local_data() {
    elog-cond type --db "$1" --quiet beam float 'of the beam' 2>/dev/null || elog-cond type --db "$1" beam float
    elog-cond set --db "$1" mfxl200025 1 beam 81.25
    elog-cond set --db "$1" mfxl200025 2 beam 1e-7
    elog-cond set --db "$1" mfxl200025 1 note 'a "text"	with é'
    elog-cond set --db "$1" mfxl200025 3 count 9007199254740993
    elog-cond set --db "$1" mfxl200025 4 flag true
    # A run that is made here, in an experiment that is made here; one that vanished.
    elog-cond run --db "$1" create here 7 --start 2026-01-01T10:00:00Z
    elog-cond set --db "$1" here 7 beam 3
    {
        record runs '{"experiment":"e9","num":1,"begin_time":"2026-01-01T00:00:00Z","params":{"p":1}}'
        closed e9 '{"runs":1}'
    } | elog-load --quiet "$1"
    elog-cond set --db "$1" e9 1 beam 4
    closed e9 '{"runs":0}' 2026-01-02T00:00:00Z | elog-load --quiet "$1"
    # A job with a file and figures, hashes, a line of a log, a site.
    mkdir -p "$BATS_TEST_TMPDIR/project/data"
    (cd "$BATS_TEST_TMPDIR/project" && elog-job init . && echo hi >data/in &&
        elog-job run --db "$1" -t refine --in X=data/in --figure R=0.21 --figure big=9007199254740993 -- true
        elog-job run --db "$1" -- false
        elog-hash scan --db "$1" --site here data && echo more >data/in && elog-hash scan --db "$1" --site here data
        elog-log -l WARNING -s nightly --db "$1" 'a line' && elog-log --db "$1" another
        elog-site add --db "$1" here && elog-site update --db "$1" /data "$(printf %064d 8)") >/dev/null || true
    elog-cond alias --db "$1" good 'beam > 50'
    elog-cond period --db "$1" --run-min 1 --start 2026-03-01 spring
    printf 'one\ntwo\0three' >"$BATS_TEST_TMPDIR/daq.conf"
    elog-cond file --db "$1" mfxl200025 1 "$BATS_TEST_TMPDIR/daq.conf"
    {
        record remote_files '{"url":"ftp://h/a","source":"s","path":"a","size":5,"modified":"2026-01-01","fields":{"x": "1"}}'
        record scanned_directories '{"url":"ftp://h/","source":"s","status":"listed","entries":3,"settled":true,"tried_at":"2026-01-01T00:00:00Z"}'
        record downloads '{"url":"ftp://h/a","path":"a","size":5,"sha256":"'"$(printf %064d 7)"'","finished":"2026-01-01T00:00:00Z","status":"complete"}'
        record partial_downloads '{"url":"ftp://h/b","bytes":5,"attempts":1,"last_attempt":"2026-01-01T00:00:00Z","status":"failed"}'
        record attachments '{"experiment":"mfxl200025","entry_id":"1","attachment_id":"2","path":"p","url":"http://h/a"}'
        printf '%s\n' '{"type":"SCHEMA","stream":"foreign","schema":{"type":"object"},"key_properties":["k"]}'
        record foreign '{"k":5,"v":[1.50, "x"]}'
    } | elog-load --quiet "$1" 2>/dev/null
}

@test "into an empty database: the same rows in every table; and again changes nothing" {
    everything "$a"
    [ "$(rows "$a" | wc -l)" -gt 500 ]
    run --separate-stderr elog-dump "$a"
    status_is 0
    silent
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/dump"
    elog-load --quiet "$b" <"$BATS_TEST_TMPDIR/dump" >"$BATS_TEST_TMPDIR/state"
    same "$a" "$b"
    # Byte for byte: the documents of the one are those of the other.
    run --separate-stderr elog-load "$b" <"$BATS_TEST_TMPDIR/dump"
    status_is 0
    [[ $stderr == *", 0 rows changed"* ]]
    same "$a" "$b"
    # And it is the stream that it came from.
    equal "$(elog-dump --only runs "$a" | jq -c 'select(.type == "RECORD" and .stream == "runs" and (.record._elog_copy | not)) | .record' | sort | sha256sum)" \
        "$(elog-get --url "file://$sample" "${names[@]}" --only runs 2>/dev/null |
            jq -c 'select(.type == "RECORD" and .stream == "runs") | .record' | sort | sha256sum)"
    # What was loaded can be dumped: all of it, again.
    diff <(elog-dump "$a" | grep -v '"type":"STATE"' | sort) <(elog-dump "$b" | grep -v '"type":"STATE"' | sort)
}

@test "a state: nothing changed, nothing comes; what changed and what vanished does" {
    everything "$a"
    experiment e1
    mirror "$a" e1
    elog-dump "$a" | elog-load --quiet "$b" >"$BATS_TEST_TMPDIR/state"
    go_on() {
        elog-dump --state "$BATS_TEST_TMPDIR/state" "$a" >"$BATS_TEST_TMPDIR/changes"
        elog-load --quiet "$b" <"$BATS_TEST_TMPDIR/changes" >>"$BATS_TEST_TMPDIR/state"
        same "$a" "$b"
    }
    records() {
        jq -r 'select(.type == "RECORD") | .stream' "$BATS_TEST_TMPDIR/changes" | sort | uniq -c | awk '{ printf "%s %s ", $2, $1 }'
    }
    go_on
    equal "$(records)" ""

    # A run more, one gone, an entry changed, a file gone: of one experiment.
    put e1 elog '[{"_id": "a1", "insert_time": "2026-01-01T10:00:00+00:00", "author": "ann", "content": "one, better", "run_num": 1},
        {"_id": "a2", "insert_time": "2026-01-01T11:00:00+00:00", "author": "bob", "content": "two"}]'
    put e1 runs '[{"num": 3, "params": {"p": 3}}, {"num": 1, "params": {"p": 1}}]'
    put e1 files '[{"path": "/f1", "run_num": 1, "size": 10}]'
    mirror "$a" e1
    go_on
    equal "$(records)" "fetched_streams 15 fetches 2 files 1 log_records 1 logbook_entries 1 metadata 1 runs 2 "
    equal "$(jq -c 'select(.record._sdc_deleted_at).record | del(._sdc_deleted_at)' "$BATS_TEST_TMPDIR/changes")" \
        $'{"experiment":"e1","num":2}\n{"experiment":"e1","path":"/f2","run_num":2}'

    # Local data: set, set anew, removed.
    elog-cond set --db "$a" --replace mfxl200025 1 beam 82
    elog-cond alias --db "$a" --rm good
    elog-cond period --db "$a" --update --run-max 7 spring
    go_on
    # What the newer tools note: a file that changed, one more and one less, a line, a job.
    (cd "$BATS_TEST_TMPDIR/project" && echo third >data/in && echo new >data/new &&
        elog-hash scan --db "$a" --site here data && rm data/in && elog-hash scan --db "$a" --site here data
        elog-log --db "$a" third && elog-job run --db "$a" -- true
        elog-site complete --db "$a" here) >/dev/null
    go_on
    record downloads '{"url":"ftp://h/a","_sdc_deleted_at":"2026-01-01T00:00:00Z"}' | elog-load --quiet "$a"
    go_on
    equal "$(records)" "downloads 1 "
    # Gone and back between two dumps: it is there.
    record remote_files '{"url":"ftp://h/a","_sdc_deleted_at":"2026-01-01T00:00:00Z"}' | elog-load --quiet "$a"
    record remote_files '{"url":"ftp://h/a","source":"s","path":"a","size":6}' | elog-load --quiet "$a"
    go_on
    equal "$(records)" "remote_files 1 "

    # Forgotten: an experiment that came, one that never did.
    elog-load --forget e1 "$a"
    elog-load --forget cxil118725 "$a"
    go_on
    equal "$(jq -c 'select(.record._sdc_deleted_at and .stream == "fetches").record.experiment' "$BATS_TEST_TMPDIR/changes")" \
        $'"e1"\n"cxil118725"'
    go_on
    equal "$(records)" ""
}

@test "a state that is of another database, another choice, or none: all is written" {
    experiment e1
    mirror "$a" e1
    mirror "$b" e1
    elog-dump "$a" | elog-load --quiet "$BATS_TEST_TMPDIR/c.db" >"$BATS_TEST_TMPDIR/state"
    for arguments in "--state $BATS_TEST_TMPDIR/state $b" "--state $BATS_TEST_TMPDIR/state --only runs,fetches $a" \
        "--state $BATS_TEST_TMPDIR/state -e e? $a" "--since {} $a"; do
        # shellcheck disable=SC2086
        run --separate-stderr elog-dump $arguments
        status_is 0
        says elog-dump "all is written"
        [[ $output == *'"stream":"runs","record":{'* ]]
    done
    # Where there is no file yet, it is the first time.
    run --separate-stderr elog-dump --state "$BATS_TEST_TMPDIR/none" "$a"
    status_is 0
    silent
    [[ $output == *'"stream":"runs","record":{'* ]]
    # The state may be the whole message, and come from stdin.
    run --separate-stderr elog-dump --state - "$a" < <(elog-dump "$a" | tail -n 1)
    status_is 0
    silent
    [[ $output != *'"type":"RECORD"'* ]]
    run --separate-stderr elog-dump --since nonsense "$a"
    status_is 2
    says elog-dump "no state"
    run --separate-stderr elog-dump --since '{}' --state x "$a"
    status_is 2
}

@test "a state is given only when all before it is taken" {
    experiment e1
    mirror "$a" e1
    elog-dump "$a" >"$BATS_TEST_TMPDIR/dump"
    # A record is lost on the way.
    run --separate-stderr elog-load --quiet "$b" < <(grep -v '"stream":"runs","record":{"experiment":"e1","num": 1' "$BATS_TEST_TMPDIR/dump")
    status_is 1
    equal "$output" ""
    run --separate-stderr elog-load --quiet "$b" <"$BATS_TEST_TMPDIR/dump"
    status_is 0
    [[ $output == *elog-dump* ]]
}

@test "--only, --except, -e" {
    everything "$a"
    run --separate-stderr elog-dump --only runs,fetches,aliases "$a"
    equal "$(jq -r 'select(.type == "RECORD").stream' <<<"$output" | sort -u | tr '\n' ' ')" "aliases fetches runs "
    equal "$(jq -r 'select(.type == "SCHEMA").stream' <<<"$output" | sort | tr '\n' ' ')" "aliases fetches runs "
    run --separate-stderr elog-dump --except runs "$a"
    [[ $output != *'"stream":"runs","record"'* && $output == *'"stream":"aliases","record"'* ]]
    run --separate-stderr elog-dump --only run "$a"
    status_is 2
    says elog-dump "no stream 'run'"
    run --separate-stderr elog-dump -e 'mfxl2*' "$a"
    equal "$(jq -r 'select(.type == "RECORD").record.experiment // empty' <<<"$output" | sort -u)" mfxl200025
    elog-load --quiet "$b" <<<"$output" >/dev/null
    equal "$(sql "$b" "SELECT name FROM experiments")" mfxl200025
    equal "$(sql "$b" "SELECT count(*) FROM run_files")" 1
    run --separate-stderr elog-dump -e nosuch "$a"
    status_is 2
    equal "$output" ""
    says elog-dump "-e nosuch: no experiment in "
    run --separate-stderr elog-dump -e 'mfxx0000 24' --only experiments "$a"
    equal "$(jq -r 'select(.type == "RECORD").record.experiment' <<<"$output" | sort -u)" mfxx0000_24
}

@test "one snapshot, while somebody writes" {
    for i in 1 2 3 4 5 6 7 8; do experiment "e$i"; done
    mirror "$a" e1 e2 e3 e4 e5 e6 e7 e8
    # The dump waits in the pipe, while all experiments change.
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-dump "$a" >"$BATS_TEST_TMPDIR/fifo" &
    local dump=$!
    exec 5<"$BATS_TEST_TMPDIR/fifo"
    for i in 1 2 3 4 5 6 7 8; do put "e$i" runs '[]'; done
    mirror "$a" e1 e2 e3 e4 e5 e6 e7 e8
    elog-load --quiet "$b" <&5 >/dev/null
    wait "$dump"
    exec 5<&-
    local n
    n=$(sql "$b" "SELECT count(*) FROM runs")
    [ "$n" = 16 ] || [ "$n" = 0 ]
}

@test "a database of an older elog, none, a directory" {
    run --separate-stderr elog-dump "$BATS_TEST_TMPDIR/nothing.db"
    status_is 1
    says elog-dump "No such file"
    run --separate-stderr elog-dump "$a" "$b"
    status_is 2
    experiment e1
    mirror "$a" e1
    sqlite3 "$a" "DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)"
    run --separate-stderr elog-dump "$a"
    status_is 1
    says elog-dump "elog-load --migrate"
    equal "$output" ""
}

@test "records of elog-dump are not taken for others, and a log cannot be forged" {
    run --separate-stderr elog-load --quiet "$a" < <(record log_records '{"created_at":"2026-01-01","action":"insert","message":"x"}')
    status_is 1
    [[ $stderr == *"the log is not written by records"* ]]
}

@test "--tree: a saved logbook, from which elog-get gives the same stream" {
    mapfile -t names < <(elog-list --url "file://$sample")
    elog-get --url "file://$sample" "${names[@]}" 2>/dev/null | elog-load --quiet "$a" >/dev/null
    run --separate-stderr elog-dump --tree "$BATS_TEST_TMPDIR/saved" "$a"
    status_is 0
    silent
    equal "$output" ""
    no_file "$BATS_TEST_TMPDIR/saved" '*.tmp*'
    # All experiments that are in it, whatever the hours; with a ticket, or without.
    sql "$a" "SELECT name FROM experiments ORDER BY 1" >"$BATS_TEST_TMPDIR/names"
    for arguments in --hours=0.001 --all; do
        elog-list --url "file://$BATS_TEST_TMPDIR/saved" "$arguments" | sort | diff - "$BATS_TEST_TMPDIR/names"
    done
    # Record by record, but for when; files come in another order.
    records() { jq -c 'select(.type == "RECORD") | del(.time_extracted, .record.fetched_at)' | sort; }
    while read -r name; do
        elog-get --url "file://$sample" "$name" | records >"$BATS_TEST_TMPDIR/original"
        elog-get --url "file://$BATS_TEST_TMPDIR/saved" "$name" | records >"$BATS_TEST_TMPDIR/copy"
        cmp "$BATS_TEST_TMPDIR/original" "$BATS_TEST_TMPDIR/copy"
    done <"$BATS_TEST_TMPDIR/names"
    # A database that is made of it is the same.
    elog-get --url "file://$BATS_TEST_TMPDIR/saved" <"$BATS_TEST_TMPDIR/names" | elog-load --quiet "$b" >/dev/null
    kept() { rows "$1" | grep -E '^(runs|logbook_entries|files|samples) ' | sha256sum; }
    equal "$(kept "$a")" "$(kept "$b")"
}

@test "--tree: one experiment, and what has no place in a tree" {
    experiment e1
    experiment e2
    mirror "$a" e1 e2
    run --separate-stderr elog-dump --tree "$BATS_TEST_TMPDIR/saved" -e e2 "$a"
    status_is 0
    equal "$(elog-list --url "file://$BATS_TEST_TMPDIR/saved" --all)" e2
    equal "$(find "$BATS_TEST_TMPDIR/saved" -type d -name e1)" ""
    # A name that would lead elsewhere, and an experiment of which only runs came.
    sqlite3 "$a" "INSERT INTO experiments (name, doc) VALUES ('../e4', '{}'), ('e3', NULL)"
    run --separate-stderr elog-dump --tree "$BATS_TEST_TMPDIR/more" "$a"
    status_is 1
    [[ $stderr == *"../e4: left out"* && $stderr == *"e3: left out: its description never came"* ]]
    equal "$(elog-list --url "file://$BATS_TEST_TMPDIR/more" --all | tr '\n' ' ')" "e1 e2 "
    for arguments in "--tree $BATS_TEST_TMPDIR/x --since {}" "--tree="; do
        # shellcheck disable=SC2086
        run --separate-stderr elog-dump $arguments "$a"
        status_is 2
    done
    run --separate-stderr elog-dump --tree /proc/none "$a"
    status_is 1
}
