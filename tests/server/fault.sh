#!/usr/bin/env bash
# The server that goes wrong on demand, and scenarios of it. To be sourced.
#
#   fault_build DIR                      compile it to DIR/fault_server
#   fault_start DIR OPTION... RULE...    start it (see fault_server.c); DIR/port, DIR/pid,
#                                        DIR/requests are the scenario's
#   fault_stop DIR
#   fault_count DIR GLOB                 how many requests it got whose path matches
#
#   fault_row DIR ROW                    play one row of faults.tsv below DIR, which holds
#                                        what faults_test.bats prepared. Prints what is not
#                                        as it should be, nothing if all is.

fault_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fault_programs=${BUILD:-$fault_here/../../build}
# shellcheck source=/dev/null
. "$fault_here/../lib/wait.bash"
case $fault_programs in /*) ;; *) fault_programs=$fault_here/../../$fault_programs ;; esac

fault_build() {
    ${CC:-cc} -O1 -std=c11 -D_GNU_SOURCE -o "$1/fault_server" "$fault_here/fault_server.c"
}

fault_start() {
    local dir=$1
    shift
    : >"$dir/port"
    : >"$dir/requests"
    "$FAULT_DIR/fault_server" -l "$dir/requests" "$@" </dev/null >"$dir/port" 2>"$dir/talk" 3>&- &
    echo $! >"$dir/pid"
    wait_for fault_started "$dir"
    [ -s "$dir/port" ] || {
        cat "$dir/talk" >&2
        return 1
    }
}
fault_started() {
    [ -s "$1/port" ] || process_gone "$(cat "$1/pid")"
}

fault_stop() {
    [ -s "$1/pid" ] || return 0
    kill "$(cat "$1/pid")" 2>/dev/null || true
    wait "$(cat "$1/pid")" 2>/dev/null || true
    rm -f "$1/pid"
}

fault_count() {
    local path n=0
    while IFS=$'\t' read -r _ _ path _; do
        # shellcheck disable=SC2053 # a glob is meant
        [[ $path != $2 ]] || n=$((n + 1))
    done <"$1/requests"
    echo $n
}

# documents DB EXPERIMENT: all that a database holds of it, to be compared.
fault_documents() {
    local table
    for table in experiments logbook_entries runs files questionnaires workflows \
        workflow_jobs samples shifts; do
        echo "SELECT '$table', count(*), group_concat(doc, char(10)) FROM
            (SELECT t.doc FROM $table t WHERE t.$([ $table = experiments ] && echo id ||
                echo experiment_id) = (SELECT id FROM experiments WHERE name = '$2')
             ORDER BY t.doc);"
    done | sqlite3 -readonly "$1" | sha256sum
}

# is_within N RANGE: RANGE is "N" or "N-M".
fault_within() {
    [ "$1" -ge "${2%-*}" ] && [ "$1" -le "${2#*-}" ]
}

# The environment of a client of the fault server: the saved paths, without Kerberos.
fault_client() {
    export ELOG_CONFIG=/dev/null ELOG_AUTH=none ELOG_AUTHENTICATED_PREFIX=/ws-kerb/lgbk/lgbk
    export ELOG_QUESTIONNAIRE_PREFIX=/ws-kerb/questionnaire
    export PATH=$fault_programs:$PATH
}

# fault_sync DIR PORT OPTION...: the ten experiments into a copy of the old database.
# Leaves DIR/get.status, DIR/load.status, DIR/get.talk, DIR/load.talk, DIR/elog.db.
fault_sync() {
    local dir=$1 port=$2
    shift 2
    cp "$FAULT_DIR/old.db" "$dir/elog.db"
    {
        status=0
        timeout 600 elog-get --url "http://127.0.0.1:$port" --timeout 60 --retries 1 "$@" \
            <"$FAULT_DIR/new/names.txt" 2>"$dir/get.talk" || status=$?
        echo $status >"$dir/get.status"
    } | {
        status=0
        elog-load -q "$dir/elog.db" >"$dir/states" 2>"$dir/load.talk" || status=$?
        echo $status >"$dir/load.status"
    }
}

fault_row() (
    FAULT_DIR=$1
    # shellcheck disable=SC2001
    IFS='|' read -r _ name rules options get_status victim_is others requests seconds talk \
        <<<"$(sed 's/ *| */|/g' <<<"$2")"
    dir=$FAULT_DIR/rows/$name
    victim=$(sed -n 5p "$FAULT_DIR/new/names.txt")
    mkdir -p "$dir"
    fault_client
    rules=${rules//\{V\}/$victim} talk=${talk//\{V\}/$victim}
    rules=${rules//\{B\}/$FAULT_DIR/bodies}
    pattern=${rules%% *}
    fault_start "$dir" -r "$FAULT_DIR/new" "$rules" || exit 1
    trap 'fault_stop "$dir"' EXIT
    wrong() { echo "$name: $*"; }
    begin=$(date +%s%N)
    # shellcheck disable=SC2086 # options are words
    fault_sync "$dir" "$(cat "$dir/port")" $options
    took=$((($(date +%s%N) - begin) / 1000000000)) # how busy the machine is, nobody knows

    # What the client must do.
    got=$(cat "$dir/get.status")
    [ "$got" = "$get_status" ] || wrong "elog-get ended with $got, not $get_status"
    [ -z "$talk" ] || grep -qE -- "$talk" "$dir/get.talk" "$dir/load.talk" ||
        wrong "nothing said about '$talk': $(cat "$dir/get.talk" "$dir/load.talk")"
    [ "$(grep -c . "$dir/get.talk")" -le 2 ] || wrong "it talks a lot: $(cat "$dir/get.talk")"
    got=$(fault_count "$dir" "$pattern")
    fault_within "$got" "$requests" || wrong "$got requests for $pattern, not $requests"
    [ "$took" -ge "$seconds" ] || wrong "it took $took s, not $seconds"

    # What the database must hold: each experiment wholly old or wholly new.
    [ "$(sqlite3 -readonly "$dir/elog.db" 'PRAGMA integrity_check')" = ok ] ||
        wrong "the database is damaged"
    for file in "$dir"/elog.db?*; do
        [ ! -e "$file" ] || wrong "left behind: $file"
    done
    new=0
    while read -r experiment; do
        is=other
        documents=$(fault_documents "$dir/elog.db" "$experiment")
        [ "$documents" != "$(cat "$FAULT_DIR/old.documents/$experiment")" ] || is=old
        [ "$documents" != "$(cat "$FAULT_DIR/new.documents/$experiment")" ] || is=new
        status=$(sqlite3 -readonly "$dir/elog.db" \
            "SELECT status FROM fetches WHERE experiment = '$experiment'")
        if [ "$experiment" = "$victim" ]; then
            [ "$is $status" = "$victim_is" ] ||
                wrong "the victim is $is $status, not $victim_is"
        elif [ $is = other ]; then
            wrong "$experiment is neither old nor new"
        elif [ $is = new ]; then
            new=$((new + 1))
        fi
    done <"$FAULT_DIR/new/names.txt"
    fault_within $new "$others" || wrong "$new others arrived, not $others"
)
