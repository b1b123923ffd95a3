#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2030,SC2031 # variables of common.bash and of run
# elog-sync.sh, on logbooks saved on disk.

load ../lib/common

setup() {
    common_setup
    dir=$BATS_TEST_TMPDIR/d
}

sync_sample() {
    elog-sync.sh --url "file://$sample" --dir "$dir" --exclude mfxl115323 --exclude cxil118725 "$@"
}
sync_tree() {
    elog-sync.sh --url "file://$tree" --dir "$dir" "$@"
}

# databases: the dated ones.
databases() {
    (cd "$dir" && ls -d elog_????_????_????.db)
}

# older NAME MINUTES: as if the last synchronization had been then, and its backup had that
# name.
older() {
    sqlite3 "$dir/elog.db" "UPDATE metadata SET value = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-$2 minutes')
        WHERE key IN ('last_sync', 'last_update')"
    rm -f "$dir"/elog_????_????_????.db
    cp "$dir/elog.db" "$dir/$1"
}

# as_before NAME: as elog-sync.sh left it once: elog.db a link to a dated database.
as_before() {
    rm -f "$dir"/elog_????_????_????.db
    mv "$dir/elog.db" "$dir/$1"
    ln -sfn "$1" "$dir/elog.db"
}

# real: elog.db is the database.
real() {
    [ -f "$dir/elog.db" ] && [ ! -L "$dir/elog.db" ]
}

@test "a fresh directory: the database, and a backup of that date" {
    run --separate-stderr sync_sample
    status_is 0
    silent
    equal "$output" ""
    [[ $(databases) =~ ^elog_20[0-9]{2}_[0-9]{4}_[0-9]{4}\.db$ ]]
    real
    equal "$(elog-status --json "$dir" | jq -c '[.complete, .failed, .denied, .hours_lookback]')" "[11,0,0,168]"
    lone_database "$dir/elog.db"
    lone_database "$dir/$(databases)"
    dump "$dir/elog.db" | cmp - <(dump "$dir/$(databases)")
    equal "$(stat -c %a "$dir/$(databases)" "$dir/elog.db")" $'600\n600'
    equal "$(ls -A "$TMPDIR")" ""
}

@test "skips while the last one is young; --force does not; update_frequency_hours says how young" {
    sync_sample
    older elog_2026_0101_0000.db 60
    before=$(sha256sum "$dir/elog.db")
    run --separate-stderr sync_sample
    status_is 0
    equal "$(databases)" elog_2026_0101_0000.db
    equal "$(sha256sum "$dir/elog.db")" "$before"
    ELOG_UPDATE_FREQUENCY_HOURS=0.5 run --separate-stderr sync_sample
    status_is 0
    equal "$(databases | wc -l)" 2
    run --separate-stderr sync_sample --force --keep 1
    status_is 0
    equal "$(databases | wc -l)" 1
}

@test "what was not asked for stays, and nothing changes twice; a backup stays as it was" {
    sync_sample
    older elog_2026_0101_0000.db 6000
    dump "$dir/elog.db" >"$BATS_TEST_TMPDIR/before"
    older_sum=$(sha256sum "$dir/elog_2026_0101_0000.db")
    inode=$(stat -c %i "$dir/elog.db")
    run --separate-stderr sync_sample --exclude 'mfx*' --force
    status_is 0
    dump "$dir/elog.db" | cmp "$BATS_TEST_TMPDIR/before" -
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM fetches WHERE fetched_at > (SELECT max(fetched_at) FROM fetches WHERE experiment LIKE 'mfx%')")" 7
    equal "$(sha256sum "$dir/elog_2026_0101_0000.db")" "$older_sum"
    equal "$(stat -c %i "$dir/elog.db")" "$inode"
}

@test "two within one minute: one backup" {
    sync_sample
    run --separate-stderr sync_sample --force
    status_is 0
    [ "$(databases | wc -l)" -le 2 ]
    lone_database "$dir/elog.db"
}

