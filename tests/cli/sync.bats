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

# older NAME MINUTES: as if the newest database had been made then, under that name.
older() {
    mv "$dir/$(readlink "$dir/elog.db")" "$dir/$1"
    touch -d "$2 minutes ago" "$dir/$1"
    ln -sf "$1" "$dir/elog.db"
}

@test "a fresh directory: a dated database, whole, and the link" {
    run --separate-stderr sync_sample
    status_is 0
    silent
    equal "$output" ""
    [[ $(databases) =~ ^elog_20[0-9]{2}_[0-9]{4}_[0-9]{4}\.db$ ]]
    equal "$(readlink "$dir/elog.db")" "$(databases)"
    equal "$(elog-status --json "$dir" | jq -c '[.complete, .failed, .denied, .hours_lookback]')" "[11,0,0,168]"
    lone_database "$dir/$(databases)"
    equal "$(stat -c %a "$dir/$(databases)")" 600
    equal "$(ls -A "$TMPDIR")" ""
}

@test "skips while the newest is young; --force does not; update_frequency_hours says how young" {
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
    [ "$(readlink "$dir/elog.db")" != elog_2026_0101_0000.db ]
    run --separate-stderr sync_sample --force --keep 1
    status_is 0
    equal "$(databases | wc -l)" 1
}

@test "begins from the newest: what was not asked for stays, and nothing changes twice" {
    sync_sample
    older elog_2026_0101_0000.db 6000
    dump "$dir/elog.db" >"$BATS_TEST_TMPDIR/before"
    run --separate-stderr sync_sample --exclude '*' --exclude 'none'
    older_sum=$(sha256sum "$dir/elog_2026_0101_0000.db")
    run --separate-stderr sync_sample --exclude 'mfx*' --force
    status_is 0
    dump "$dir/elog.db" | cmp "$BATS_TEST_TMPDIR/before" -
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM fetches WHERE fetched_at > (SELECT max(fetched_at) FROM fetches WHERE experiment LIKE 'mfx%')")" 7
    equal "$(sha256sum "$dir/elog_2026_0101_0000.db")" "$older_sum"
}

@test "two within one minute: one database" {
    sync_sample
    run --separate-stderr sync_sample --force
    status_is 0
    [ "$(databases | wc -l)" -le 2 ]
    lone_database "$dir/$(readlink "$dir/elog.db")"
}

