#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154,SC2016 # variables of common.bash, of run and of jq
# elog-scan over file://: which directories it lists, what it says of files, and that
# nothing is missed when it goes on.

load ../lib/common

setup() {
    common_setup
    base=$BATS_TEST_TMPDIR/L2
    url=file://$base
    january=(--from 2025-01-01 --to 2025-01-31)
}

# file SOURCE/YYYY/MM/DD/HH/MMSS/NAME...: old ones, in directories as old.
file() {
    local path
    for path; do
        mkdir -p "$base/$(dirname "$path")"
        # At once as it is to be: somebody may be looking.
        echo "$path" >"$BATS_TEST_TMPDIR/made"
        touch -d 2025-02-01 "$BATS_TEST_TMPDIR/made"
        mv "$BATS_TEST_TMPDIR/made" "$base/$path"
    done
    find "$base" -type d -exec touch -d 2025-02-01 {} +
}

scan() {
    elog-scan "$@" "${january[@]}"
}

# The paths of the files in a stream, sorted.
paths() {
    jq -r 'select(.type == "RECORD" and .stream == "remote_files").record.path' | sort
}

# What a run listed: paths of directories in a trace of its system calls would need root;
# its records of directories say the same, once each.
listed() {
    jq -r 'select(.type == "RECORD" and .stream == "scanned_directories").record
        | .url + " " + .status' | sed "s|^$url/||" | sort
}

name=RMA1_0315_01_DBZH_20250101T183020Z.BUFR

@test "one record a file: place, size, times, and what path and name say" {
    file "RMA1/2025/01/01/18/3020/$name"
    scan "$url/RMA1" --name '^(?<radar>[^_]+)_(?<strategy>\d+)_(?<volume>\d+)_(?<field>[^_]+)_' |
        jq -c 'select(.type == "RECORD" and .stream == "remote_files").record
            | del(.observed_at)' >"$BATS_TEST_TMPDIR/record"
    equal "$(cat "$BATS_TEST_TMPDIR/record")" \
        '{"url":"'"$url/RMA1/2025/01/01/18/3020/$name"'","source":"RMA1","path":"RMA1/2025/01/01/18/3020/'"$name"'","size":'"$(stat -c %s "$base/RMA1/2025/01/01/18/3020/$name")"',"modified":"2025-02-01T00:00:00Z","time":"2025-01-01T18:30:20Z","fields":{"Y":"2025","m":"01","d":"01","H":"18","MS":"3020","field":"DBZH","radar":"RMA1","strategy":"0315","volume":"01"}}'
}

@test "only directories whose time may lie in the window are listed" {
    file RMA1/2024/12/31/23/5959/a RMA1/2025/01/01/00/0000/b RMA1/2025/01/01/17/5959/c \
        RMA1/2025/01/01/18/0000/d RMA1/2025/01/02/00/0000/e RMA1/2025/02/01/00/0000/f
    elog-scan "$url/RMA1" --from 2025-01-01T17:30 --to 2025-01-01T18 >"$BATS_TEST_TMPDIR/out"
    equal "$(paths <"$BATS_TEST_TMPDIR/out" | tr '\n' ' ')" \
        "RMA1/2025/01/01/17/5959/c RMA1/2025/01/01/18/0000/d "
    equal "$(listed <"$BATS_TEST_TMPDIR/out" | sed 's/ listed//' | tr '\n' ' ')" \
        "RMA1/ RMA1/2025/ RMA1/2025/01/ RMA1/2025/01/01/ RMA1/2025/01/01/17/ RMA1/2025/01/01/17/5959/ RMA1/2025/01/01/18/ RMA1/2025/01/01/18/0000/ "
}

@test "the end of the window belongs to it as a whole: a day, a minute, a second" {
    file RMA1/2025/01/31/23/5959/a RMA1/2025/01/30/12/3059/b RMA1/2025/01/30/12/3100/c
    equal "$(elog-scan "$url/RMA1" --from 2025-01-31 --to 2025-01-31 | paths)" \
        RMA1/2025/01/31/23/5959/a
    equal "$(elog-scan "$url/RMA1" --from 2025-01-30 --to 2025-01-30T12:30 | paths)" \
        RMA1/2025/01/30/12/3059/b
    equal "$(elog-scan "$url/RMA1" --from 2025-01-30T12:31:00Z --to 2025-01-30T12:31:00Z | paths)" \
        RMA1/2025/01/30/12/3100/c
}

@test "a window that begins some hours ago" {
    file "RMA1/$(date -u -d '-30 minutes' +%Y/%m/%d/%H/%M%S)/new" \
        "RMA1/$(date -u -d '-3 hours' +%Y/%m/%d/%H/%M%S)/old"
    elog-scan "$url/RMA1" --from -1h | paths | grep -q '/new$'
    equal "$(elog-scan "$url/RMA1" --from -1d | paths | wc -l)" 2
    equal "$(elog-scan "$url/RMA1" --from -90m | paths | wc -l)" 1
}