@test "elog.db is a whole database at every moment, also while a link becomes it" {
    sync_sample
    as_before elog_2020_0101_0000.db
    /usr/bin/python3 - "$dir/elog.db" "$BATS_TEST_TMPDIR" <<'END' 3>&- &
import os, sys
db, d = sys.argv[1:]
open(d + "/watching", "w").close()
while not os.path.exists(d + "/stop"):
    for _ in range(2000):
        try:
            os.stat(db)
        except FileNotFoundError:
            open(d + "/gone", "w").close()
END
    watcher=$!
    wait_for test -e "$BATS_TEST_TMPDIR/watching"
    for _ in 1 2 3 4 5 6; do
        sync_sample --force
    done
    touch "$BATS_TEST_TMPDIR/stop"
    wait $watcher
    [ ! -e "$BATS_TEST_TMPDIR/gone" ]
}

@test "--dry-run: the names, and nothing is made" {
    run --separate-stderr sync_sample --dry-run --exclude 'mfx*'
    status_is 0
    equal "$output" $'xppl101724\ncxil103425\nxppl106824\ntxil000523\nxppl111924\ncxil113625\nxppl117024'
    equal "$(ls "$dir")" ""
    equal "$(ls -A "$TMPDIR")" ""
}

@test "what failed is named, status 1; --retry fetches that alone, once it is mended" {
    experiment good1
    experiment good2
    experiment bad
    put bad runs '[{}]'
    public good1 bad good2
    run --separate-stderr sync_tree
    status_is 1
    [[ $stderr == *"elog-get: bad: runs: record 1 has no num"* ]]
    [[ $stderr == *"elog-sync: failed: bad "* ]]
    equal "$(elog-status --json "$dir" | jq -c '[.complete, .failed, .to_retry]')" '[2,0,["bad"]]'
    older elog_2026_0101_0000.db 6000
    run --separate-stderr sync_tree --retry --dry-run
    equal "$output" bad
    put bad runs '[{"num": 1}]'
    put good1 runs '[]'
    run --separate-stderr sync_tree --retry
    status_is 0
    silent
    equal "$(elog-status --json "$dir" | jq -c '[.complete, .failed, .runs]')" '[3,0,5]'
    # Nothing is left to retry: nothing is made.
    count=$(databases | wc -l)
    run --separate-stderr sync_tree --retry
    status_is 0
    equal "$(databases | wc -l)" "$count"
    rm "$dir"/*.db
    run --separate-stderr sync_tree --retry
    status_is 1
    says elog-sync "nothing failed"
}

@test "--keep, by what they say of themselves, and what is not ours in the directory" {
    mkdir -p "$dir/elog_2026_0101_0009.db"
    elog-load --quiet "$BATS_TEST_TMPDIR/x.db" </dev/null
    # The name says one thing, the database another, as after a clock that was ahead.
    while read -r name said; do
        cp "$BATS_TEST_TMPDIR/x.db" "$dir/$name"
        sqlite3 "$dir/$name" "INSERT INTO metadata VALUES ('last_sync', '$said')"
    done <<'END'
elog_2099_0101_0000.db 2099-01-01T00:00:00Z
elog_2098_0101_0000.db 2026-01-01T00:01:00Z
elog_2020_0101_0000.db 2026-01-01T00:03:00Z
elog_2026_0101_0002.db 2026-01-01T00:02:00Z
END
    cp "$dir/elog_2020_0101_0000.db" "$dir/elog.db"
    foreign=(elog_2026_0101_0001.db.bak elog_2026_0101_000111.db.gz xelog_2026_0101_0001.db elog_abcd_0101_0001.db elog_2026_0101_000a.db
        notes.txt .hidden 'a b' elog_2026_0101_0004.db-journal elog_2026_0101_0005.db)
    for name in "${foreign[@]}"; do echo mine >"$dir/$name"; done
    run --separate-stderr sync_sample --keep 3 --force
    status_is 0
    silent
    equal "$(cd "$dir" && ls -d elog_20{20,98,99}* elog_2026_0101_0002.db 2>/dev/null)" \
        elog_2020_0101_0000.db$'\n'elog_2026_0101_0002.db
    equal "$(databases | wc -l)" 7 # with four that are not ours
    for name in "${foreign[@]}"; do equal "$(cat "$dir/$name")" mine; done
    [ -d "$dir/elog_2026_0101_0009.db" ]
}

@test "one at a time: the second waits, --wait 0: 75" {
    mkdir -p "$dir"
    exec 8>"$dir/.elog-sync.lock"
    flock -n 8
    run --separate-stderr sync_sample --wait 0 8>&-
    status_is 75
    says elog-sync "$dir" "try again later"
    ELOG_LOCK_TIMEOUT=1 run --separate-stderr sync_sample 8>&-
    status_is 75
    equal "$(ls "$dir")" ""
    sync_sample 8>&- 3>&- &
    sleep 0.5
    [ ! -e "$dir/elog.db" ]
    exec 8>&-
    wait $!
    real
}

@test "what a killed one left is cleared away, of an older elog-sync.sh too" {
    sync_sample
    for name in .elog-sync.part.db .elog-sync.part.db-wal .elog-sync.part.db.lock elog_2020_0101_0000.db.tmp123 elog_2020_0101_0000.db.tmp123-journal; do
        echo rubbish >"$dir/$name"
    done
    ln -s nowhere "$dir/.elog-sync.link"
    run --separate-stderr sync_sample --force
    status_is 0
    silent
    no_file "$dir" '*part*'
    no_file "$dir" '*tmp*'
    [ ! -L "$dir/.elog-sync.link" ]
    # Of a first one, that of the database, too.
    rm "$dir"/*.db
    echo rubbish >"$dir/elog.db.tmp123"
    sync_sample
    no_file "$dir" '*tmp*'
}

@test "--log-db: what is said is in a database, in a session of its own" {
    run --separate-stderr sync_sample --log-db "$BATS_TEST_TMPDIR/log.db"
    equal "$(elog-log sessions --db "$BATS_TEST_TMPDIR/log.db" --format json | jq -r .session_id | sed 's/-.*//')" sync
    [ "$(elog-log count --db "$BATS_TEST_TMPDIR/log.db" -l INFO)" -ge 1 ]
    wait_for sh -c "[ ! -e '$BATS_TEST_TMPDIR/log.db.lock' ]"
}

