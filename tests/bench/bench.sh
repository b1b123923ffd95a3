#!/usr/bin/env bash
# Measure elog against its peers, and print one table of ratios.
#
#   bench.sh [ROW...]     all rows, or some: get latency pipeline sync load size second
#                         added dump memory pull growth select search jobs sites plot
#                         web facility
#
# Each ratio is of two commands that hyperfine ran in turns, in this one run; what counts
# is the best time of each, so that other work on the machine does little harm.  The data
# are made by generate.py: 54 experiments, 324 documents, 45 MB; "growth" takes 4 and 16
# times that.  A bar that is missed is printed as "over", and is no error.
#
#   BENCH_ROUNDS   how often each command runs (5)
#   BENCH_SCALE    how far "growth" goes (16)
#   BENCH_BASE     the programs of an older commit, which "load" is compared with (none)
#   BENCH_RUNS     how many runs, of 300 conditions each, "select" has (100000)
#   BENCH_POINTS   how many runs "plot" draws (1000000)
#   BENCH_SECONDS  how long 64 clients ask elog-web in "web" (60)
#   BENCH_JOBS     how many jobs, of five uses of files each, "jobs" has (100000)
#   BENCH_BYTES    how many bytes of inputs "jobs" hashes (4 GiB)
#   BENCH_FILES    how many files "sites" walks (1000000)
#   BENCH_LARGE    how many bytes of files "sites" hashes (4 GiB)
#   BENCH_LINES    how many log lines the dashboard of "sites" has (10000000)
#   BENCH_ENTRIES  how many entries "search" has (100000; "web", and SCALE=facility, a million)
#   BUILD          where the programs are (build)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
rounds=${BENCH_ROUNDS:-5}
scale=${BENCH_SCALE:-16}
build=${BUILD:-$tree/build}
case $build in /*) ;; *) build=$tree/$build ;; esac
all="get latency pipeline sync load size second added dump memory pull growth select search jobs sites plot web core cluster"
[ $# -gt 0 ] || eval "set -- $all"
[ "${SCALE:-}" != facility ] || { set -- facility search; : "${BENCH_ENTRIES:=1000000}"; }
rows=$*
for row in "$@"; do
    case " $all facility " in
        *" $row "*) ;;
        *) echo "bench.sh: no row '$row'; there are: $all" >&2; exit 2 ;;
    esac
done
for tool in hyperfine jq curl sqlite3 sqlite-utils python3; do
    command -v "$tool" >/dev/null || { echo "bench.sh: $tool is missing" >&2; exit 1; }
done
wanted() { case " $rows " in *" $1 "*) ;; *) return 1 ;; esac; }

# ---- outside: make the data, then run this script again beside the servers ----

if [ -z "${BENCH_DIR:-}" ]; then
    BENCH_DIR=$(mktemp -d "${TMPDIR:-/tmp}/elog-bench.XXXXXX")
    trap 'rm -rf "$BENCH_DIR"' EXIT
    export BENCH_DIR
    compiler="${CC:-cc} -O2 -std=c11 -D_GNU_SOURCE"
    $compiler -o "$BENCH_DIR/fault_server" "$here/../server/fault_server.c"
    most=1
    wanted growth && most=$scale
    "$here/generate.py" "$BENCH_DIR/www" --scale "$most"
    mv "$BENCH_DIR/www/names.txt" "$BENCH_DIR/names.all"
    # Once more, small: the lists then name 54 experiments, and the rest stays.
    [ "$most" = 1 ] || "$here/generate.py" "$BENCH_DIR/www"
    head -n 54 "$BENCH_DIR/names.all" >"$BENCH_DIR/names"
    # Not exec: the trap above has to run.
    "$here/../server/with-servers.sh" --docroot "$BENCH_DIR/www" "$0" "$@"
    exit
fi

# ---- inside ----

cd "$BENCH_DIR"
PATH=$build:$PATH
export ELOG_CONFIG=/dev/null XDG_CONFIG_HOME=$BENCH_DIR/none
# What the 324 documents hold, so that a peer by hand asks for the same and stores the same.
main_streams=--only=experiments,logbook_entries,runs,files,workflows,questionnaires
proxy_pid=
trap '[ -z "$proxy_pid" ] || kill "$proxy_pid"' EXIT

# script NAME: stdin becomes an executable command.
script() {
    { echo '#!/bin/sh'; echo 'set -e'; cat; } >"$1"
    chmod +x "$1"
}

# curl_config BASE DIR: the 324 requests for curl -K, into files, or /dev/null.
curl_config() {
    local name resource digits serial to
    while read -r name; do
        digits=${name#????} serial=${digits%??} digits=${name#?????????}
        for resource in info elog 'runs?includeParams=true' files workflow_definitions q; do
            to=/dev/null
            [ "$2" = /dev/null ] || to=$2/${resource%%\?*}/$name
            if [ "$resource" = q ]; then
                echo "url = \"$1/ws-kerb/questionnaire/ws/proposal/attribute/run$digits/L$serial\""
            else
                echo "url = \"$1/ws-kerb/lgbk/lgbk/$name/ws/$resource\""
            fi
            echo "output = \"$to\""
        done
    done <names
}

# best COMMAND...: run the commands in turns; set best_1, best_2 … to their seconds.
# A file COMMAND.prepare is run before each of them, outside the time.
best_1='' best_2='' best_3='' best_4=''
best() {
    local round command i time
    rm -f times.*
    for ((round = 0; round < rounds; round++)); do
        i=0
        for command in "$@"; do
            i=$((i + 1))
            [ ! -x "./$command.prepare" ] || "./$command.prepare"
            hyperfine -N --runs 1 --style none --export-json time.json "./$command" \
                >hyperfine.log 2>&1 || {
                echo "bench.sh: $command failed:" >&2
                cat hyperfine.log >&2
                "./$command" >/dev/null || true
                exit 1
            }
            jq '.results[0].times[0]' time.json >>"times.$i"
        done
    done
    i=0
    for command in "$@"; do
        i=$((i + 1))
        time=$(sort -g "times.$i" | head -n 1)
        printf -v "best_$i" '%s' "$time"
    done
}

compute() { awk "BEGIN { printf \"%.$1f\", $2 }"; }

# line WHAT OURS PEER RATIO BAR: BAR is "<= X", ">= X" or "-"; it is held to RATIO.
line() {
    local verdict=-
    case $5 in
        -) ;;
        *) verdict=$(awk "BEGIN { print ($4 $5) ? \"ok\" : \"over\" }") ;;
    esac
    printf '%-52s %9s %9s %7s %7s  %s\n' "$1" "$2" "$3" "$4" "$5" "$verdict"
}

# slower WHAT OURS PEER BAR: how many times the peer's time we take.
slower() {
    line "$1" "$(compute 3 "$2") s" "$(compute 3 "$3") s" "$(compute 2 "$2 / $3")" "$4"
}

# faster WHAT OURS PEER BAR: how many times faster than the peer we are.
faster() {
    line "$1" "$(compute 3 "$2") s" "$(compute 3 "$3") s" "$(compute 1 "$3 / $2")" "$4"
}

# peak COMMAND...: kilobytes.
peak() {
    /usr/bin/time -f %M -o peak "$@" >/dev/null 2>peak.log || { cat peak.log >&2; exit 1; }
    tail -n 1 peak
}

get() { echo "exec elog-get --url $1 $main_streams ${3:-} <$2"; }
hand_curl="curl -sS -f -Z --no-progress-meter --parallel-max 6 --negotiate -u : --create-dirs"

echo "$(elog-get --version | head -n 1); $(nproc) processors; best of $rounds rounds"
printf '%-52s %9s %9s %7s %7s  %s\n' what ours peer ratio bar verdict

if wanted get || wanted latency; then
    get "$ELOG_TEST_HTTP" names | script get
    curl_config "$ELOG_TEST_HTTP" /dev/null >null.curl
    echo "exec $hand_curl -K null.curl" | script curl
    echo "exec $hand_curl --compressed -K null.curl" | script curl-compressed
fi

if wanted get; then
    best get curl curl-compressed
    slower "elog-get, 324 URLs, SPNEGO; curl -Z" "$best_1" "$best_2" "<= 1.5"
    slower "  the same; curl -Z --compressed" "$best_1" "$best_3" -
fi

if wanted latency; then
    ./fault_server -u "${ELOG_TEST_HTTP##*:}" -d 25 >port &
    proxy_pid=$!
    until [ -s port ]; do sleep 0.02; done
    get "http://localhost:$(cat port)" names | script get-far
    curl_config "http://localhost:$(cat port)" /dev/null >far.curl
    echo "exec $hand_curl -K far.curl" | script curl-far
    best get-far curl-far
    slower "elog-get, round trip of 50 ms; curl -Z" "$best_1" "$best_2" "<= 1.1"
    kill "$proxy_pid"
    proxy_pid=
fi

# What peers fill: the row layout of schema 6, where each value was a row.
rows_database() {
    rm -f "$1"
    cat "$tree"/common/sql/migrations/00[1-6]-*.sql | sqlite3 "$1"
}

if wanted pipeline; then
    script pipeline.prepare <<'EOF'
rm -f ours.db*
EOF
    script pipeline <<EOF
elog-get --url $ELOG_TEST_HTTP $main_streams <names | elog-load -q ours.db >/dev/null
[ "\$(sqlite3 ours.db 'SELECT count(*) FROM runs')" = 3240 ]
EOF
    curl_config "$ELOG_TEST_HTTP" hand >hand.curl
    rows_database empty.db
    cat >hand.sql <<'EOF'
CREATE TEMP TABLE info (doc TEXT); CREATE TEMP TABLE elog (doc TEXT);
CREATE TEMP TABLE run (doc TEXT); CREATE TEMP TABLE file (doc TEXT);
CREATE TEMP TABLE workflow_definition (doc TEXT); CREATE TEMP TABLE q (doc TEXT);
.mode ascii
.separator "\037" "\n"
.import info.lines info
.import elog.lines elog
.import runs.lines run
.import files.lines file
.import workflow_definitions.lines workflow_definition
.import q.lines q
BEGIN;
INSERT INTO experiments (name, instrument, start_time, end_time, description, doc)
    SELECT doc ->> 'name', doc ->> 'instrument', doc ->> 'start_time', doc ->> 'end_time',
        doc ->> 'description', doc FROM info;
INSERT INTO logbook_entries (experiment_id, entry_id, author, content, created_at, tags,
        run_number, title, content_type, doc)
    SELECT e.id, l.doc ->> '_id', l.doc ->> 'author', l.doc ->> 'content',
        l.doc ->> 'insert_time', l.doc -> 'tags', l.doc ->> 'run_num', l.doc ->> 'title',
        l.doc ->> 'content_type', l.doc
    FROM elog l JOIN experiments e ON e.name = l.doc ->> 'experiment';
INSERT INTO runs (experiment_id, run_number, start_time, end_time, type, parameters, doc)
    SELECT e.id, r.doc ->> 'num', r.doc ->> 'begin_time', r.doc ->> 'end_time',
        r.doc ->> 'type', r.doc -> 'params', r.doc
    FROM run r JOIN experiments e ON e.name = r.doc ->> 'experiment';
INSERT INTO files (experiment_id, path, size, created_at, run_number, modified_at, checksum,
        absolute_path, doc)
    SELECT e.id, f.doc ->> 'path', f.doc ->> 'size', f.doc ->> 'create_timestamp',
        f.doc ->> 'run_num', f.doc ->> 'modify_timestamp', f.doc ->> 'checksum',
        f.doc ->> 'absolute_path', f.doc
    FROM file f JOIN experiments e ON e.name = f.doc ->> 'experiment';
INSERT INTO workflows (experiment_id, data)
    SELECT e.id, json_group_array(json(w.doc))
    FROM workflow_definition w JOIN experiments e ON e.name = w.doc ->> 'experiment'
    GROUP BY e.id;
INSERT INTO questionnaires (experiment_id, data)
    SELECT e.id, q.doc FROM q JOIN experiments e ON e.name = q.doc ->> 'experiment';
CREATE TEMP TABLE parameter AS
    SELECT r.id AS run_id, replace(replace(p.key, '．', '.'), '＄', '$') AS name, p.value
    FROM runs r, json_each(r.parameters) p WHERE p.type <> 'null';
INSERT INTO condition_types (name, value_type) SELECT DISTINCT name, 'string' FROM parameter;
INSERT INTO conditions (type_id, run_id, value)
    SELECT t.id, p.run_id, p.value FROM parameter p JOIN condition_types t ON t.name = p.name
    ORDER BY t.id, p.run_id;
COMMIT;
EOF
    # What somebody writes who has read the schema: the same rows in the same tables.
    script by-hand.prepare <<'EOF'
rm -rf hand
cp empty.db hand.db
EOF
    script by-hand <<EOF
$hand_curl -K hand.curl
cd hand
for stream in info elog runs files workflow_definitions q; do
    filter='.value | if type == "array" then .[] else . end'
    [ \$stream = q ] && filter=.
    (cd \$stream && jq -c "{experiment: input_filename} + (\$filter)" *) >\$stream.lines
done
sqlite3 -bail ../hand.db <../hand.sql
[ "\$(sqlite3 ../hand.db 'SELECT count(*) FROM runs')" = 3240 ]
EOF
    best pipeline by-hand
    faster "elog-get | elog-load; curl -Z, jq -c, sqlite3" "$best_1" "$best_2" ">= 6"
    line "  seconds" "$(compute 3 "$best_1") s" - "$(compute 2 "$best_1")" "<= 2"
fi

if wanted sync; then
    script sync-first.prepare <<'EOF'
rm -rf sync
EOF
    cp sync-first.prepare sync-all.prepare
    echo "exec elog-sync.sh --force --quiet --dir sync --url $ELOG_TEST_HTTP" | script sync-all
    echo "exec elog-sync.sh --force --quiet --dir sync --url $ELOG_TEST_HTTP $main_streams" | script sync-first
    cp sync-first sync-second
    if wanted pipeline; then
        best sync-first sync-all by-hand
        faster "elog-sync.sh; curl -Z, jq -c, sqlite3" "$best_1" "$best_3" ">= 6"
        faster "  the same; all streams, which nobody gets by hand" "$best_2" "$best_3" -
    fi
    best sync-first sync-second
    faster "elog-sync.sh, nothing changed; the first time" "$best_2" "$best_1" ">= 3"
fi

# The stream of the base size, for elog-load alone.
if wanted load || wanted size || wanted second || wanted dump; then
    elog-get --url "file://$BENCH_DIR/www" "$main_streams" <names >stream
    rows_database empty.db
    script load.prepare <<'EOF'
rm -f load.db*
EOF
    echo "exec elog-load -q load.db stream" | script load
    ./load.prepare
    ./load >/dev/null
    cp load.db loaded.db
    records=$(grep -c '"type":"RECORD"' stream)
fi

if wanted load; then
    for stream in experiments logbook_entries runs files questionnaires workflows; do
        sed -n "s/^{\"type\":\"RECORD\",\"stream\":\"$stream\",\"record\":\(.*\),\"time_extracted\":\"[^\"]*\"}\$/\1/p" \
            stream >"$stream.nl"
    done
    sqlite3 loaded.db "SELECT json_object('type_id', type_id, 'run_id', run_id, 'value', value)
        FROM conditions" >conditions.nl
    script sqlite-utils-insert.prepare <<'EOF'
rm -f utils.db
EOF
    script sqlite-utils-insert <<'EOF'
insert() { sqlite-utils insert utils.db $1 $1.nl --nl --alter "$2" "$3" $4 $5; }
insert experiments --pk experiment
insert logbook_entries --pk experiment --pk _id
insert runs --pk experiment --pk num
insert files --pk _id
insert questionnaires --pk experiment
insert workflows --pk experiment
insert conditions --pk type_id --pk run_id
EOF
    script python-loop.prepare <<'EOF'
cp empty.db python.db
EOF
    cat >loop.py <<'EOF'
import json, sqlite3
db = sqlite3.connect("python.db")
ids, batches, conditions = {}, {}, {}
runs, values = 0, []
INSERT = {
    "logbook_entries": "INSERT INTO logbook_entries (experiment_id, entry_id, author, content,"
        " created_at, tags, run_number, doc) VALUES (?,?,?,?,?,?,?,?)",
    "runs": "INSERT INTO runs (experiment_id, run_number, start_time, end_time, type,"
        " parameters, doc) VALUES (?,?,?,?,?,?,?)",
    "files": "INSERT INTO files (experiment_id, path, size, created_at, run_number, checksum,"
        " doc) VALUES (?,?,?,?,?,?,?)",
    "questionnaires": "INSERT INTO questionnaires (experiment_id, data) VALUES (?,?)",
    "workflows": "INSERT INTO workflows (experiment_id, data) VALUES (?,?)",
}
for line in open("stream", encoding="utf-8"):
    message = json.loads(line)
    if message["type"] != "RECORD":
        continue
    stream, r = message["stream"], message["record"]
    e = ids.setdefault(r["experiment"], len(ids) + 1)
    # The line itself stands for the document: cheaper than to print it again.
    if stream == "runs":
        row = (e, r["num"], r["begin_time"], r.get("end_time"), r["type"],
               json.dumps(r["params"]), line)
        runs += 1
        for name, value in r["params"].items():
            if value is not None:
                name = name.replace("\uff0e", ".").replace("\uff04", "$")
                values.append((conditions.setdefault(name, len(conditions) + 1), runs, value))
    elif stream == "logbook_entries":
        row = (e, r["_id"], r["author"], r["content"], r["insert_time"],
               json.dumps(r.get("tags")), r.get("run_num"), line)
    elif stream == "files":
        row = (e, r["path"], r["size"], r["create_timestamp"], r["run_num"], r["checksum"], line)
    elif stream in INSERT:
        row = (e, line)
    elif stream == "experiments":
        db.execute("INSERT INTO experiments (id, name, instrument, description, doc)"
                   " VALUES (?,?,?,?,?)",
                   (e, r["experiment"], r["instrument"], r["description"], line))
        continue
    else:
        continue
    batches.setdefault(stream, []).append(row)
    if len(batches[stream]) == 1000:
        db.executemany(INSERT[stream], batches.pop(stream))
for stream, rows in batches.items():
    db.executemany(INSERT[stream], rows)
db.executemany("INSERT INTO condition_types (id, name, value_type) VALUES (?,?,'string')",
               [(number, name) for name, number in conditions.items()])
values.sort(key=lambda row: row[:2])
db.executemany("INSERT INTO conditions (type_id, run_id, value) VALUES (?,?,?)", values)
db.commit()
EOF
    echo "exec python3 loop.py" | script python-loop
    best load sqlite-utils-insert python-loop
    faster "elog-load, $(compute 0 "$records / $best_1") records/s; sqlite-utils insert" \
        "$best_1" "$best_2" ">= 5"
    faster "  the same; python3: json.loads, executemany" "$best_1" "$best_3" ">= 2"
fi

if wanted load && [ -n "${BENCH_BASE:-}" ]; then
    script load-base.prepare <<'EOF'
rm -f base.db*
EOF
    echo "exec $BENCH_BASE/elog-load -q base.db stream" | script load-base
    best load load-base
    slower "elog-load; that of $BENCH_BASE" "$best_1" "$best_2" "<= 0.40"
fi

if wanted size; then
    line "size of the file / bytes of the stream" "$(($(stat -c %s loaded.db) / 1000000)) MB" \
        "$(($(stat -c %s stream) / 1000000)) MB" \
        "$(compute 2 "$(stat -c %s loaded.db) / $(stat -c %s stream)")" "<= 1.55"
fi

if wanted added; then
    # A run more in an experiment of 1,000 runs and 1,000 names.
    "$here/generate.py" large --experiments 1 --runs 1001 --params 1000
    elog-get --url "file://$BENCH_DIR/large" --only experiments,runs <large/names.txt >stream.all
    grep -v '"num": *1001,' stream.all | sed 's/"runs":1001/"runs":1000/' >stream.less
    elog-load -q added.db stream.less >/dev/null
    echo 'cp added.db more.db' | script added.prepare
    echo 'exec elog-load -q more.db stream.all' | script added
    best added
    line "a run more, 1,000 runs of 1,000 names" "$(compute 3 "$best_1") s" - "$best_1" "<= 0.2"
    ./added.prepare
    written=$(strace -f -e trace=pwrite64,write -o added.trace ./added >/dev/null 2>&1;
        awk '/(pwrite64|write)\(/ && $NF > 0 { n += $NF } END { printf "%d", n }' added.trace)
    touched=$(sqlite3 added.db "SELECT sum(length(data)) FROM condition_columns
        WHERE block = (SELECT max(block) FROM condition_columns)")
    line "  bytes written / column data touched" "$((written / 1000)) kB" "$((touched / 1000)) kB" \
        "$(compute 2 "$written / $touched")" "<= 4"
    rm -rf large added.db more.db stream.all stream.less
fi

if wanted second; then
    echo "exec elog-load -q loaded.db stream" | script load-second
    best load load-second
    faster "elog-load, nothing changed; the first time" "$best_2" "$best_1" ">= 3"
fi

if wanted dump; then
    echo 'exec elog-dump loaded.db >/dev/null' | script dump
    echo 'exec sqlite3 loaded.db .dump >/dev/null' | script sqlite-dump
    best dump sqlite-dump load
    bytes=$(elog-dump loaded.db | wc -c)
    slower "elog-dump; sqlite3 .dump" "$best_1" "$best_2" "<= 1.5"
    slower "elog-dump; elog-load of the same" "$best_1" "$best_3" "<= 1"
    rate=$(compute 0 "$bytes / $best_1 / 1e6")
    line "elog-dump: MB a second" "$rate MB" - "$rate" ">= 200"
    # A million rows, of which a hundred change.
    awk 'BEGIN {
        for (e = 0; e < 1000; e++) {
            for (i = 0; i < 1000; i++)
                printf "{\"type\":\"RECORD\",\"stream\":\"logbook_entries\",\"record\":" \
                    "{\"experiment\":\"e%d\",\"_id\":\"%d\",\"content\":\"number %d\"}}\n", e, i, i
            printf "{\"type\":\"RECORD\",\"stream\":\"fetches\",\"record\":{\"experiment\":\"e%d\"," \
                "\"status\":\"complete\",\"records\":{\"logbook_entries\":1000},\"fetched_at\":\"2026\"}}\n", e
        }
    }' >million
    elog-load -q million.db million
    elog-dump million.db | tail -n 1 >state
    grep '"experiment":"e77"' million | sed '1,100s/number/another/' | elog-load -q million.db
    echo 'exec elog-dump --state state million.db >changes' | script dump-state
    best dump-state
    [ "$(grep -c '"content":"another' changes)" = 100 ] || echo "bench.sh: not the changes" >&2
    milliseconds=$(compute 0 "$best_1 * 1000")
    line "elog-dump --state, 100 of a million rows changed" "$milliseconds ms" - "$milliseconds" "<= 50"
    memory=$(peak elog-dump million.db)
    line "elog-dump of a million rows: memory" "$((memory / 1024)) MB" - "$((memory / 1024))" "<= 32"
    rm -f million*
fi

if wanted memory; then
    # One answer of 200 MB, and what becomes of it.
    name=$(head -n 1 names)
    ./fault_server -r www '*/ws/elog always string 200' >port.big &
    proxy_pid=$!
    until [ -s port.big ]; do sleep 0.02; done
    cat >big <<EOF