@test "sources: several URLs, alternatives, globs, all of them" {
    file RMA1/2025/01/01/00/0000/a RMA5/2025/01/01/00/0000/b AR5/2025/01/01/00/0000/c
    mkdir "$base/not dated"
    touch "$base/a file"
    equal "$(scan "$url/{RMA1,AR5}" | paths | cut -d/ -f1 | tr '\n' ' ')" "AR5 RMA1 "
    equal "$(scan "$url/RMA1" "$url/AR5" | paths | cut -d/ -f1 | tr '\n' ' ')" "AR5 RMA1 "
    equal "$(scan "$url/RMA*" | paths | cut -d/ -f1 | tr '\n' ' ')" "RMA1 RMA5 "
    equal "$(scan "$url/" | paths | cut -d/ -f1 | tr '\n' ' ')" "AR5 RMA1 RMA5 "
}

@test "a pattern that no source matches: one line, 1" {
    file RMA1/2025/01/01/00/0000/a
    run --separate-stderr scan "$url/{RMA*,AR*}"
    status_is 1
    says elog-scan "no directory matches 'AR*'"
    equal "$(paths <<<"$output")" RMA1/2025/01/01/00/0000/a
}

@test "files by expression, by glob of a field, by both" {
    local f
    for f in DBZH VRAD TH; do
        file "RMA1/2025/01/01/18/3020/RMA1_0315_01_${f}_x.BUFR" \
            "RMA1/2025/01/01/18/3020/RMA1_0315_02_${f}_x.BUFR"
    done
    file RMA1/2025/01/01/18/3020/README
    local groups='_(?<volume>[0-9]+)_(?<field>[A-Z]+)_x\.BUFR$'
    equal "$(scan "$url/RMA1" | paths | wc -l)" 7
    equal "$(scan "$url/RMA1" --match '_(DBZH|VRAD)_' | paths | wc -l)" 4
    equal "$(scan "$url/RMA1" --match _DBZH_ --match '^READ' | paths | wc -l)" 3
    equal "$(scan "$url/RMA1" --name "$groups" | paths | wc -l)" 6
    equal "$(scan "$url/RMA1" --name "$groups" --field 'field=[DV]*' --field volume=01 |
        paths | wc -l)" 2
    equal "$(scan "$url/RMA1" --field 'source=X*' | paths | wc -l)" 0
}

# where EXPRESSION...: the names of the radar's files for which all are true, on one line.
where() {
    local expression options=()
    for expression; do
        options+=(--where "$expression")
    done
    scan "$url/RMA1" --name '^(?:(?<radar>[A-Z0-9]+)_(?<volume>[^_]+)_(?<field>[A-Z]+)|.*)\.' \
        "${options[@]}" | paths | sed 's|.*/||; s|\.BUFR$||' | tr '\n' ' '
}

# Files of two volumes, one whose volume is no number, and one whose name says nothing.
radar() {
    local f directory=$base/RMA1/2025/01/01/18/3020
    for f in RMA1_01_DBZH RMA1_01_VRAD RMA1_02_DBZH RMA1_10_TH RMA1_x_DBZH odd; do
        file "RMA1/2025/01/01/18/3020/$f.BUFR"
    done
    truncate -s 5000 "$directory/RMA1_10_TH.BUFR"
    touch -d 2025-02-01 "$directory/RMA1_10_TH.BUFR"
    touch -d 2025-03-01 "$directory/odd.BUFR"
}

@test "--where: texts need no quotes, a text that is a number is one beside numbers" {
    radar
    equal "$(where 'field in [DBZH,VRAD] and volume == 1')" "RMA1_01_DBZH RMA1_01_VRAD "
    equal "$(where 'DBZH == field and 1 < volume')" "RMA1_02_DBZH "
    equal "$(where "field in ['TH'] or field == VRAD")" "RMA1_01_VRAD RMA1_10_TH "
    equal "$(where "volume == '01'")" "RMA1_01_DBZH RMA1_01_VRAD "
    equal "$(where "volume == '1'")" ""
    equal "$(where 'volume in [2, 10.0]')" "RMA1_02_DBZH RMA1_10_TH "
    equal "$(where 'volume == x')" "RMA1_x_DBZH "
    equal "$(where '1 < volume <= 10 and volume % 4 == 2')" "RMA1_02_DBZH RMA1_10_TH "
    equal "$(where 'int(Y) + m + int(d) == 2027 and field == TH')" "RMA1_10_TH "
    equal "$(where 'startswith(field, "D") and len(volume) == 2')" "RMA1_01_DBZH RMA1_02_DBZH "
    equal "$(where 'field in path and RMA1_1 in name')" "RMA1_10_TH "
    equal "$(where 'radar == source and source == RMA1 and field == TH')" "RMA1_10_TH "
    equal "$(where 'max(volume, 3) == 10 and str(volume) + lower(field) == "10th"')" "RMA1_10_TH "
}