@test "--log: all that is said, with the time; --quiet" {
    run --separate-stderr sync_sample --log "$BATS_TEST_TMPDIR/log"
    status_is 0
    silent
    grep -qE '^20[0-9-]{8}T[0-9:]{8}Z INFO elog-sync: elog_[0-9_]*\.db: 11 experiments complete; [0-9]+ records read, [0-9]+ rows changed$' "$BATS_TEST_TMPDIR/log"
    count=$(wc -l <"$BATS_TEST_TMPDIR/log")
    sync_sample --log "$BATS_TEST_TMPDIR/log"
    grep -q 'nothing to do' "$BATS_TEST_TMPDIR/log"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/log")" -gt "$count" ]
    rm -r "$dir"
    # Quiet is for the terminal; the log has the summary none the less.
    sync_sample --quiet --log "$BATS_TEST_TMPDIR/quiet"
    grep -q '11 experiments complete' "$BATS_TEST_TMPDIR/quiet"
    rm "$BATS_TEST_TMPDIR/quiet"
    # What fails is in the log and on stderr.
    run --separate-stderr elog-sync.sh --url "file://$sample" --dir "$dir" --force --log "$BATS_TEST_TMPDIR/quiet" --quiet
    status_is 1
    equal "$(sed 's/^[^ ]* [A-Z]* //' "$BATS_TEST_TMPDIR/quiet" | grep -v ' experiments complete')" "$stderr"
    [[ $stderr == *"failed: "*mfxl115323* ]]
    run --separate-stderr sync_sample --log /nonexistent/log
    status_is 2
}