exec elog-get --auth none --url http://localhost:$(cat port.big) --only experiments,logbook_entries $name
EOF
    export ELOG_AUTHENTICATED_PREFIX=/ws-kerb/lgbk/lgbk
    memory=$(peak sh ./big)
    line "elog-get, one answer of 200 MB: memory" "$((memory / 1024)) MB" - "$((memory / 1024))" "<= 48"
    sh ./big >stream.big
    rm -f big.db
    memory=$(peak elog-load -q big.db stream.big)
    line "elog-load, one record of 200 MB: memory" "$((memory / 1024)) MB" - "$((memory / 1024))" -
    unset ELOG_AUTHENTICATED_PREFIX
    rm -f stream.big big.db
    kill "$proxy_pid"
    proxy_pid=
fi

if wanted pull; then
    # shellcheck source=/dev/null
    . "$here/../server/files.sh"
    ${CC:-cc} -O2 -std=c11 -D_GNU_SOURCE -o cut_proxy "$here/../server/cut_proxy.c"
    python3 "$here/../server/tree.py" 60 1 dated
    chmod o+x . && files_start files dated
    proxy_pid=
    trap '[ -z "$proxy_pid" ] || kill "$proxy_pid"; files_stop files' EXIT
    ./cut_proxy --to "$(files_port files ftp)" --pid ftp.pid --ftp --latency 10 &
    proxy_pid=$!
    until [ -s ftp.pid ]; do sleep 0.02; done
    far=127.0.0.1:$(tail -n 1 ftp.pid)
    for command in pull-far lftp-far lftp-far-4 wget-far; do
        echo 'rm -rf far far.db*' | script $command.prepare
    done
    script pull-far <<EOF