@test "--where: size and times; what a file does not have is unknown" {
    radar
    equal "$(where 'size == 5000')" "RMA1_10_TH "
    equal "$(where "modified >= '2025-03'")" "odd "
    equal "$(where "time < '2025-01-01 18:30:21' and size > 1000 * math.pi")" "RMA1_10_TH "
    equal "$(where "time > '2025-01-01 18:30:20'")" ""
    equal "$(where 'field is None')" "odd "
    equal "$(where 'field is not None and volume != 1')" "RMA1_02_DBZH RMA1_10_TH "
    equal "$(where 'not field == DBZH')" "RMA1_01_VRAD RMA1_10_TH "
    equal "$(where 'field not in [DBZH]')" "RMA1_01_VRAD RMA1_10_TH "
    equal "$(where 'volume > 9 or name == "odd.BUFR"')" "RMA1_10_TH odd "
    equal "$(where 'not (volume < 10 and field is not None)')" "RMA1_10_TH odd "
    equal "$(where field)" "RMA1_01_DBZH RMA1_01_VRAD RMA1_02_DBZH RMA1_10_TH RMA1_x_DBZH "
}

@test "--where goes together with itself, --field and --match" {
    radar
    equal "$(where 'field == DBZH' 'volume < 3')" "RMA1_01_DBZH RMA1_02_DBZH "
    equal "$(scan "$url/RMA1" --name '_(?<volume>[0-9]+)_(?<field>[A-Z]+)' --match '^RMA1_0' \
        --field 'field=[DT]*' --where 'volume > 1' | paths)" \
        RMA1/2025/01/01/18/3020/RMA1_02_DBZH.BUFR
}

@test "--where: a field's name comes before the file's own, bytes are as in the record" {
    radar
    equal "$(scan "$url/RMA1" --name '^(?<radar>[^_]+)_0(?<size>.)_' --where 'size == 2' | paths)" \
        RMA1/2025/01/01/18/3020/RMA1_02_DBZH.BUFR
    file $'RMA1/2025/01/01/18/3020/caf\xe9.x'
    equal "$(scan "$url/RMA1" --name '(?<word>.*)\.x' --where "word == 'caf%E9'" |
        jq -r 'select(.record.path).record.fields.word')" caf%E9
}

@test "another --where begins anew, the same one goes on" {
    radar
    local groups='_(?<volume>[0-9]+)_(?<field>[A-Z]+)'
    scan --db "$db" --name "$groups" --where 'volume == 1' "$url/RMA1"
    equal "$(sql "$db" 'SELECT count(*) FROM remote_files')" 2
    equal "$(scan --known "$db" --name "$groups" --where 'volume == 1' "$url/RMA1" | listed)" ""
    equal "$(scan --known "$db" --name "$groups" --where 'volume >= 1' "$url/RMA1" | paths |
        sed 's|.*/||' | tr '\n' ' ')" "RMA1_02_DBZH.BUFR RMA1_10_TH.BUFR "
}

# wrong EXPRESSION CARET TEXT: exit 2, TEXT in the message, the caret under the column.
wrong() {
    run --separate-stderr elog-scan --from 2025-01-01 --name '_(?<volume>.+)_(?<field>.+)' \
        --db "$BATS_TEST_TMPDIR/none.db" --where "$1" ftp://127.0.0.1:1/L2/RMA1
    status_is 2
    equal "$output" ""
    equal "${#stderr_lines[@]}" 3
    equal "${stderr_lines[1]}" "    $1"
    equal "${stderr_lines[2]}" "    $2"
    [[ ${stderr_lines[0]} == "elog-scan: --where: "*"$3"* ]] || {
        echo "${stderr_lines[0]}" >&2
        return 1
    }
    no_file "$BATS_TEST_TMPDIR" 'none.db'
}

@test "--where that is wrong: one message with a caret, and no server is asked" {
    wrong 'feild in [DBZH]' '^~~~~' 'there is no field feild; the nearest: field'
    wrong 'volum == 1' '^~~~~' 'nearest: volume'
    wrong 'startswith(field, DB)' '                  ^~' 'there is no field DB'
    wrong 'field == `DBZH`' '         ^~~~~~' 'there is no field DBZH'
    wrong 'DBZH' '^~~~' 'there is no field DBZH'
    wrong 'volume == 1 and DBZH' '                ^~~~' 'there is no field DBZH'
    wrong 'size == DBZH' '^~~~~~~~~~~~' 'cannot be compared'
    wrong 'time == now' '        ^~~' 'now is no time'
    wrong 'volume in [1, DBZH]' '              ^~~~' 'does not go with'
    wrong 'volume ==' '         ^' 'a value is expected'
    wrong 'volume == 01' '          ^~' 'leading zeros'
    wrong 'field = DBZH' '      ^' '=='
    wrong '[volume]' '^~~~~~~~' 'a list is no condition'
    wrong '@good and volume == 1' '^~~~~' 'write out what it stands for'
}