@test "an experiment that is listed and is not there: said, status 1; the others come" {
    experiment good1
    public good1 nowhere
    run --separate-stderr sync_tree
    status_is 1
    equal "$stderr" "elog-get: nowhere: experiments: no such experiment (no such file)"
    equal "$(elog-status --json "$dir" | jq -c '[.complete, .failed]')" '[1,0]'
}

@test "no experiment: nothing is made if there is a database, an empty one if there is none" {
    public none
    sed -i 's/"none"//' "$tree/ws/lgbk/lgbk/ws/experiment_names_updated_within"
    run --separate-stderr sync_tree
    status_is 0
    equal "$(elog-status --json "$dir" | jq .complete)" 0
    older elog_2026_0101_0000.db 6000
    run --separate-stderr sync_tree
    status_is 0
    equal "$(databases)" elog_2026_0101_0000.db
}

@test "the service is not there: nothing changes" {
    sync_sample
    before=$(ls -A "$dir"; sha256sum "$dir/elog.db")
    run --separate-stderr elog-sync.sh --url "http://127.0.0.1:1" --auth none --retries 0 --dir "$dir" --force
    status_is 75
    run --separate-stderr elog-sync.sh --url "file:///nonexistent" --dir "$dir" --force
    status_is 1
    equal "$(ls -A "$dir"; sha256sum "$dir/elog.db")" "$before"
    equal "$(ls -A "$TMPDIR")" ""
}

@test "elog.db was a link to a dated database: it becomes that, whatever the names say" {
    sync_sample
    elog-cond set --db "$dir/elog.db" xppl101724 1 mine 7
    as_before elog_2026_0101_0000.db
    # A clock was ahead: this one was the base of all for ever, on 9cc3b6d.
    elog-load -q "$dir/elog_2099_0101_0000.db" </dev/null
    sqlite3 "$dir/elog_2099_0101_0000.db" "INSERT INTO metadata VALUES ('last_sync', '2099-01-01T00:00:00Z')"
    elog-cond set --db "$dir/elog.db" xppl101724 1 late 8
    run --separate-stderr sync_sample --force
    status_is 0
    silent
    real
    lone_database "$dir/elog.db"
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 2
    # What is set now, too.
    elog-cond set --db "$dir/elog.db" xppl101724 1 later 9
    sync_sample --force
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 3
    equal "$(sql "$dir/$(databases | grep -v 2099 | tail -n 1)" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 3
}

@test "such a link while its database is read: the reader keeps what it has, nothing of its log is lost" {
    sync_sample
    as_before elog_2026_0101_0000.db
    /usr/bin/python3 - "$dir" <<'END'
import os, sqlite3, subprocess, sys
d = sys.argv[1]
os.chdir(d)
# A reader holds the WAL open, so what is set stays in it.
writer = sqlite3.connect("elog_2026_0101_0000.db")
writer.execute("PRAGMA journal_mode = WAL")
reader = sqlite3.connect("elog_2026_0101_0000.db")
reader.execute("BEGIN")
before = reader.execute("SELECT count(*) FROM metadata").fetchone()
writer.execute("INSERT INTO metadata VALUES ('in', 'wal')")
writer.commit()
assert os.path.getsize("elog_2026_0101_0000.db-wal") > 0
subprocess.run(["elog-sync.sh", "--url", "file://" + os.environ["sample"], "--dir", d, "--force",
    "--exclude", "mfxl115323", "--exclude", "cxil118725", "--keep", "9"], check=True)
assert reader.execute("SELECT count(*) FROM metadata").fetchone() == before
END
    real
    equal "$(sql "$dir/elog.db" "SELECT value FROM metadata WHERE key = 'in'")" wal
}

