#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2030,SC2031 # variables of common.bash and of run
# One row a stream: a stream is added by a row, a table and nothing else.

load ../lib/common

setup() {
    common_setup
}

# In a copy of the tree, whose objects come along so that little is compiled.
copy_tree() {
    mkdir "$1"
    (cd "$root" && tar -c Makefile common tools scripts tests/*.mk | tar -x -C "$1")
    mkdir "$1/build"
    cp -a "${ELOG_BUILD:-$root/build}/." "$1/build"
}

@test "a stream is added by a row of streams[] and a migration" {
    local copy=$BATS_TEST_TMPDIR/copy
    copy_tree "$copy"
    # The two steps.
    sed -i '/^    {\.name = NULL},$/i\
    {.name = "visits",\
	.keys = {"who", "day"},\
	.applied = STREAMS_SINGLY,\
	.columns = COLUMNS{MUST(TEXT, "who"), MUST(TEXT, "day"), MAY(COUNT, "cups"),\
	    AS(TEXT, "state", .words = "coming here gone", .merge = STREAMS_ONWARD),\
	    MAY(JSON, "notes"), AS(TEXT, "seen", .passing = true), END}},' \
        "$copy/common/stream/streams.c"
    cat >"$copy/common/sql/migrations/999-visits.sql" <<'SQL'
CREATE TABLE visits (id INTEGER PRIMARY KEY, who TEXT NOT NULL, day TEXT NOT NULL,
    cups INTEGER NOT NULL DEFAULT 0, state TEXT, notes TEXT, seen TEXT, UNIQUE (who, day));
SQL
    make -s -C "$copy" CC="${CC:-gcc}" build/elog-load build/elog-status build/elog-dump
    PATH=$copy/build:$PATH
    rows() { sql "$db" "SELECT who, day, cups, state, notes, seen FROM visits ORDER BY 1, 2"; }

    # It is loaded, and counted.
    record visits '{"who":"ann","day":"mon","state":"coming","notes":{"a": 1.50},"more":1}' | elog-load --quiet "$db"
    equal "$(rows)" 'ann|mon|0|coming|{"a": 1.50}|'
    equal "$(elog-status --json "$db" | jq .visits)" 1
    [[ $(elog-status "$db") =~ visits\ +1 ]]
    # And dumped, and taken again.
    equal "$(elog-dump --only visits "$db" | jq -c 'select(.type == "RECORD").record')" \
        '{"who":"ann","day":"mon","cups":0,"state":"coming","notes":{"a":1.5},"seen":null}'
    elog-dump "$db" | elog-load --quiet "$BATS_TEST_TMPDIR/other.db" >/dev/null
    equal "$(db=$BATS_TEST_TMPDIR/other.db; rows)" 'ann|mon|0|coming|{"a": 1.50}|'

    # A member that does not come stays; null clears; a state does not go back.
    record visits '{"who":"ann","day":"mon","cups":2,"state":"gone"}' | elog-load --quiet "$db"
    record visits '{"who":"ann","day":"mon","state":"here","notes":null}' | elog-load --quiet "$db"
    equal "$(rows)" 'ann|mon|2|gone||'

    # The same again, or but for what the clock says, changes nothing.
    run --separate-stderr elog-load "$db" < <(record visits '{"who":"ann","day":"mon","cups":2,"seen":"now"}')
    status_is 0
    [[ $stderr == *" 0 rows changed"* ]]

    # What its columns are not is refused, with the reason.
    run --separate-stderr elog-load --quiet "$db" < <(
        record visits '{"who":"bob","cups":1}'
        record visits '{"who":"bob","day":"tue","cups":-1}'
        record visits '{"who":"bob","day":"tue","state":"lost"}'
        record visits '{"who":"bob","day":7}'
    )
    status_is 1
    equal "$stderr" "elog-load: line 1: bob: day is missing
elog-load: line 2: bob: cups is no whole number from 0 on
elog-load: line 3: bob: state is none of: coming here gone
elog-load: line 4: bob: day is no text"

    # A record that says so deletes.
    record visits '{"who":"bob","day":"tue"}' | elog-load --quiet "$db"
    record visits '{"who":"ann","day":"mon","_sdc_deleted_at":"2026-11-21T10:00:00Z"}' | elog-load --quiet "$db"
    equal "$(rows)" 'bob|tue|0|||'
    # Once more: there is nothing to delete, and that is no error.
    record visits '{"who":"ann","day":"mon","_sdc_deleted_at":"2026-11-21T10:00:00Z"}' | elog-load --quiet "$db"

    # A database without the table is told what it lacks, not left half loaded.
    sqlite3 "$db" "ALTER TABLE visits DROP COLUMN notes"
    run --separate-stderr elog-load --quiet "$db" < <(record visits '{"who":"eve","day":"tue"}')
    status_is 1
    [[ $stderr == *"visits has no column notes"* ]]
}

@test "a record that deletes, of the streams that there are" {
    record remote_files '{"url":"ftp://h/a","source":"s","path":"a"}' | elog-load --quiet "$db"
    record remote_files '{"url":"ftp://h/a","_sdc_deleted_at":"2026-01-01"}' | elog-load --quiet "$db"
    equal "$(sql "$db" "SELECT count(*) FROM remote_files")" 0
    record attachments '{"experiment":"e","entry_id":"1","attachment_id":"2","path":"p","url":"http://h/a"}' | elog-load --quiet "$db"
    record attachments '{"experiment":"e","entry_id":"1","attachment_id":"2","_sdc_deleted_at":null,"path":"q","url":"http://h/a"}' | elog-load --quiet "$db"
    equal "$(sql "$db" "SELECT path FROM attachments")" q
    record attachments '{"experiment":"e","entry_id":"1","attachment_id":"2","_sdc_deleted_at":"2026-01-01"}' | elog-load --quiet "$db"
    equal "$(sql "$db" "SELECT count(*) FROM attachments")" 0
    run --separate-stderr elog-load "$db" < <(record attachments '{"experiment":"e","entry_id":"1","_sdc_deleted_at":"2026-01-01"}')
    status_is 1
    [[ $stderr == *"e: attachment_id is missing"* ]]
}

@test "elog-get --streams: what --only takes" {
    run --separate-stderr elog-get --streams
    status_is 0
    equal "${lines[0]}" experiments
    equal "${#lines[@]}" "$(elog-get --url "file://$sample" mfxl200025 |
        jq -r 'select(.type == "SCHEMA").stream' | grep -vc fetches)"
    # The completion offers them, too.
    equal "$(bash -c "source $root/contrib/bash-completion/elog
        COMP_WORDS=(elog-get --only runs,fi); COMP_CWORD=2; _elog; echo \"\${COMPREPLY[@]}\"")" runs,files
}

@test "a stdin that another program made non-blocking is read to its end" {
    run --separate-stderr /usr/bin/python3 -c '
import os, subprocess, sys, time
r, w = os.pipe()
os.set_blocking(r, False)
load = subprocess.Popen(["elog-load", "--quiet", sys.argv[1]], stdin=r)
os.close(r)
time.sleep(0.2)
os.write(w, sys.argv[2].encode())
os.close(w)
sys.exit(load.wait())' "$db" "$(record attachments '{"experiment":"e","entry_id":"1","attachment_id":"2","path":"p","url":"http://h/a"}')"
    status_is 0
    silent
    equal "$(sql "$db" "SELECT path FROM attachments")" p
}

@test "parameters of SQL files: there may be many, and each is bound" {
    local copy=$BATS_TEST_TMPDIR/copy i
    copy_tree "$copy"
    sed -i '/^    {\.name = NULL},$/i\
    {.name = "wide",\
	.keys = {"k"},\
	.applied = STREAMS_SINGLY,\
	.columns = COLUMNS{MUST(TEXT, "k"), END}},' "$copy/common/stream/streams.c"
    echo 'CREATE TABLE wide (k TEXT PRIMARY KEY);' >"$copy/common/sql/migrations/999-wide.sql"
    {
        echo "SELECT iif(:m150 = 7"
        for ((i = 1; i < 150; i++)); do echo "AND :m$i IS NULL"; done
        echo ", NULL, 'not bound');"
    } >"$copy/common/sql/direct/wide.sql"
    make -s -C "$copy" CC="${CC:-gcc}" build/elog-load
    record wide '{"k":"a","m150":7}' | "$copy/build/elog-load" --quiet "$db"
    equal "$(sql "$db" "SELECT k FROM wide")" a
}