@test "other layouts: dates in names, days of the year, no sources" {
    mkdir -p "$base/log/2025-01" "$base/day/2025/032" "$base/one/camera7"
    touch "$base/log/2025-01/run_20250131_235959.txt" "$base/log/2025-01/other.txt" \
        "$base/day/2025/032/x" "$base/one/camera7/20250131.jpg"
    equal "$(elog-scan "$url/log/" --from 2025-01-31 --to 2025-01-31 \
        --template '{Y}-{m}/run_{Y}{m}{d}_{H}{M}{S}.txt' | paths)" \
        log/2025-01/run_20250131_235959.txt
    equal "$(elog-scan "$url/day" --from 2025-02-01 --to 2025-02-01 --template '{Y}/{j}/' |
        paths)" day/2025/032/x
    equal "$(elog-scan "$url/day" --from 2025-01-31 --to 2025-01-31 --template '{Y}/{j}/' |
        paths)" ""
    equal "$(elog-scan "$url/one" --from 2025-01-01 --template '{camera}/{Y}{m}{d}.jpg' |
        jq -r 'select(.record.path != null).record | .time + .fields.camera')" \
        2025-01-31T00:00:00Zcamera7
}

@test "names are encoded in URLs, links are not followed, hostile names are left out" {
    file 'RMA 1/2025/01/01/00/0000/a b#c?d%41' RMA1/2025/01/01/00/0000/x
    ln -s /etc "$base/RMA1/2025/02"
    ln -s . "$base/RMA1/2025/01/02"
    ln -s /etc/passwd "$base/RMA1/2025/01/01/00/0000/passwd"
    mkfifo "$base/RMA1/2025/01/01/00/0000/pipe"
    touch "$base/RMA1/2025/01/01/00/0000/"$'two\nlines' "$base/RMA1/2025/01/01/00/0000/"$'caf\xe9'
    run --separate-stderr scan "$url/"
    status_is 1
    [[ $stderr == *"left out 1 names"* ]]
    [[ ${stderr_lines[-1]} == "elog-scan: 1 names were left out"* ]]
    [[ $stderr != *"could not be listed"* ]]
    jq -e . >/dev/null <<<"$output"
    jq -r 'select(.stream == "remote_files" and .record != null).record.url' <<<"$output" |
        sort >"$BATS_TEST_TMPDIR/urls"
    equal "$(sed "s|$url||" "$BATS_TEST_TMPDIR/urls" | tr '\n' ' ')" \
        "/RMA%201/2025/01/01/00/0000/a%20b%23c%3Fd%2541 /RMA1/2025/01/01/00/0000/caf%E9 /RMA1/2025/01/01/00/0000/x "
}

@test "--db goes on where it ended: a second run lists only what it must and says nothing" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/01/02/00/0000/b
    scan --db "$db" "$url/RMA1"
    equal "$(sql "$db" 'SELECT group_concat(path) FROM (SELECT path FROM remote_files ORDER BY 1)')" \
        "RMA1/2025/01/01/00/0000/a,RMA1/2025/01/02/00/0000/b"
    equal "$(sql "$db" "SELECT count(*) FROM scanned_directories WHERE settled")" 8
    lone_database "$db"
    # A listing of a settled directory would fail now, and be told.
    chmod 000 "$base/RMA1/2025/01"
    run --separate-stderr as_user elog-scan --known "$db" "$url/RMA1" "${january[@]}"
    status_is 0
    silent
    equal "$(grep -c '"RECORD"' <<<"$output" || true)" 0
    chmod 755 "$base/RMA1/2025/01"
}