@test "a link to a damaged database, a lost elog.db: the newest takes its place, by what it says of itself" {
    sync_sample
    rm "$dir"/elog_????_????_????.db
    mv "$dir/elog.db" "$dir/elog_2020_0101_0000.db"
    elog-load -q "$dir/elog_2020_0101_0000.db" >/dev/null <<<'{"type":"RECORD","stream":"note","record":{"id":1}}' 2>&1
    cp "$dir/elog_2020_0101_0000.db" "$dir/elog_2024_0101_0000.db"
    sqlite3 "$dir/elog_2024_0101_0000.db" "UPDATE metadata SET value = '2024-01-01' WHERE key = 'last_sync'; DELETE FROM other_records"
    head -c 9000 /dev/zero | tr '\0' x >"$dir/elog_2020_0202_0000.db"
    ln -sfn elog_2020_0202_0000.db "$dir/elog.db"
    run --separate-stderr sync_sample --force
    status_is 0
    [[ $stderr == *"elog_2020_0202_0000.db: not an SQLite database"* ]]
    real
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM other_records")" 1
    rm "$dir/elog.db"
    run --separate-stderr sync_sample --force
    status_is 0
    [[ $stderr == *"elog.db was lost: it is "* ]]
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM other_records")" 1
    # What is no database is not written over.
    echo mine >"$dir/elog.db"
    run --separate-stderr sync_sample --force
    status_is 1
    [[ $stderr == *"elog.db: move it away"* ]]
    equal "$(cat "$dir/elog.db")" mine
}

@test "a link that somebody made: the database is where it leads" {
    mkdir -p "$dir"
    ln -s "$BATS_TEST_TMPDIR/real.db" "$dir/elog.db"
    elog-load -q "$BATS_TEST_TMPDIR/real.db" </dev/null
    sync_sample --force
    [ -L "$dir/elog.db" ]
    equal "$(elog-status --json "$BATS_TEST_TMPDIR/real.db" | jq .complete)" 11
}

@test "the disk is full: what did not come whole is as it was, and nothing is pruned" {
    sync_sample
    older elog_2020_0101_0000.db 6000
    before=$(dump "$dir/elog.db" | sha256sum)
    for blocks in 100 1500 2000 2200; do
        run bash -c 'ulimit -f '$blocks'; elog-sync.sh --dir "$0" --url "file://$1" --force --keep 1 --exclude mfxl115323 --exclude cxil118725' "$dir" "$sample"
        # Whole or not at all: where there was room after all, it is a good one.
        if [ "$status" != 0 ]; then
            equal "$(databases)" elog_2020_0101_0000.db
        fi
        equal "$(dump "$dir/elog.db" | sha256sum)" "$before"
        equal "$(sql "$dir/elog.db" 'PRAGMA integrity_check')" ok
        equal "$(sql "$dir/elog.db" "SELECT count(*) FROM fetches WHERE status = 'complete'")" 11
    done
    no_file "$dir" '*-wal'
    no_file "$dir" '*tmp*'
}

@test "a WAL that somebody left beside a name of ours does not become a new backup's" {
    sync_sample
    echo garbage >"$dir/$(databases)-wal"
    run sync_sample --force
    status_is 0
    equal "$(sql "$dir/$(databases | tail -n 1)" 'PRAGMA integrity_check')" ok
}

@test "acknowledged values, set in a loop while 7 synchronizations run: all are there" {
    # On 9cc3b6d one that was set between the end of the copy and the new link was lost.
    sync_sample
    touch "$BATS_TEST_TMPDIR/taken"
    (
        n=0
        until [ -e "$BATS_TEST_TMPDIR/done" ]; do
            n=$((n + 1))
            ! elog-cond set --db "$dir/elog.db" xppl101724 1 "set$n" "$n" 2>/dev/null || echo "set$n" >>"$BATS_TEST_TMPDIR/taken"
        done
    ) 3>&- &
    for _ in 1 2 3 4 5 6 7; do
        sync_sample --force || true
    done
    wait_for many_taken
    touch "$BATS_TEST_TMPDIR/done"
    wait
    sql "$dir/elog.db" "SELECT t.name FROM conditions c JOIN condition_types t ON t.id = c.type_id WHERE c.set_by IS NOT NULL" |
        sort >"$BATS_TEST_TMPDIR/found"
    equal "$(sort "$BATS_TEST_TMPDIR/taken" | comm -23 - "$BATS_TEST_TMPDIR/found")" ""
}

