#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-search: every logbook by its words.

load ../lib/common

setup() {
    common_setup
}

# entry EXPERIMENT ID TIME CONTENT [MEMBERS]: the record of an entry.
entry() {
    printf '{"type":"RECORD","stream":"logbook_entries","record":{"experiment":"%s","_id":"%s","insert_time":"%s","content":"%s"%s}}\n' \
        "$1" "$2" "$3" "$4" ",${5:-\"author\":\"alice\"}"
}

# close EXPERIMENT ENTRIES [STREAMS]: what closes it.
close() {
    printf '{"type":"RECORD","stream":"experiments","record":{"experiment":"%s","name":"%s","instrument":"%s"}}\n' \
        "$1" "$1" "$(tr '[:lower:]' '[:upper:]' <<<"${1:0:3}")"
    printf '{"type":"RECORD","stream":"fetches","record":{"experiment":"%s","status":"complete","records":{"experiments":1,"logbook_entries":%d%s},"fetched_at":"2026-03-01T00:00:00Z"}}\n' \
        "$1" "$2" "${3:+,$3}"
}

logbook() {
    {
        entry mfx1 a1 2026-01-01T10:00:00Z 'The nozzle is clogged again' '"author":"alice","tags":["DARK"],"run_num":7'
        entry mfx1 a2 2026-01-02T10:00:00Z 'XPP:SB2:MMS:01.RBV moved, run-12, C++ and 20.04' '"author":"alice","parent":"a1","run_num":8'
        entry mfx1 a3 2026-01-03T10:00:00Z 'Straße: CO₂ 5 µm, 束流不稳定' '"title":"Ärger mit dem Ventil"'
        entry mfx1 a4 2026-01-04T10:00:00Z 'gone nozzle' '"deleted_by":"bob","deleted_time":"2026-01-05T00:00:00Z"'
        entry mfx1 a5 2026-01-05T10:00:00Z '<p>stable <b>jet</b> &amp; beam</p><script>evil</script>' '"title":"HTML entry","attachments":[{"_id":"x","name":"nozzle-plot.png","type":"image/png"}]'
        close mfx1 5
        entry xpp2 b1 2026-01-03T12:00:00Z 'no nozzle here, C only' '"author":"Bob Müller"'
        close xpp2 1
    } >"$BATS_TEST_TMPDIR/stream"
    elog-load --quiet "$db" "$BATS_TEST_TMPDIR/stream" >/dev/null
}

# finds "IDS" WORD...: the entries that are found, in their order.
finds() {
    local ids=$1
    shift
    run --separate-stderr elog-search --format json "$@" "$db"
    status_is 0
    equal "$*: $(jq -r .entry_id <<<"$output" | paste -sd ' ')" "$*: $ids"
}

@test "words, whatever the case, the accents and the forms, newest first" {
    logbook
    finds 'a5 b1 a1' nozzle
    finds 'a1' NOZZLE clogged
    finds 'a1' clog\*
    finds 'a1' '"is clogged"'
    finds '' '"clogged is"'
    finds 'b1' nozzle -clogged -plot
    finds 'b1 a1' clogged OR only
    finds 'a3' strasse co2
    finds 'a3' μm
    finds 'a3' arger
    finds 'a3' 不稳
    finds 'b1' author:muller
    finds 'b1' author:'"bob müller"'
}

@test "no word is an error: all are text" {
    logbook
    for word in run-12 20.04 XPP:SB2:MMS:01.RBV C++ MMS; do
        finds a2 "$word"
    done
    finds a2 AND
    for word in '"' "'" '(' ')' '*' '^' '+' 'a:b' 'NEAR(' 'NOT' '-' '--' ':' '{' 'content:' '%' $'\\' 'OR' '/'; do
        run --separate-stderr elog-search --format tsv -- "$word" "$db"
        status_is 0
    done
    finds '' '""' nothing
}

@test "parts of words, regular expressions; one that is none" {
    logbook
    finds 'a1' '~logge'
    finds 'a1' '/n.zzle is/'
    finds 'a2' '/SB\d:/'
    run --separate-stderr elog-search '/(/' "$db"
    status_is 2
    [[ $stderr == "elog-search: /(/: "* ]]
}