@test "nothing is missed: a directory that failed, a file that came late" {
    # Three directories of the last hour, in order: the first cannot be listed.
    local first second third
    first=RMA1/$(date -u -d '-50 minutes' +%Y/%m/%d/%H/%M%S)
    second=RMA1/$(date -u -d '-40 minutes' +%Y/%m/%d/%H/%M%S)
    third=RMA1/$(date -u -d '-30 minutes' +%Y/%m/%d/%H/%M%S)
    file "$first/1" "$second/2" "$third/3"
    chmod 000 "$base/$first"
    run --separate-stderr as_user elog-scan --db "$db" "$url/RMA1" --from -1d
    status_is 1
    [[ $stderr == *"$first/: Permission denied"* ]]
    equal "$(sql "$db" 'SELECT group_concat(path) FROM (SELECT path FROM remote_files ORDER BY 1)')" \
        "$second/2,$third/3"
    equal "$(sql "$db" "SELECT status || ' ' || attempts FROM scanned_directories
        WHERE url LIKE '%$first/'")" "failed 1"

    # It can be now, and a file came late into the second.  What only remembers its last
    # file, 3, would go on behind that and have neither.
    chmod 755 "$base/$first"
    file "$second/late"
    last=$(sql "$db" 'SELECT max(path) FROM remote_files')
    equal "$(find "$base" -type f -printf '%P\n' | awk -v last="$last" '$0 > last')" ""
    run --separate-stderr elog-scan --db "$db" "$url/RMA1" --from -1d
    status_is 0
    equal "$(sql "$db" 'SELECT group_concat(path) FROM (SELECT path FROM remote_files ORDER BY 1)')" \
        "$first/1,$second/2,$second/late,$third/3"
    equal "$(sql "$db" "SELECT count(*) FROM scanned_directories WHERE status = 'failed'")" 0
    # A third one finds nothing new.
    equal "$(elog-scan --known "$db" "$url/RMA1" --from -1d | paths)" ""
}

@test "an old directory is listed again if it changed, or with --recheck" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/01/01/00/3000/b
    scan --db "$db" "$url/RMA1"
    # Its directory shows the change, to those who list the one above.
    echo late >"$base/RMA1/2025/01/01/00/0000/late"
    touch -d 2025-02-02 "$base/RMA1/2025/01/01/00/0000/late" \
        "$base/RMA1/2025/01/01/00/0000" "$base/RMA1/2025"
    equal "$(scan --known "$db" "$url/RMA1" | paths)" ""
    equal "$(scan --known "$db" --recheck "$url/RMA1" | paths)" RMA1/2025/01/01/00/0000/late
    touch -d 2025-02-02 "$base"/RMA1/2025/01{,/01{,/00}}
    equal "$(scan --known "$db" "$url/RMA1" | paths)" RMA1/2025/01/01/00/0000/late
}

@test "a change of size or time of a file is news; another choice of files begins anew" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/01/01/00/0000/b
    scan --db "$db" --match a "$url/RMA1"
    equal "$(scan --known "$db" --match a "$url/RMA1" | paths)" ""
    equal "$(scan --known "$db" "$url/RMA1" | paths)" RMA1/2025/01/01/00/0000/b
    echo more >>"$base/RMA1/2025/01/01/00/0000/a"
    equal "$(scan --known "$db" --match a --recheck "$url/RMA1" | paths)" RMA1/2025/01/01/00/0000/a
    scan --db "$db" --match a --recheck "$url/RMA1"
    equal "$(sql "$db" 'SELECT size FROM remote_files')" \
        "$(stat -c %s "$base/RMA1/2025/01/01/00/0000/a")"
}

@test "a part of a directory's time is not the whole of it" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/01/01/12/0000/b
    elog-scan --db "$db" "$url/RMA1" --from 2025-01-01T12 --to 2025-01-01T13
    equal "$(sql "$db" 'SELECT count(*) FROM remote_files')" 1
    scan --db "$db" "$url/RMA1"
    equal "$(sql "$db" 'SELECT count(*) FROM remote_files')" 2
}

@test "date-range and source queries use indexes" {
    elog-load "$db" </dev/null
    sql "$db" "EXPLAIN QUERY PLAN SELECT * FROM remote_files WHERE source = 'RMA1'
        AND time >= '2025-01-01' AND time < '2025-02-01'" |
        grep -q 'USING INDEX remote_files_by_source (source=? AND time>? AND time<?)'
    sql "$db" "EXPLAIN QUERY PLAN SELECT * FROM remote_files
        WHERE time >= '2025-01-01' AND time < '2025-02-01'" |
        grep -q 'USING INDEX remote_files_by_time'
    sql "$db" "EXPLAIN QUERY PLAN SELECT * FROM scanned_directories WHERE status = 'failed'" |
        grep -q 'USING INDEX scanned_directories_failed'
}

@test "--follow looks again, finds what is new, and ends cleanly on SIGTERM" {
    local now out=$BATS_TEST_TMPDIR/out
    now=RMA1/$(date -u +%Y/%m/%d/%H/%M%S)
    file "$now/1"
    elog-scan --follow 1 "$url/RMA1" --from -1h >"$out" 2>"$BATS_TEST_TMPDIR/talk" 3>&- &
    local pid=$!
    wait_for grep -q "$now/1" "$out"
    file "$now/2"
    wait_for grep -q "$now/2" "$out"
    kill -TERM $pid
    wait $pid
    equal "$(paths <"$out" | tr '\n' ' ')" "$now/1 $now/2 "
    equal "$(cat "$BATS_TEST_TMPDIR/talk")" ""
}