many_taken() {
    [ "$(wc -l <"$BATS_TEST_TMPDIR/taken")" -gt 7 ]
}

@test "a database of a later name, of a clock that was ahead, does not take away what is set" {
    # On 9cc3b6d it was the base of every synchronization.
    sync_sample
    cp -L "$dir/elog.db" "$dir/elog_2099_0101_0000.db"
    for n in 1 2 3; do
        elog-cond set --db "$dir/elog.db" xppl101724 1 "set$n" "$n"
        sync_sample --force
    done
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 3
}

@test "the soak of writers, kills and clocks, in short" {
    SEED=$RANDOM WRITERS=3 run bash "$tests/server/sync_soak.sh" 6
    status_is 0
    [[ $output == *" 0 lost, 0 refused;"* ]] || { echo "$output"; return 1; }
}

@test "a load by hand, and values that are set, while a synchronization is at work: all is there" {
    export ELOG_LOCK_TIMEOUT=1000
    sync_sample
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load -q "$dir/elog.db" <"$BATS_TEST_TMPDIR/fifo" >/dev/null 3>&- &
    exec 7>"$BATS_TEST_TMPDIR/fifo"
    wait_for test -s "$dir/elog.db.lock"
    (
        exec 7>&-
        for n in $(seq 1 40); do
            elog-cond set --db "$dir/elog.db" xppl101724 1 "set$n" "$n" || echo "$n" >>"$BATS_TEST_TMPDIR/refused"
        done
        touch "$BATS_TEST_TMPDIR/done"
    ) 3>&- &
    while [ ! -e "$BATS_TEST_TMPDIR/done" ]; do
        sync_sample --force 7>&-
    done
    record note '{"id":1}' >&7
    exec 7>&-
    wait
    [ ! -e "$BATS_TEST_TMPDIR/refused" ]
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 40
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM other_records")" 1
    lone_database "$dir/elog.db"
}

@test "SIGKILL of all of it at any moment, with the link of before too: what was set is there" {
    sync_sample
    as_before elog_2020_0101_0000.db
    for n in $(seq 1 12); do
        setsid elog-sync.sh --url "file://$sample" --dir "$dir" --exclude mfxl115323 --exclude cxil118725 --force >/dev/null 2>&1 3>&- &
        sync=$!
        sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
        elog-cond set --db "$dir/elog.db" xppl101724 1 "set$n" "$n"
        sleep "0.$((RANDOM % 2))$((RANDOM % 10))"
        kill -KILL -- "-$sync" 2>/dev/null || true
        wait $sync || true
        # Not read-only: who died in the middle of a commit leaves a log to be recovered.
        equal "$(sqlite3 -bail -cmd '.timeout 100000' "$dir/elog.db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" "$n"
    done
    run --separate-stderr sync_sample --force
    status_is 0
    real
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM conditions WHERE set_by IS NOT NULL")" 12
    no_file "$dir" '*tmp*'
    lone_database "$dir/elog.db"
}

@test "clocks that jump: it goes on from elog.db, and is not young for ever" {
    sync_sample
    sqlite3 "$dir/elog.db" "UPDATE metadata SET value = '2099-01-01T00:00:00Z' WHERE key IN ('last_sync', 'last_update')"
    cp "$dir/elog.db" "$dir/elog_2099_0101_0000.db"
    touch -d 2099-01-01 "$dir/elog.db"
    elog-cond set --db "$dir/elog.db" xppl101724 1 x 5
    run --separate-stderr sync_sample
    status_is 0
    equal "$(sql "$dir/elog.db" "SELECT value FROM conditions WHERE set_by IS NOT NULL")" 5
    equal "$(sql "$dir/elog.db" "SELECT max(value) < strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+1 minute') FROM metadata WHERE key IN ('last_sync', 'last_update')")" 1
}