export HOME=$BENCH_DIR/files/home
elog-scan ftp://$far/L2/'{RMA1,RMA5,AR5}' --from 2025-01-01 --to 2025-02-01 --ftp-tls never |
    elog-pull --to far --ftp-tls never >far.jsonl
[ "\$(find far -name '*.BUFR' | wc -l)" = 60 ]
EOF
    for parallel in 1 4; do
        name=lftp-far
        [ $parallel = 1 ] || name=lftp-far-$parallel
        script $name <<EOF
export HOME=$BENCH_DIR/files/home
lftp -c "set ftp:ssl-allow no; open -u $FILES_USER,$FILES_PASSWORD ftp://$far; mirror -c --parallel=$parallel L2 far"
[ "\$(find far -name '*.BUFR' | wc -l)" = 60 ]
EOF
    done
    script wget-far <<EOF
export HOME=$BENCH_DIR/files/home
wget -q -c -r -l 9 -nH -P far ftp://$far/L2/
[ "\$(find far -name '*.BUFR' | wc -l)" = 60 ]
EOF
    keep=$rounds
    rounds=1 # wget alone takes twenty seconds
    best pull-far lftp-far wget-far lftp-far-4
    faster "elog-scan | elog-pull, FTP, 20 ms; lftp mirror -c" "$best_1" "$best_2" ">= 1"
    faster "  the same; wget -c -r" "$best_1" "$best_3" ">= 1"
    faster "  the same; lftp mirror -c --parallel=4" "$best_1" "$best_4" -
    rounds=$keep
    kill "$proxy_pid"
    proxy_pid=
    files_stop files
    # A lookup among 100,000 downloads, as each file that is there already costs one.
    python3 - <<'END' >known.jsonl