@test "--follow says once that it is behind, and that it caught up" {
    local now out=$BATS_TEST_TMPDIR/out talk=$BATS_TEST_TMPDIR/talk
    file "RMA1/$(date -u -d '-5 hours' +%Y/%m/%d/%H/%M%S)/old"
    elog-scan --follow 1 "$url/RMA1" --from -1d >"$out" 2>"$talk" 3>&- &
    local pid=$!
    wait_for grep -q 'behind: the newest file is of .*, 5 hours before now' "$talk"
    sleep 1.5
    now=RMA1/$(date -u +%Y/%m/%d/%H/%M%S)
    file "$now/new"
    wait_for grep -q 'caught up' "$talk"
    kill -TERM $pid
    wait $pid
    equal "$(wc -l <"$talk")" 2
}

@test "waiting costs nothing" {
    file RMA1/2025/01/01/00/0000/a
    elog-scan --follow 60 "$url/RMA1" --from 2025-01-01 >/dev/null 2>&1 3>&- &
    local pid=$!
    local rests=no
    for _ in {1..30}; do
        ! rests $pid || { rests=yes && break; }
    done
    kill -TERM $pid
    wait $pid
    equal $rests yes
}
# rests PID: it takes less than two hundredths of a second of a processor in a second.
rests() {
    local before after
    read -ra before <"/proc/$1/stat"
    sleep 1
    read -ra after <"/proc/$1/stat"
    [ $((after[13] + after[14] - before[13] - before[14])) -lt 2 ]
}

@test "wrong usage: one line that names the thing and the remedy" {
    run --separate-stderr elog-scan --from 2025-01-01 /L2/RMA1
    status_is 2
    says elog-scan "'/L2/RMA1'" "ftp://"
    run --separate-stderr elog-scan --from 2025-01-01 gopher://h/L2/RMA1
    status_is 2
    says elog-scan gopher "file:///"
    run --separate-stderr elog-scan --from 2025-02-01 --to 2025-01-01 "$url/RMA1"
    status_is 2
    says elog-scan "ends before it begins"
    run --separate-stderr elog-scan --from 2025-01-01 --template '{source}/{Y}/{m}/' "$url/RMA1"
    status_is 2
    says elog-scan "has no date" "{d}"
    for wrong in '/{source}/{Y}/{m}/{d}/' '{source}/../{Y}/{m}/{d}/' '{Y}/{m}/{d}/..'; do
        run --separate-stderr elog-scan --from 2025-01-01 --template "$wrong" "$url/RMA1"
        status_is 2
        says elog-scan --template
    done
    run --separate-stderr elog-scan --from 2025-13-01 "$url/RMA1"
    status_is 2
    says elog-scan "--from" 2025-13-01
    run --separate-stderr elog-scan --from 2025-01-01 --name '(' "$url/RMA1"
    status_is 2
    says elog-scan "--name"
    run --separate-stderr elog-scan --from 2025-01-01 --match '(' "$url/RMA1"
    status_is 2
    says elog-scan "--match"
    run --separate-stderr elog-scan --from 2025-01-01 --field x=y "$url/RMA1"
    status_is 2
    says elog-scan "--field" "'x'"
    run --separate-stderr elog-scan --from 2025-01-01
    status_is 2
    says elog-scan "no URL"
    run --separate-stderr elog-scan "$url/RMA1"
    status_is 2
    says elog-scan "--from"
    run --separate-stderr elog-scan --from 2025-01-01 'ftp://h/{RMA1,RMA5'
    status_is 2
    says elog-scan "without its }"
}

@test "a password in a URL is refused, and not shown" {
    run --separate-stderr elog-scan --from 2025-01-01 ftp://me:secret@h/L2/RMA1
    status_is 2
    says elog-scan netrc
    [[ $stderr != *secret* ]]
    run --separate-stderr elog-scan --from 2025-01-01 me:secret@h/L2/RMA1
    status_is 2
    [[ $stderr != *secret* ]]
}

@test "a source that is not there: said, recorded, exit 1" {
    mkdir -p "$base"
    run --separate-stderr scan --db "$db" "$url/RMA7"
    status_is 1
    [[ $stderr == *"$url/RMA7/: No such file or directory"* ]]
    equal "$(sql "$db" 'SELECT status, message FROM scanned_directories')" \
        "failed|No such file or directory"
}

@test "nobody reads, and a full disk" {
    file RMA1/2025/01/01/00/0000/a
    equal "$(broken_pipe elog-scan "$url/RMA1" "${january[@]}")" -13
    run --separate-stderr bash -c "elog-scan '$url/RMA1' --from 2025-01-01 >/dev/full"
    status_is 1
    says elog-scan "No space left"
}