@test "file_mode: a group reads the database, its backups and its log; a mode given by hand stays" {
    mkdir -p "$HOME/.config/elog"
    echo 'file_mode: 0640' >"$HOME/.config/elog/config.yaml"
    sync_sample
    equal "$(stat -c %a "$dir" "$dir/elog.db" "$dir/$(databases)")" $'750\n640\n640'
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load -q "$dir/elog.db" <"$BATS_TEST_TMPDIR/fifo" 3>&- &
    exec 7>"$BATS_TEST_TMPDIR/fifo"
    record note '{"id":1}' >&7
    wait_for test -s "$dir/elog.db-wal"
    equal "$(stat -c %a "$dir/elog.db-wal")" 640
    exec 7>&-
    wait
    rm "$HOME/.config/elog/config.yaml"
    chmod 644 "$dir/elog.db"
    sync_sample --force
    equal "$(stat -c %a "$dir/elog.db" "$dir/$(databases | tail -n 1)")" $'644\n644'
    as_before elog_2020_0101_0000.db
    sync_sample --force
    real
    equal "$(stat -c %a "$dir/elog.db")" 644
    for mode in 0999 0040 640x 01640 rw; do
        ELOG_FILE_MODE=$mode run --separate-stderr sync_sample
        status_is 2
        says elog-config file_mode
    done
}

@test "database_path: any name, any directory" {
    mkdir -p "$HOME/.config/elog" "$BATS_TEST_TMPDIR/other place"
    cat >"$HOME/.config/elog/config.yaml" <<END
base_url: file://$sample
exclude_patterns: ["mfxl115323", "cxil118725"]
database_path: $BATS_TEST_TMPDIR/other place/mfx.sqlite
END
    run --separate-stderr elog-sync.sh
    status_is 0
    silent
    equal "$(elog-status --json | jq .complete)" 11
    equal "$(cd "$BATS_TEST_TMPDIR/other place" && printf '%s\n' * | sed 's/[0-9]/#/g')" $'mfx.sqlite\nmfx.sqlite_####_####_####.db'
    run --separate-stderr elog-sync.sh
    status_is 0
    # --dir counts over it.
    elog-sync.sh --dir "$dir"
    real
}

@test "a database of a newer elog stays where it is; an empty name is none, and a log has its directory" {
    experiment tst1
    public tst1
    run --separate-stderr elog-sync.sh --url "file://$tree" --dir "$dir" tst1
    status_is 0
    sqlite3 "$dir/elog.db" "INSERT INTO schema_version (version, name, applied_at) VALUES (999, '999-later', '2099')"
    run --separate-stderr elog-sync.sh --url "file://$tree" --dir "$dir" --force
    status_is 1
    says elog-status 'version 999' 'use a newer elog'
    run --separate-stderr elog-sync.sh --url "file://$tree" --dir "$dir" ''
    status_is 2
    says elog-sync 'the name of an experiment is empty'
    run --separate-stderr elog-sync.sh --url "file://$tree" --dir "$dir" -- tst1 ''
    status_is 2
    run --separate-stderr elog-sync.sh --url "file://$tree" --dir "$dir" --log-db "$BATS_TEST_TMPDIR/none/log.db"
    status_is 2
    says elog-sync "--log-db: there is no directory $BATS_TEST_TMPDIR/none"
}

@test "a directory that cannot be written" {
    mkdir -m 555 "$dir"
    run --separate-stderr as_user elog-sync.sh --url "file://$sample" --dir "$dir"
    chmod 755 "$dir"
    status_is 1
    says elog-sync "$dir"
}

@test "hostile names, and directories with blanks and quotes" {
    # shellcheck disable=SC2016 # it is a name
    hostile='x$(touch bad)`touch bad`;touch bad'
    experiment "${hostile// /_}"
    experiment "it's_24"
    public "$hostile" "it's 24" ../../etc -rf
    # shellcheck disable=SC2016
    dir=$BATS_TEST_TMPDIR/'d $(touch bad) it'\''s "x"'
    cd "$BATS_TEST_TMPDIR"
    run --separate-stderr sync_tree
    status_is 1
    [[ $stderr == *"left out '../../etc'"* ]]
    [[ $stderr == *"left out '-rf'"* ]]
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM runs")" 4
    [ ! -e bad ]
    # A relative one, which looks like an option.
    dir=-d
    run --separate-stderr sync_tree
    status_is 1
    equal "$(sql ./-d/elog.db "SELECT count(*) FROM runs")" 4
}