import json
for i in range(100000):
    r = {"url": f"ftp://h/L2/{i % 977}/{i}.BUFR", "path": f"h/L2/{i % 977}/{i}.BUFR",
         "size": i, "sha256": "0" * 64, "finished": "2025-01-01T00:00:00Z",
         "source": f"R{i % 7}", "time": f"2025-{i % 12 + 1:02d}-01T00:00:00Z", "status": "complete"}
    print(json.dumps({"type": "RECORD", "stream": "downloads", "record": r}))
END
    elog-load -q known.db <known.jsonl
    python3 - <<'END' >lookup
import sqlite3, time
db = sqlite3.connect("file:known.db?mode=ro", uri=True)
begin = time.perf_counter()
for i in range(0, 100000, 10):
    assert db.execute("SELECT path, sha256, size, modified, mtime FROM downloads WHERE url = ?",
                      (f"ftp://h/L2/{i % 977}/{i}.BUFR",)).fetchone()
print((time.perf_counter() - begin) / 10000 * 1000)
END
    line "a lookup among 100,000 downloads, milliseconds" "$(compute 4 "$(cat lookup)")" - \
        "$(compute 4 "$(cat lookup)")" "<= 1"
    rm -rf far dated known.db known.jsonl
fi

# grown TOOL BAR-OF-MEMORY N...: the lines of a tool, after best "TOOL-N"...
grown() {
    local tool=$1 bar=$2 i=0 n time memory
    shift 2
    for n in "$@"; do
        i=$((i + 1))
        time=best_$i
        line "$tool, $((54 * n)) experiments; $n times the time for 54" \
            "$(compute 3 "${!time}") s" "$(compute 3 "$n * $best_1") s" \
            "$(compute 2 "${!time} / $n / $best_1")" "<= 1.1"
        [ ! -x "./$tool-$n.prepare" ] || "./$tool-$n.prepare"
        memory=$(peak "./$tool-$n")
        line "  memory" "$((memory / 1024)) MB" - "$((memory / 1024))" "<= $bar"
    done
}