@test "killed at any instant, it goes on, and in the end nothing is missing" {
    local source day hour n=0
    for source in A B C; do
        for day in 01 02 03 04 05 06 07 08; do
            for hour in 00 06 12 18; do
                mkdir -p "$base/$source/2025/01/$day/$hour/0000"
                touch "$base/$source/2025/01/$day/$hour/0000/"{x,y}
                n=$((n + 2))
            done
        done
    done
    find "$base" -exec touch -d 2025-02-01 {} +
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
        elog-scan --db "$db" "$url/" "${january[@]}" 2>/dev/null 3>&- &
        sleep "0.0$((RANDOM % 90 + 10))"
        kill -KILL $! 2>/dev/null || true
        wait $! 2>/dev/null || true
        # Its elog-load takes what came whole, and ends.
        wait_for flock -n "$db.lock" true
    done
    elog-scan --db "$db" "$url/" "${january[@]}"
    equal "$(sql "$db" 'SELECT count(*) FROM remote_files')" $n
    # A directory that rests has all its files.
    equal "$(sql "$db" "SELECT count(*) FROM scanned_directories d WHERE settled
        AND until = strftime('%Y-%m-%dT%H:%M:%SZ', time, '+1 second')
        AND 2 <> (SELECT count(*) FROM remote_files f WHERE f.url > d.url AND f.url < d.url || '~')")" 0
    lone_database "$db"
}

@test "directories are walked in the order of time" {
    file RMA1/2025/01/02/00/0000/b RMA1/2025/01/01/00/0000/a RMA1/2025/01/03/00/0000/c
    equal "$(scan --jobs 1 "$url/RMA1" |
        jq -r 'select(.stream == "remote_files" and .record).record.path' | tr '\n' ' ')" \
        "RMA1/2025/01/01/00/0000/a RMA1/2025/01/02/00/0000/b RMA1/2025/01/03/00/0000/c "
}

@test "elog-load refuses records that say nothing, and writes only what changed" {
    file RMA1/2025/01/01/00/0000/a
    scan "$url/RMA1" >"$BATS_TEST_TMPDIR/out"
    elog-load "$db" <"$BATS_TEST_TMPDIR/out"
    run --separate-stderr elog-load "$db" <"$BATS_TEST_TMPDIR/out"
    status_is 0
    [[ $stderr == *" 0 rows changed"* ]]
    local bad=0 text
    for text in '{"source":"s","path":"p"}' '{"url":"no scheme","source":"s","path":"p"}' \
        '{"url":"ftp://h/p","source":"s"}' '{"url":"ftp://h/p","source":"s","path":"p","size":-1}' \
        '{"url":"ftp://h/p","source":"s","path":"p","size":"1"}' \
        '{"url":"ftp://h/p","source":"s","path":"p","fields":[]}'; do
        run --separate-stderr elog-load "$db" < <(record remote_files "$text")
        equal "$text: $status" "$text: 1"
        bad=$((bad + 1))
    done
    run --separate-stderr elog-load "$db" \
        < <(record scanned_directories '{"url":"ftp://h/","source":"s","status":"lost"}')
    status_is 1
    [[ $stderr == *"ftp://h/: status is none of: listed failed"* ]]
    equal "$(sql "$db" 'SELECT count(*) FROM remote_files')" 1
}

@test "a directory that failed is tried again though the window has gone on, and only it" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/01/01/00/3000/b RMA1/2025/01/02/00/0000/c \
        RMA1/2025/03/01/00/0000/d RMA5/2025/01/01/00/0000/e
    chmod 000 "$base/RMA1/2025/01/01/00/3000" "$base/RMA1/2025/01/02"
    run --separate-stderr as_user elog-scan --db "$db" "$url/RMA1" --from 2025-01-01 --to 2025-01-02
    status_is 1
    equal "$(sql "$db" 'SELECT group_concat(path) FROM remote_files')" RMA1/2025/01/01/00/0000/a
    # Still failing, while others are looked for.
    run --separate-stderr as_user elog-scan --db "$db" "$url/RMA*" --from 2025-03-01
    status_is 1
    equal "$(sql "$db" "SELECT group_concat(attempts) FROM scanned_directories WHERE status = 'failed'")" "2,2"
    chmod 755 "$base/RMA1/2025/01/01/00/3000" "$base/RMA1/2025/01/02"
    # What came behind the window of then is not looked for.
    file RMA1/2025/01/03/00/0000/f
    run --separate-stderr elog-scan --db "$db" "$url/RMA*" --from 2025-03-01
    status_is 0
    silent
    equal "$(sql "$db" 'SELECT group_concat(path) FROM (SELECT path FROM remote_files ORDER BY 1)')" \
        "RMA1/2025/01/01/00/0000/a,RMA1/2025/01/01/00/3000/b,RMA1/2025/01/02/00/0000/c,RMA1/2025/03/01/00/0000/d"
    equal "$(sql "$db" "SELECT count(*) FROM scanned_directories WHERE status = 'failed'")" 0
}