@test "elog.db leads to a whole database at every moment" {
    sync_sample
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
    equal "$(elog-status --json "$dir" | jq -c '[.complete, .failed, .to_retry]')" '[2,1,["bad"]]'
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

@test "--keep, and what is not ours in the directory" {
    mkdir -p "$dir/elog_2026_0101_0009.db"
    for name in elog_2026_0101_0001.db elog_2026_0101_0002.db elog_2026_0101_0003.db; do
        [ -e "$BATS_TEST_TMPDIR/x.db" ] || elog-load --quiet "$BATS_TEST_TMPDIR/x.db" </dev/null
        cp "$BATS_TEST_TMPDIR/x.db" "$dir/$name"
    done
    foreign=(elog_2026_0101_0001.db.bak elog_2026_0101_000111.db.gz xelog_2026_0101_0001.db elog_abcd_0101_0001.db elog_2026_0101_000a.db
        notes.txt .hidden 'a b' elog_2026_0101_0004.db-journal)
    for name in "${foreign[@]}"; do echo mine >"$dir/$name"; done
    run --separate-stderr sync_sample --keep 2 --force
    status_is 0
    silent
    equal "$(cd "$dir" && find . -type f -regex '\./elog_[0-9_]*\.db' | sort)" "./elog_2026_0101_0003.db"$'\n'"./$(readlink "$dir/elog.db")"
    for name in "${foreign[@]}"; do equal "$(cat "$dir/$name")" mine; done
    [ -d "$dir/elog_2026_0101_0009.db" ]
}

@test "one at a time: 75" {
    mkdir -p "$dir"
    exec 8>"$dir/.elog-sync.lock"
    flock -n 8
    run --separate-stderr sync_sample 8>&-
    status_is 75
    says elog-sync "$dir" "try again later"
    equal "$(ls "$dir")" ""
    exec 8>&-
    run --separate-stderr sync_sample
    status_is 0
}

@test "what a killed one left is cleared away" {
    sync_sample
    for name in .elog-sync.part.db .elog-sync.part.db-wal .elog-sync.part.db-shm .elog-sync.part.db.lock .elog-sync.part.db.tmp123; do
        echo rubbish >"$dir/$name"
    done
    ln -s nowhere "$dir/.elog-sync.link"
    run --separate-stderr sync_sample --force
    status_is 0
    silent
    no_file "$dir" '*part*'
    [ ! -L "$dir/.elog-sync.link" ]
}

@test "--log: all that is said, with the time; --quiet" {
    run --separate-stderr sync_sample --log "$BATS_TEST_TMPDIR/log"
    status_is 0
    silent
    grep -qE '^20[0-9-]{8}T[0-9:]{8}Z elog-sync: elog_[0-9_]*\.db: 11 experiments complete; [0-9]+ records read, [0-9]+ rows changed$' "$BATS_TEST_TMPDIR/log"
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
    equal "$(sed 's/^[^ ]* //' "$BATS_TEST_TMPDIR/quiet" | grep -v ' experiments complete')" "$stderr"
    [[ $stderr == *"failed: "*mfxl115323* ]]
    run --separate-stderr sync_sample --log /nonexistent/log
    status_is 2
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

@test "the newest database is damaged: said, and the next older one takes its place" {
    sync_sample
    mv "$dir/$(databases)" "$dir/elog_2020_0101_0000.db"
    elog-load -q "$dir/elog_2020_0101_0000.db" >/dev/null <<<'{"type":"RECORD","stream":"note","record":{"id":1}}' 2>&1
    head -c 9000 /dev/zero | tr '\0' x >"$dir/elog_2020_0202_0000.db"
    ln -sfn elog_2020_0101_0000.db "$dir/elog.db"
    run --separate-stderr sync_sample --force
    status_is 0
    [[ $stderr == *"elog_2020_0202_0000.db: not an SQLite database"* ]]
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM other_records")" 1
    no_file "$dir" '*part*'
}

@test "the disk is full: elog.db is as it was, and nothing is pruned" {
    sync_sample
    mv "$dir/$(databases)" "$dir/elog_2020_0101_0000.db"
    ln -sfn elog_2020_0101_0000.db "$dir/elog.db"
    before=$(sha256sum <"$dir/elog.db")
    for blocks in 100 1500 2000 2200; do
        run bash -c 'ulimit -f '$blocks'; elog-sync.sh --dir "$0" --url "file://$1" --force --keep 1 --exclude mfxl115323 --exclude cxil118725' "$dir" "$sample"
        # Whole or not at all: where there was room after all, it is a good one.
        if [ "$status" != 0 ]; then
            equal "$(readlink "$dir/elog.db")" elog_2020_0101_0000.db
            equal "$(sha256sum <"$dir/elog.db")" "$before"
        fi
        equal "$(sql "$dir/elog.db" 'PRAGMA integrity_check')" ok
        equal "$(sql "$dir/elog.db" "SELECT count(*) FROM fetches WHERE status = 'complete'")" 11
    done
    no_file "$dir" '*-wal'
}

@test "a WAL that somebody left beside a name of ours does not become a new database's" {
    sync_sample
    echo garbage >"$dir/$(databases)-wal"
    run sync_sample --force
    status_is 0
    equal "$(sql "$dir/elog.db" 'PRAGMA integrity_check')" ok
}

@test "elog.db that is no link is left alone; a lost link comes back" {
    sync_sample
    rm "$dir/elog.db"
    sync_sample
    equal "$(readlink "$dir/elog.db")" "$(databases)"
    rm "$dir/elog.db"
    echo mine >"$dir/elog.db"
    run --separate-stderr sync_sample --force
    status_is 1
    says elog-sync "no link of ours"
    equal "$(cat "$dir/elog.db")" mine
}

@test "a load by hand while a synchronization copies the database: later" {
    sync_sample
    mv "$dir/$(databases)" "$dir/elog_2020_0101_0000.db"
    ln -sfn elog_2020_0101_0000.db "$dir/elog.db"
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    elog-load -q "$dir/elog.db" <"$BATS_TEST_TMPDIR/fifo" >/dev/null &
    exec 7>"$BATS_TEST_TMPDIR/fifo"
    wait_for test -e "$dir/elog_2020_0101_0000.db.lock"
    run sync_sample --force
    exec 7>&-
    wait
    status_is 75
    equal "$(readlink "$dir/elog.db")" elog_2020_0101_0000.db
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
    experiment "$hostile"
    experiment "it's 24"
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
    for arguments in --nonsense "--hours many" "--hours" "--jobs 0" "--keep 1.5" "--keep" "extra" "--config /nonexistent/x"; do
        # shellcheck disable=SC2086 # several arguments
        run --separate-stderr elog-sync.sh --dir "$dir" $arguments
        status_is 2
        [ "${#stderr_lines[@]}" = 1 ]
        [ ! -e "$dir" ]
    done
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