if wanted growth; then
    sizes=()
    for n in 1 4 16; do
        [ "$n" -le "$scale" ] || continue
        sizes+=("$n")
        head -n $((54 * n)) names.all >"names.$n"
        get "$ELOG_TEST_HTTP" "names.$n" | script "elog-get-$n"
        elog-get --url "file://$BENCH_DIR/www" "$main_streams" <"names.$n" >"stream.$n"
        echo "rm -f grow.db*" | script "elog-load-$n.prepare"
        echo "exec elog-load -q grow.db stream.$n" | script "elog-load-$n"
    done
    [ "$rounds" -le 3 ] || rounds=3
    best "${sizes[@]/#/elog-get-}"
    grown elog-get 48 "${sizes[@]}"
    best "${sizes[@]/#/elog-load-}"
    grown elog-load 96 "${sizes[@]}"
fi

if wanted web; then
    # A million entries of 1,000 experiments, and 30 million values of 100,000 runs.
    rm -f web.db
    "$here/web.py" fill 1000 "${BENCH_ENTRIES:-1000000}" | elog-load -q web.db >/dev/null
    "$here/conditions.py" web.db "${BENCH_RUNS:-100000}"
    "$here/web.py" measure web.db "${BENCH_SECONDS:-60}" >web.lines
    while IFS='	' read -r what ours peer ratio bar; do
        line "$what" "$ours" "$peer" "$ratio" "$bar"
    done <web.lines
    rm -f web.db