@test "the configuration: directory, look-back, exclusions; the options stand over it" {
    mkdir -p "$HOME/.config/elog"
    cat >"$HOME/.config/elog/config.yaml" <<END
base_url: file://$sample
database_dir: $dir
hours_lookback: 48
exclude_patterns: ["*5323", "cxil118725", "mfx*"]
END
    run --separate-stderr elog-sync.sh
    status_is 0
    equal "$(elog-status --json | jq -c '[.complete, .hours_lookback]')" "[7,48]"
    run --separate-stderr elog-sync.sh --hours 24 --dir="$BATS_TEST_TMPDIR/other" --exclude='*' --exclude 'x=y'
    status_is 0
    equal "$(elog-status --json "$BATS_TEST_TMPDIR/other" | jq -c '[.complete, .hours_lookback]')" "[0,24]"
}

@test "wrong usage: 2, and nothing is made" {
    for arguments in --nonsense "--hours many" "--hours" "--jobs 0" "--wait x" "--wait 1.5" "--keep 1.5" "--keep" "--all --hours 3" "--retry extra" "--only nosuch" "--config /nonexistent/x"; do
        # shellcheck disable=SC2086 # several arguments
        run --separate-stderr elog-sync.sh --dir "$dir" $arguments
        status_is 2
        [ "${#stderr_lines[@]}" = 1 ]
        [ ! -e "$dir" ]
    done
    run --separate-stderr elog-sync.sh --dir ''
    status_is 2
    run --separate-stderr elog-sync.sh --help
    status_is 0
    # Every option that the usage names is there.
    grep -oE -- '--[a-z-]+' <<<"$output" | sort -u >"$BATS_TEST_TMPDIR/options"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/options")" -gt 15 ]
    cd "$BATS_TEST_TMPDIR" # --log makes its file
    while read -r option; do
        run --separate-stderr elog-sync.sh "$option" x --nonsense </dev/null
        [[ $stderr != *"'$option': no such option"* ]] || {
            echo "no option $option" >&2
            return 1
        }
    done <"$BATS_TEST_TMPDIR/options"
    run --separate-stderr elog-sync.sh --version
    status_is 0
    [[ $output == "elog-sync.sh "* ]]
}

@test "what was lost between dated databases is there again, once elog.db is the database" {
    sync_sample
    # Made as 9cc3b6d left them: a value in one that the next did not begin with.
    cp "$dir/elog.db" "$BATS_TEST_TMPDIR/first.db"
    elog-cond set --db "$dir/elog.db" xppl101724 1 lost 7
    elog-cond alias --db "$dir/elog.db" gone 'x > 1'
    elog-cond alias --db "$dir/elog.db" kept 'x > 2'
    mv "$dir/elog.db" "$dir/elog_2026_0101_0000.db"
    cp "$BATS_TEST_TMPDIR/first.db" "$dir/elog_2026_0102_0000.db"
    elog-cond alias --db "$dir/elog_2026_0102_0000.db" gone 'x > 1'
    elog-cond alias --db "$dir/elog_2026_0102_0000.db" gone --rm
    ln -s elog_2026_0102_0000.db "$dir/elog.db"
    run --separate-stderr sync_sample --force
    status_is 0
    real
    [[ $stderr == *"2 values, aliases, periods and files that were set in"*"are here again"* ]]
    equal "$(sql "$dir/elog.db" "SELECT c.value, c.set_by FROM conditions c WHERE c.set_by IS NOT NULL")" "7|$(id -un)"
    equal "$(sql "$dir/elog.db" "SELECT group_concat(name) FROM aliases")" kept
    run --separate-stderr sync_sample --force
    silent
}