@test "a directory that failed, and is gone when the window has gone on, is no failure" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/03/01/00/0000/d
    chmod 000 "$base/RMA1/2025/01/01"
    run as_user elog-scan --db "$db" "$url/RMA1" --from 2025-01-01 --to 2025-01-02
    status_is 1
    rm -r "$base/RMA1/2025/01/01"
    run --separate-stderr elog-scan --db "$db" "$url/RMA1" --from 2025-03-01
    status_is 0
    silent
    equal "$(sql "$db" "SELECT count(*) FROM scanned_directories WHERE status = 'failed'")" 0
}

@test "a source that failed is owed the window of then" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/02/01/00/0000/b RMA1/2025/03/01/00/0000/c
    mv "$base/RMA1" "$base/away"
    run elog-scan --db "$db" "$url/RMA1" --from 2025-02-01 --to 2025-02-28
    status_is 1
    mv "$base/away" "$base/RMA1"
    elog-scan --db "$db" "$url/RMA1" --from 2025-03-01 --to 2025-03-31
    equal "$(sql "$db" 'SELECT group_concat(path) FROM (SELECT path FROM remote_files ORDER BY 1)')" \
        "RMA1/2025/02/01/00/0000/b,RMA1/2025/03/01/00/0000/c"
}

@test "--follow ends by itself when the window has ended and all of it is there" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/01/02/00/0000/b
    run --separate-stderr timeout 300 elog-scan --follow 1 "$url/RMA1" "${january[@]}"
    status_is 0
    says elog-scan 'the window has ended, and all of it is listed'
    # What came lately is waited for, as is what cannot be listed.
    touch "$base/RMA1/2025/01/02/00/0000/b"
    timeout 300 elog-scan --follow 1 "$url/RMA1" "${january[@]}" --over "$BATS_TEST_TMPDIR/over" \
        >/dev/null 2>"$BATS_TEST_TMPDIR/talk" 3>&- &
    local pid=$!
    sleep 2.5
    kill -0 $pid
    [ ! -e "$BATS_TEST_TMPDIR/over" ]
    find "$base" -exec touch -d 2025-02-01 {} +
    wait $pid
    [ -e "$BATS_TEST_TMPDIR/over" ]
    # It was not behind by the time since: only the window counts.
    equal "$(grep -c 'before now' "$BATS_TEST_TMPDIR/talk" || true)" 0
    chmod 000 "$base/RMA1/2025/01/02"
    run --separate-stderr as_user elog-scan "$url/RMA1" "${january[@]}" --over "$BATS_TEST_TMPDIR/over2"
    status_is 1
    [ ! -e "$BATS_TEST_TMPDIR/over2" ]
}

@test "a server that is away: 75, as elog(7) says; --follow 0 is wrong usage" {
    run --separate-stderr elog-scan --retries 0 ftp://127.0.0.1:1/x/RMA1 "${january[@]}"
    status_is 75
    run --separate-stderr elog-scan --follow 0 "$url/RMA1" "${january[@]}"
    status_is 2
    says elog-scan --follow
}

@test "what is gone over there is gone from the tables of scans" {
    file RMA1/2025/01/01/00/0000/a RMA1/2025/01/01/00/0000/ab RMA1/2025/01/01/00/3000/c \
        RMA1/2025/01/02/00/0000/d RMA1/2025/01/02-x/00/0000/e RMA2/2025/01/01/00/0000/f
    scan --db "$db" "$url/RMA*"
    equal "$(sql "$db" 'SELECT count(*) FROM remote_files')" 5
    sqlite3 "$db" "INSERT INTO partial_downloads (url, bytes, attempts, last_attempt, status)
        SELECT url, 0, 1, '2026-01-01T00:00:00Z', 'failed' FROM remote_files"
    rm "$base/RMA1/2025/01/01/00/0000/a"
    rm -r "$base/RMA1/2025/01/01/00/3000" "$base/RMA1/2025/01/02" "$base/RMA2"
    scan --db "$db" "$url/RMA*" --recheck
    equal "$(sql "$db" 'SELECT group_concat(path) FROM remote_files')" RMA1/2025/01/01/00/0000/ab
    equal "$(sql "$db" 'SELECT count(*) FROM partial_downloads')" 1
    equal "$(sql "$db" 'SELECT group_concat(substr(url, -24)) FROM scanned_directories ORDER BY url' | grep -c '3000\|02/\|RMA2' || true)" 0
    # A record that says so is no file to fetch.
    run --separate-stderr elog-pull --to "$BATS_TEST_TMPDIR/data" \
        < <(record remote_files '{"url":"'"$url"'/x","_sdc_deleted_at":"2026-01-01T00:00:00Z"}')
    status_is 0
    silent
}