fi

if wanted select; then
    # 100,000 runs, 30 million conditions: about a gigabyte and a minute.
    rm -f conditions.db
    elog-load -q conditions.db </dev/null
    rows_database rows.db
    "$here/conditions.py" conditions.db "${BENCH_RUNS:-100000}"
    "$here/conditions.py" rows.db "${BENCH_RUNS:-100000}" 300 rows
    [ "$rounds" -ge 40 ] || rounds=40 # of ten milliseconds each
    # One condition, two, three; against the best that we know to write for sqlite3 on rows.
    # select_both QUERY COLUMNS JOINS: JOINS beside conditions a of type 1, and the terms.
    select_both() {
        local query=$1 columns=$2 joins=$3 where=$4 column
        echo "exec elog-select \"$query\" -v $columns conditions.db >selected" | script select
        {
            echo "SELECT e.name, r.run_number"
            for column in ${columns//,/ }; do echo ", $column.value"; done
            echo "FROM conditions a $joins"
            echo "JOIN runs r ON r.id = a.run_id JOIN experiments e ON e.id = r.experiment_id"
            for column in ${columns//,/ }; do
                echo "LEFT JOIN conditions $column ON $column.type_id = $((10#${column#c} + 1)) AND $column.run_id = a.run_id"
            done
            echo "WHERE a.type_id = 1 AND $where ORDER BY e.name, r.run_number;"
        } >select.sql
        echo "exec sqlite3 -readonly -separator '	' rows.db <select.sql >selected.hand" |
            script select-by-hand
    }
    two="JOIN conditions b ON b.type_id = 3 AND b.run_id = a.run_id"
    three="$two JOIN conditions d ON d.type_id = 2 AND d.run_id = a.run_id"
    select_both "c000 > 90" c003 "" "a.value > 90"
    best select select-by-hand
    slower "elog-select, one condition, $(wc -l <selected) of ${BENCH_RUNS:-100000} runs; SQL by hand on rows" \
        "$best_1" "$best_2" "<= 0.5"
    select_both "c000 > 90 and c002 in ['cosmic', 'laser'] and c001 < 500" c003,c004 "$three" \
        "a.value > 90 AND b.value IN ('cosmic', 'laser') AND d.value < 500"
    best select select-by-hand
    slower "  three conditions, $(wc -l <selected) runs" "$best_1" "$best_2" "<= 0.5"
    query="c000 > 90 and c002 in ['cosmic', 'laser']"
    select_both "$query" c003,c004,c005,c009 "$two" "a.value > 90 AND b.value IN ('cosmic', 'laser')"
    script select-python <<EOF
exec "$here/select_runs.py" rows.db "$query" c003,c004,c005,c009 >selected.python
EOF
    best select select-by-hand select-python
    [ "$(wc -l <selected)" = "$(wc -l <selected.python)" ] ||
        { echo "bench.sh: elog-select and Python differ" >&2; exit 1; }
    slower "  two conditions, $(wc -l <selected) runs" "$best_1" "$best_2" "<= 0.5"
    faster "  the same; python3: columns fetched, eval as RCDB" "$best_1" "$best_3" ">= 20"
    rm -f conditions.db rows.db
fi

if wanted search; then
    mkdir search && cd search
    entries=${BENCH_ENTRIES:-100000}
    "$here/entries.py" stream "$entries" >entries.stream
    elog-load -q entries.db entries.stream
    echo 'exec elog-load -q --reindex entries.db' | script reindex
    script load.prepare <<'EOF'
rm -f load.db*
EOF
    echo 'exec elog-load -q load.db entries.stream' | script load
    best load reindex
    slower "elog-load --reindex, $entries entries; elog-load of them" "$best_2" "$best_1" -
    rm -f entries.stream load.db*
    text=$(sqlite3 entries.db "SELECT sum(length(CAST(content AS BLOB)) + ifnull(length(CAST(
        title AS BLOB)), 0) + length(CAST(author AS BLOB)) + ifnull(length(CAST(tags AS BLOB)), 0))
        FROM logbook_entries")
    index=$(sqlite3 entries.db "SELECT sum(pgsize) FROM dbstat WHERE name GLOB '*search*'")
    line "  index; texts" "$((index / 1000000)) MB" "$((text / 1000000)) MB" \
        "$(compute 2 "$index / $text")" "<= 0.8"

    # Two words with fifty results.
    "$here/entries.py" queries 300 | while read -r one two; do
        [ "$(elog-search --count "$one" "$two" entries.db)" -lt 50 ] || echo "$one $two"
    done | head -n 100 >two.words
    set -- "elog-search --limit 50 --format tsv {} entries.db"
    if command -v notmuch >/dev/null; then
        "$here/entries.py" mails "$entries" mail
        export NOTMUCH_CONFIG=$PWD/notmuch-config
        printf '[database]\npath=%s\n[user]\nname=x\nprimary_email=x@localhost\n' "$PWD/mail" \
            >notmuch-config
        notmuch new --quiet
        set -- "$@" "notmuch search --limit=50 {}"
    fi
    "$here/search_times.py" "$rounds" two.words "$@" >search.log
    read -r median slow lines <search.log
    line "search of two words, $(wc -l <two.words) queries, p95" "$slow ms" - "$slow" "<= 10"
    line "  median; results" "$median ms" "$lines" "$median" -
    if [ -d mail ]; then
        read -r _ peer lines < <(tail -n 1 search.log)
        faster "  p95; notmuch ($lines results)" "$(compute 6 "$slow / 1000")" \
            "$(compute 6 "$peer / 1000")" ">= 5"
    fi
    if [ -d mail ] && command -v rg >/dev/null; then
        read -r one two <two.words
        echo "rg -0liFw '$one' mail | xargs -0r rg -liFw '$two' >rg.found" | script ripgrep
        echo "exec elog-search --limit 50 --format tsv $one $two entries.db" | script search-one
        keep=$rounds rounds=1
        best search-one ripgrep
        rounds=$keep
        faster "  one of them; ripgrep ($(wc -l <rg.found) files)" "$best_1" "$best_2" ">= 100"
    fi
    cd .. && rm -rf search