@test "fields" {
    logbook
    finds a1 tag:dark
    finds a1 run:5-7
    finds 'b1' nozzle experiment:'xpp*'
    finds 'b1' instrument:xpp
    finds a3 title:ventil
    finds a5 file:plot
    finds a5 type:image
    finds 'a5 b1' nozzle since:2026-01-03
    finds a1 nozzle until:2026-01-02
    finds 'b1 a1' nozzle until:2026-01-03
    finds '' since:-7d nozzle
    finds 'a5 a4 b1 a1' nozzle --deleted
    run --separate-stderr elog-search colour:red "$db"
    status_is 0
    equal "$output" ""
    [[ $stderr == *"'colour:' is no field"* ]]
    run --separate-stderr elog-search since:yesterday "$db"
    status_is 2
    [[ $stderr == *"a time is expected"* ]]
    run --separate-stderr elog-search author: "$db"
    status_is 0
    says elog-search "'author:' was looked for as text, for nothing stands behind it"
    run --separate-stderr elog-search run:3-1 "$db"
    status_is 0
    says elog-search "'run:3-1' is no list of runs"
    long=$(head -c 50000 /dev/zero | tr '\0' x)
    run --separate-stderr elog-search "/($long/" "$db"
    status_is 2
    says elog-search 'xxx.../: missing closing parenthesis'
    [ ${#stderr} -lt 200 ]
}

@test "a value of an option may begin with a minus; a file that is no database is named" {
    logbook
    run --separate-stderr elog-search jet --limit -1 "$db"
    status_is 2
    says elog-search "--limit: '-1' is no whole number"
    elog-search nozzle --save -n "$db"
    equal "$(elog-search --saved "$db" | cut -f1)" -n
    echo text >"$BATS_TEST_TMPDIR/text"
    cd "$BATS_TEST_TMPDIR/tmp"
    run --separate-stderr elog-search jet "$BATS_TEST_TMPDIR/text"
    status_is 1
    says elog-search "$BATS_TEST_TMPDIR/text: it is no database" 'there is no ./elog.db'
    run --separate-stderr elog-search jet
    status_is 1
    says elog-search './elog.db: No such file' 'set database_dir'
}

@test "entries of runs for which a condition is true" {
    logbook
    printf '%s\n' '{"type":"RECORD","stream":"runs","record":{"experiment":"mfx1","num":7,"begin_time":"2026-01-01T09:00:00Z","params":{"energy":9.5}}}' \
        '{"type":"RECORD","stream":"fetches","record":{"experiment":"mfx1","status":"complete","records":{"runs":1},"fetched_at":"2026-03-02T00:00:00Z"}}' |
        elog-load --quiet "$db" >/dev/null
    finds a1 nozzle where:'energy > 9'
    finds '' nozzle where:'energy > 10'
    elog-cond alias --db "$db" hot 'energy > 9'
    finds a1 @hot nozzle
    run --separate-stderr elog-search where:'energie > 9' "$db"
    status_is 2
}

@test "what is indexed follows what is loaded: edited, deleted, vanished, forgotten" {
    logbook
    { entry mfx1 a1 2026-01-01T10:00:00Z 'the valve instead'; close mfx1 1; } | elog-load -q "$db" >/dev/null
    finds 'b1' nozzle
    finds 'a1' valve
    finds '' ventil
    elog-load --quiet --forget mfx1 "$db"
    finds '' valve
    finds 'b1' nozzle
    sql "$db" "SELECT count(*) FROM search" | grep -qx 1
    sqlite3 "$db" "INSERT INTO search (search) VALUES ('integrity-check')"
    elog-load --check "$db"
}

@test "a load that changes nothing, or the same twice in one stream" {
    logbook
    dump "$db" >"$BATS_TEST_TMPDIR/before"
    elog-load --quiet "$db" "$BATS_TEST_TMPDIR/stream" >/dev/null
    dump "$db" | cmp "$BATS_TEST_TMPDIR/before" -
    { entry mfx1 a1 2026-01-01T10:00:00Z 'one'; close mfx1 1
      entry mfx1 a1 2026-01-01T10:00:00Z 'two'; close mfx1 1; } | elog-load -q "$db" >/dev/null
    finds '' one
    finds a1 two
    elog-load --check "$db"
}

@test "--count, --limit, --sort rank, --facets, --full" {
    logbook
    equal "$(elog-search --count nozzle "$db")" 3
    equal "$(elog-search --count nozzle -clogged "$db")" 2
    finds 'a5 b1' nozzle --limit 2
    finds '' nozzle --limit 0
    run elog-search --sort rank --format json ventil OR nozzle "$db"
    equal "$(jq -r .entry_id <<<"${lines[0]}")" a3 # in its title
    [ "$(jq '.rank < 0' <<<"${lines[0]}")" = true ]
    equal "$(elog-search --facets author,experiment nozzle "$db")" \
        $'author\tBob Müller\t1\nauthor\talice\t1\nexperiment\tmfx1\t2\nexperiment\txpp2\t1'
    run --separate-stderr elog-search --facets colour nozzle "$db"
    status_is 2
    equal "$(elog-search --full --format json jet "$db" | jq -r .snippet)" $'stable jet & beam'
}

@test "each hit in JSON, with its address at the service" {
    logbook
    run elog-search --format json clogged "$db"
    equal "$(jq -c '[.experiment, .entry_id, .created_at, .author, .run_number, .title, .tags, .snippet, .url, .kind]' <<<"$output")" \
        '["mfx1","a1","2026-01-01T10:00:00Z","alice",7,null,["DARK"],"The nozzle is clogged again","https://pswww.slac.stanford.edu/ws-kerb/lgbk/lgbk/mfx1/elogs/a1","entries"]'
}

@test "for a person: a line and a snippet; whole discussions; nothing that reaches the terminal" {
    logbook
    run elog-search --format text clogged "$db"
    equal "${lines[0]}" "mfx1  2026-01-01 10:00  alice  run 7  DARK"
    equal "${lines[1]}" "  The nozzle is clogged again"
    run elog-search --threads --format text moved "$db"
    equal "${lines[0]}" "mfx1  2026-01-01 10:00  alice  run 7  DARK"
    [[ ${lines[2]} == "  > mfx1  2026-01-02 10:00"* ]]
    entry mfx1 e1 2026-01-09T10:00:00Z 'bell \u001b[31m red \u009b31m' | cat - <(close mfx1 1) | elog-load -q "$db" >/dev/null
    run elog-search --format text bell "$db"
    [[ $output != *$'\033'* && $output != *$'\302\233'* ]]
}

@test "questionnaires, workflows, comments of runs, samples" {
    elog-list --url "file://$sample" --hours 999999 |
        elog-get --url "file://$sample" 2>/dev/null | elog-load -q "$db" >/dev/null
    for kind in questionnaire workflows runs samples; do
        equal "$kind $(elog-search --format json "in:$kind" "$db" | jq -r .kind | sort -u)" "$kind $kind"
    done
    run elog-search in:nothing x "$db"
    status_is 2
}

@test "searches that have a name" {
    logbook
    elog-search --save jets nozzle -clogged -plot "$db"
    finds b1 =jets
    finds 'b1' =jets author:bob
    equal "$(elog-search --saved "$db" | cut -f 1,2)" $'jets\tnozzle -clogged -plot'
    run --separate-stderr elog-search --save jest "$db"
    status_is 1
    says elog-search "no search is saved as 'jest'"
    run --separate-stderr elog-search nozzle --save= "$db"
    status_is 2
    says elog-search '--save: the name is empty'
    elog-search --save jets "$db"
    finds '' =jets
}

@test "a database without the index is told how to get it, and gets it" {
    logbook
    age "$db"
    run --separate-stderr elog-search nozzle "$db"
    status_is 1
    [[ $stderr == *"elog-load --migrate"* ]]
    elog-load --quiet --migrate "$db"
    run elog-search --count nozzle "$db"
    status_is 0
    elog-load --check "$db"
}

@test "a thousand generated searches find what brute force finds" {
    python3 "$BATS_TEST_DIRNAME/../lib/search_check.py" generate "$BATS_TEST_TMPDIR"
    elog-load --quiet "$db" "$BATS_TEST_TMPDIR/stream" >/dev/null
    python3 "$BATS_TEST_DIRNAME/../lib/search_check.py" check "$BATS_TEST_TMPDIR" "$db" 1000 1
}

# Where each word stands, by the entries' own names.
words() {
    sqlite3 "$db" "CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, search, instance);
        SELECT e.name, l.entry_id, w.term, w.col, w.offset FROM temp.words w
            JOIN search_places p ON p.place = w.doc JOIN logbook_entries l ON l.id = p.id
            JOIN experiments e ON e.id = l.experiment_id ORDER BY 1, 2, 3, 4, 5"
}

@test "forty small loads, one over the other, leave what one would, in few pieces" {
    for ((i = 1; i <= 40; i++)); do
        {
            for ((k = i % 3; k < 20; k++)); do
                entry "mfx$((i % 5))" "a$k" "2026-01-01T10:0$((k % 7)):00Z" "load $((i % (k + 2))) of word$((k * i))"
            done
            close "mfx$((i % 5))" $((20 - i % 3))
        } | elog-load -q "$db" >/dev/null
    done
    elog-load --check "$db"
    words >"$BATS_TEST_TMPDIR/before"
    [ "$(sqlite3 "$db" 'SELECT count(DISTINCT segid) FROM search_idx')" -le 20 ]
    elog-load --reindex -q "$db"
    words >"$BATS_TEST_TMPDIR/after"
    [ -s "$BATS_TEST_TMPDIR/before" ]
    cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "entries of the same seconds come newest first, whichever experiment came first" {
    for i in 3 1 2; do
        for ((k = i; k < 100; k += 3)); do
            entry "mfx$i" "a$k" "$(date -u -d "@$((1770000000 + k / 2))" +%FT%TZ)" 'crowded'
        done
        close "mfx$i" 33
    done | elog-load -q "$db" >/dev/null
    equal "$(elog-search --count crowded "$db")" 99
    elog-search --format tsv crowded "$db" | tail -n +2 | cut -f 3 >"$BATS_TEST_TMPDIR/times"
    sort -r "$BATS_TEST_TMPDIR/times" | cmp - "$BATS_TEST_TMPDIR/times"
    equal "$(elog-search --limit 1 --format tsv crowded "$db" | tail -n 1 | cut -f 3)" \
        2026-02-02T02:40:49Z
    equal "$(elog-search --count crowded since:2026-02-02T02:40:30Z "$db")" 40
}

@test "many entries of a short time: the index is in seconds then, and the newest come first" {
    crowd() { # FROM TO: an entry a second, of two experiments in turns
        for i in 1 2; do
            for ((k = $1 + i; k <= $2; k += 2)); do
                entry "mfx$i" "a$k" "$(printf '2026-03-01T%02d:%02d:%02dZ' $((k / 3600)) $((k / 60 % 60)) $((k % 60)))" "crowded $k"
            done
            close "mfx$i" $((($2 - $1) / 2))
        done | elog-load -q "$db" >/dev/null
    }
    newest() {
        elog-search --format json --limit 3 crowded "$db" | jq -r .entry_id | tr '\n' ' '
    }
    crowd 0 100
    [ "$(sqlite3 "$db" 'SELECT max(place) FROM search_places')" -lt 100000000 ]
    equal "$(newest)" 'a100 a99 a98 '
    crowd 0 1200
    [ "$(sqlite3 "$db" 'SELECT max(place) FROM search_places')" -gt 1700000000 ]
    equal "$(newest)" 'a1200 a1199 a1198 '
    equal "$(elog-search --count crowded "$db")" 1200
    elog-load --check "$db"
    sqlite3 "$db" "INSERT INTO search (search) VALUES ('integrity-check')"
    crowd 0 1300
    equal "$(newest)" 'a1300 a1299 a1298 '
    elog-load --reindex -q "$db"
    [ "$(sqlite3 "$db" 'SELECT max(place) FROM search_places')" -gt 1700000000 ]
    equal "$(elog-search --count crowded "$db")" 1300
    elog-load --check "$db"
}

@test "an index whose places are seconds serves until a load makes it anew" {
    logbook
    sqlite3 "$db" "INSERT INTO search (search) VALUES ('delete-all');
        UPDATE search_places SET place = (SELECT unixepoch(created_at) FROM logbook_entries l
            WHERE l.id = search_places.id);
        INSERT INTO search (rowid, content, title) SELECT place, content, title
            FROM search_places p JOIN logbook_entries l ON l.id = p.id;
        DELETE FROM schema_version WHERE version >= 17"
    finds 'b1 a1' nozzle
    finds 'a1' nozzle until:2026-01-02
    finds 'b1' --limit 1 nozzle since:2026-01-02
    elog-load -q "$db" </dev/null
    [ "$(sqlite3 "$db" 'SELECT max(place) FROM search_places')" -lt 100000000 ]
    finds 'a5 b1 a1' nozzle
    elog-load --check "$db"
}

@test "an experiment that the database does not take leaves no words, and takes none along" {
    elog-load -q "$db" </dev/null
    sqlite3 "$db" "CREATE TRIGGER no BEFORE INSERT ON logbook_entries WHEN new.entry_id = 'bad'
        BEGIN SELECT raise(ABORT, 'no'); END"
    {
        entry mfx1 a1 2026-01-01T10:00:00Z 'good before'
        close mfx1 1
        entry mfx2 b1 2026-01-01T10:00:00Z 'undone'
        entry mfx2 bad 2026-01-01T10:00:00Z 'undone, too'
        close mfx2 2
        entry mfx3 c1 2026-01-01T10:00:00Z 'good behind'
        close mfx3 1
    } >"$BATS_TEST_TMPDIR/stream"
    run elog-load -q "$db" "$BATS_TEST_TMPDIR/stream"
    status_is 1
    finds 'c1 a1' good
    finds '' undone
    elog-load --check "$db"
    elog-load --forget mfx1 -q "$db"
    finds 'c1' good
    elog-load --check "$db"
}

@test "experiments that are gone are left out, unless asked for" {
    logbook
    printf '%s\n' '{"type":"RECORD","stream":"fetches","record":{"experiment":"xpp2","status":"gone","fetched_at":"2026-03-05T00:00:00Z"}}' |
        elog-load -q "$db" >/dev/null
    finds 'a5 a1' nozzle
    equal "$(elog-search --count nozzle "$db")" 2
    finds 'a5 b1 a1' nozzle --gone
}

@test "wrong usage" {
    logbook
    run --separate-stderr elog-search
    status_is 2
    run --separate-stderr elog-search --sort best nozzle "$db"
    status_is 2
    run --separate-stderr elog-search --format xml nozzle "$db"
    status_is 2
}