fi

if wanted facility; then
    # 1,000 experiments of 500 runs and 200 names, 10^8 values, of which nothing is kept but
    # the database: a stream of 5 GB goes by.  The time a value is that at the small size.
    facility() {
        "$here/generate.py" small --experiments 4 --runs 500 --params 200 --entries 20 --files 20 &&
            elog-get --url "file://$BENCH_DIR/small" --only experiments,runs <small/names.txt >stream.small
        # The same four again and again under other names, faster than they are loaded.
        python3 - "$1" <<'EOF'
import re, sys
stream = open("stream.small", "rb").read()
names = set(re.findall(rb'"([a-z]*l[0-9]{7})"', stream))
for i in range(int(sys.argv[1])):
    copy = stream
    for name in names:
        copy = copy.replace(b'"%s"' % name, b'"%sx%d"' % (name, i))
    sys.stdout.buffer.write(copy)
EOF
    }
    # Counted is the processor's time: what makes the stream takes its share of the other.
    for n in 5 250; do
        rm -f facility.db
        facility "$n" | /usr/bin/time -f '%e %U %S %M' -o facility.time elog-load -q facility.db >/dev/null
        read -r seconds user system kilobytes <facility.time
        values=$(sqlite3 facility.db "SELECT sum(n) FROM condition_columns")
        busy=$(compute 2 "$user + $system")
        [ "$n" != 5 ] || small=$(compute 9 "$busy / $values")
        line "facility: $((n * 4)) experiments, $values values, in $seconds s" "$busy s" - \
            "$(compute 2 "$busy / $values / $small")" "<= 1.0"
        line "  memory; file of $(($(stat -c %s facility.db) / 1000000)) MB" "$((kilobytes / 1024)) MB" - \
            "$((kilobytes / 1024))" "<= 96"
    done
    script facility-select <<'EOF'
exec elog-select '`MFX:DIA:MMS:00.RBV` > 9e6 and `XPP:USR:MMS:01` == "RETRACTED"' facility.db >facility.found
EOF
    best facility-select
    line "  a query of two conditions, $(wc -l <facility.found) runs" "$(compute 3 "$best_1") s" - - -
    rm -f facility.db
fi

if wanted plot; then
    # A million runs of one experiment.  elog-web remembers its answers, so each is asked for
    # by another address.
    runs=${BENCH_POINTS:-1000000}
    elog-load -q plot.db </dev/null
    "$here/points.py" plot.db "$runs"
    elog-load -q plot.db </dev/null # what follows from the runs
    elog-web --port 0 plot.db >web.out 2>/dev/null &
    web_pid=$!
    trap '[ -z "$proxy_pid" ] || kill "$proxy_pid"; kill "$web_pid"' EXIT
    until grep -q token web.out; do sleep 0.05; done
    address=$(sed -n 's/^elog-web: //p' web.out)
    curl -sS -c web.jar -o /dev/null "$address"
    # plotted WHAT PATH BAR: the best of some times in ms, and the bytes.
    plotted() {
        local i got
        for ((i = 0; i < (rounds < 5 ? 5 : rounds); i++)); do
            curl -sS -b web.jar -o /dev/null -w '%{time_total} %{size_download}\n' \
                "${address%%/\?*}$2&bins=$((1000 + i))"
        done | sort -g | head -n 1 >web.best
        read -r got i <web.best
        line "$1" "$(compute 1 "$got * 1000") ms" - "$(compute 1 "$got * 1000")" "$3"
        line "  bytes" "$i" - "$i" "<= 200000"
    }
    plotted "$runs points against run, the page" '/plot?v=energy' '<= 100'
    plotted "  their rows" '/plot.json?v=energy' '<= 100'
    plotted "  coloured by a text" '/plot.json?v=energy&colour=mode' '<= 100'
    plotted "  against another condition" '/plot.json?v=energy&x=rate' '<= 100'
    plotted "  against time" '/plot.json?v=energy&x=time' '<= 100'
    plotted "  of runs that a query selects" '/plot.json?v=energy&q=rate+%3E+1' '<= 100'
    plotted "  of a type of runs" '/plot.json?v=energy&q=type+==+%22DATA%22' '<= 100'
    plotted "  two conditions against time" '/plot.json?v=energy,rate&x=time' '-'
    plotted "  a histogram of runs that a query selects" '/plot?v=energy&kind=histogram&q=rate+%3E+1' '<= 100'
    plotted "  a hundredth of them" '/plot.json?v=energy&from=500000&to=509999' '-'
    kill "$web_pid"
    trap '[ -z "$proxy_pid" ] || kill "$proxy_pid"' EXIT
    rm -f plot.db
fi

if wanted core || wanted cluster; then
    # shellcheck source=/dev/null
    . "$here/core.sh"
fi

if wanted jobs; then
    mkdir jobs && cd jobs
    elog-job init .
    mkdir ../datalad && (cd ../datalad && export HOME=$PWD &&
        git config --global user.name bench && git config --global user.email bench@localhost &&
        datalad create d >/dev/null 2>&1)
    # A process that starts another is what any of this costs at the least.
    ${CC:-cc} -O2 -o spawn -x c - <<'EOF'
#include <spawn.h>
#include <sys/wait.h>
int main(int c, char **v) { extern char **environ; pid_t p; (void)c;
    for (int i = 0; i < 50; i++) { if (posix_spawnp(&p, v[1], 0, 0, v + 1, environ)) return 1;
        waitpid(p, 0, 0); } return 0; }
EOF
    echo 'exec ./spawn true' | script spawn-true
    echo 'exec ./spawn elog-job run -- true' | script run-true
    script datalad-run <<EOF
export HOME=$BENCH_DIR/datalad
cd ../datalad/d && exec datalad run -m x true >/dev/null 2>&1
EOF
    best spawn-true run-true datalad-run
    more=$(compute 2 "($best_2 - $best_1) / 50 * 1000")
    line "elog-job run -- true, over fork and exec of true" "$(compute 2 "$best_2 * 20") ms" \
        "$(compute 2 "$best_1 * 20") ms" "$more" "<= 5"
    faster "  the same; datalad run on an empty dataset" "$(compute 5 "$best_2 / 50")" "$best_3" ">= 100"

    job=$(elog-job create)
    # shellcheck disable=SC2016 # for the script's own shell
    echo 'i=0; while [ $i -lt 1000 ]; do elog-job value --job '"$job"' n$i $i; i=$((i + 1)); done' |
        script values-each
    for ((i = 0; i < 1000; i++)); do printf 'n%d %d ' $i $i; done >values
    # shellcheck disable=SC2016 # the same
    echo 'exec elog-job value --job '"$job"' $(cat values)' | script values-once
    best values-each values-once
    line "1,000 figures, one by one from a shell's loop" "$(compute 2 "$best_1") s" - "$best_1" "<= 3"
    line "  in one call" "$(compute 1 "$best_2 * 1000") ms" - "$(compute 1 "$best_2 * 1000")" "<= 20"

    # Large files, so that hashing is all there is: half of memory's page cache at most.
    bytes=${BENCH_BYTES:-4294967296}
    openssl enc -aes-128-ctr -pass pass:x -nosalt </dev/zero 2>/dev/null |
        head -c "$bytes" >whole
    keep=$rounds rounds=2
    mkdir parts && split -n 4 whole parts/in.
    echo "exec sha256sum parts/in.*" | script sum-all
    echo "exec elog-job run --in 'IN=parts/in.*' -- true" | script hash-all
    echo "exec sha256sum whole" | script sum-one
    echo "exec elog-job run --in IN=whole -- true" | script hash-one
    best hash-all sum-all hash-one sum-one
    rounds=$keep
    slower "$((bytes >> 30)) GB of inputs hashed, four files; sha256sum" "$best_1" "$best_2" "<= 1.1"
    slower "  one file" "$best_3" "$best_4" "<= 1.1"
    rm -rf parts whole

    "$here/jobs.py" "${BENCH_JOBS:-100000}" | elog-load -q jobs.db
    echo "exec elog-job lineage --db jobs.db /p/f150" | script lineage
    echo "exec elog-job ls --db jobs.db \"Rfactor < 0.001 and task == 't3'\"" | script list
    best lineage list
    line "lineage over ${BENCH_JOBS:-100000} jobs, five uses each ($(./lineage | wc -l) rows)" \
        "$(compute 1 "$best_1 * 1000") ms" - "$(compute 1 "$best_1 * 1000")" "<= 50"
    line "  ls of them by a figure" "$(compute 1 "$best_2 * 1000") ms" - - -
    cd .. && rm -rf jobs datalad
fi

if wanted sites; then
    mkdir sites && cd sites
    keep=$rounds
    files=${BENCH_FILES:-1000000} bytes=${BENCH_LARGE:-4294967296} lines=${BENCH_LINES:-10000000}

    "$here/sites.py" large large 10000 "$bytes"
    echo "find large -type f -print0 | xargs -0 -P2 -n 100 sha256sum >/dev/null" | script sum
    echo "exec elog-hash scan --paranoid large >/dev/null" | script hash
    best hash sum
    slower "10,000 files, $((bytes >> 30)) GB, hashed; xargs -P2 sha256sum" "$best_1" "$best_2" "<= 1.05"
    rm -rf large

    "$here/sites.py" tree tree "$files"
    elog-hash scan --db tree.db tree && sleep 0.1 && elog-hash scan --db tree.db tree
    echo "exec elog-hash scan --db tree.db tree" | script warm
    printf '%s\n' "exec find tree -printf '%p %s %T@\n' >/dev/null" | script find
    best warm find
    slower "$files files, nothing changed; find -printf" "$best_1" "$best_2" "<= 2"
    memory=$(peak ./warm)
    line "  peak of memory" "$((memory / 1024)) MB" - "$((memory / 1024))" "<= 64"
    if command -v aide >/dev/null; then
        printf '%s\n' "database_in=file:$PWD/aide.in" "database_out=file:$PWD/aide.out" \
            "report_url=file:$PWD/aide.report" "$PWD/tree s+m+c+i+sha256" >aide.conf
        echo "exec aide --check --config=aide.conf >/dev/null" | script aide-check
        aide --init --config=aide.conf >/dev/null && mv aide.out aide.in
        ours=$best_1 rounds=1
        best aide-check
        rounds=$keep
        faster "  the same; aide --check" "$ours" "$best_1" ">= 20"
        rm -f aide.in
    fi
    "$here/sites.py" plant "$PWD/tree" 10000 | sort >planted
    elog-hash verify --db tree.db tree | sort >found || true
    wrong=$(comm -3 planted found | wc -l)
    line "  10,000 changes of each of 5 kinds: lines that differ" "$wrong" - "$wrong" "<= 0"
    rm -rf tree tree.db

    # shellcheck disable=SC2016 # for the script's own shell
    echo 'i=0; while [ $i -lt 100 ]; do elog-log --db log.db line $i; i=$((i + 1)); done' | script log-each
    seq -f 'a line as programs write them, number %.0f' 1000000 >log.txt
    echo 'exec elog-log --db log.db <log.txt' | script log-pipe
    rounds=3
    best log-each log-pipe
    rounds=$keep
    line "elog-log --db, from a shell's loop, each" "$(compute 1 "$best_1 * 10") ms" - \
        "$(compute 1 "$best_1 * 10")" "<= 10"
    line "  a million lines from a pipe, a second" "$(compute 0 "1000000 / $best_2")" - \
        "$(compute 0 "1000000 / $best_2")" ">= 200000"
    elog-load -q --wait 600s log.db </dev/null

    elog-load -q board.db </dev/null
    "$here/sites.py" board board.db "$lines" 1000000
    echo "exec elog-site dashboard --json --db board.db" | script dashboard
    best dashboard
    line "dashboard: 1,000 sites, $lines lines, 10^6 hashes" "$(compute 1 "$best_1 * 1000") ms" - \
        "$(compute 1 "$best_1 * 1000")" "<= 50"
    cd .. && rm -rf sites
fi
