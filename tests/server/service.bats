#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run
# What the service itself does, as it was recorded (tests/sample-2): addresses and labels,
# the questionnaire's application, streams that fail by themselves, what is gone, and how
# many requests a synchronization makes.

load ../lib/common
# shellcheck source=/dev/null
. "$BATS_TEST_DIRNAME/fault.sh"

setup_file() {
    export FAULT_DIR=$BATS_FILE_TMPDIR
    fault_build "$FAULT_DIR"
}

setup() {
    common_setup
    FAULT_DIR=$BATS_FILE_TMPDIR
    fault_dir=$BATS_TEST_TMPDIR/server
    dir=$BATS_TEST_TMPDIR/d
    root_url=ws-kerb/lgbk/lgbk
    mkdir "$fault_dir"
    # As if it had been recorded yesterday, whenever that was.
    /usr/bin/python3 - "$tests/sample-2" "$tree" <<'END'
import datetime, os, re, sys
source, target = sys.argv[1:]
delta = datetime.date.today() - datetime.date(2026, 11, 22)
def moved(match):
    return (datetime.date.fromisoformat(match[1].decode()) + delta).isoformat().encode() + b"T"
for base, _, names in os.walk(source):
    place = os.path.join(target, os.path.relpath(base, source))
    os.makedirs(place, exist_ok=True)
    for name in names:
        with open(os.path.join(base, name), "rb") as f:
            text = re.sub(rb"(20\d\d-\d\d-\d\d)T", moved, f.read())
        with open(os.path.join(place, name), "wb") as f:
            f.write(text)
END
    exp=$tree/$root_url
    export ELOG_CONFIG=/dev/null ELOG_AUTH=none ELOG_AUTHENTICATED_PREFIX=/ws-kerb/lgbk/lgbk
    export ELOG_QUESTIONNAIRE_PREFIX=/ws-kerb/questionnaire
}

teardown() {
    fault_stop "$fault_dir"
}

# serve RULE...: what the tree holds, but for the rules.
serve() {
    fault_stop "$fault_dir"
    fault_start "$fault_dir" -r "$tree" "$@"
    url=http://127.0.0.1:$(cat "$fault_dir/port")
}

fetch() {
    elog-get --url "$url" --retries 0 --timeout 60 "$@"
}

into() {
    fetch "$@" 2>"$BATS_TEST_TMPDIR/talk" | elog-load --quiet "$db"
}

synchronize() {
    elog-sync.sh --url "$url" --dir "$dir" --retries 0 --timeout 60 --force "$@"
}

# The requests since it was last asked, without the lists: EXPERIMENT STREAM.
asked() {
    cut -f 3 "$fault_dir/requests" | sed 's/?.*//' | grep -v '/lgbk/lgbk/ws/' |
        sed "s|^/$root_url/||; s|/ws/| |"
    : >"$fault_dir/requests"
}

questionnaire() { # RUN PROPOSAL [PREFIX]
    mkdir -p "$tree/${3-ws-kerb/questionnaire}/ws/proposal/attribute/run$1"
    printf '%s' '{"xray": [{"id": "xray-energy", "val": "9.5"}]}' \
        >"$tree/${3-ws-kerb/questionnaire}/ws/proposal/attribute/run$1/$2"
}

status_of() {
    sql "${2-$db}" "SELECT status FROM fetches WHERE experiment = '$1'"
}

@test "1: whatever the questionnaire's application answers, the logbook comes" {
    questionnaire 23 L1000
    serve
    into mfxl100023
    equal "$(status_of mfxl100023)" complete
    equal "$(sql "$db" "SELECT count(*) FROM questionnaires")" 1
    entries=1
    for answer in "status 403" "status 401" "status 503" "status 500" "redirect http://127.0.0.1:1/x" "login"; do
        entries=$((entries + 1))
        sed -i "0,/\"author\": \"[a-z0-9]*\"/s//\"author\": \"a$entries\"/" "$exp/mfxl100023/ws/elog"
        serve "*/questionnaire/* always $answer"
        run --separate-stderr fetch mfxl100023 --quiet
        status_is 0
        silent
        printf '%s\n' "$output" | elog-load --quiet "$db" >"$BATS_TEST_TMPDIR/states"
        equal "$(status_of mfxl100023)" complete
        equal "$(sql "$db" "SELECT count(*) FROM logbook_entries WHERE author = 'a$entries'")" 1
        equal "$(grep -c mfxl100023 "$BATS_TEST_TMPDIR/states")" 1
        # Its outcome is noted by itself, and its old version stays.
        equal "$(sql "$db" "SELECT status IN ('denied', 'failed'), completed_at < fetched_at FROM fetched_streams
            WHERE stream = 'questionnaires'")" "1|1"
        equal "$(sql "$db" "SELECT data ->> '\$.xray[0].val' FROM questionnaires")" 9.5
    done
    # Said to who asks, and by elog-status.
    run --separate-stderr fetch mfxl100023
    status_is 0
    says elog-get "mfxl100023: questionnaires: "
    equal "$(elog-status --json "$db" | jq -c '[.complete, .failed, .denied, .questionnaires_failed, .to_retry]')" '[1,0,0,1,[]]'
}

@test "1: an application that is away, or does not know us, is asked once" {
    for name in mfxrestr25 mfxempty25 mfxl100023; do questionnaire "${name: -2}" x; done
    for answer in "status 401" "status 503" "redirect http://127.0.0.1:1/x"; do
        serve "*/questionnaire/* always $answer"
        run --separate-stderr fetch mfxrestr25 mfxempty25 mfxl100023 --quiet --max-requests 1
        status_is 0
        equal "$(jq -r 'select(.stream == "fetches").record.status // empty' <<<"$output" | sort | uniq -c | xargs)" "3 complete"
        equal "$(fault_count "$fault_dir" '*/questionnaire/*')" 1
    done
}

@test "2: an experiment's _id is its address, its name a label" {
    serve "*/DIA%20daq%2013/* always status 500"
    equal "$(elog-list --url "$url" --all | sort | tr '\n' ' ')" \
        "DIA_daq_13 XPP_Instrument cryo0001 mfxempty25 mfxl100023 mfxrestr25 "
    equal "$(elog-list --url "$url" | grep -c '^DIA_daq_13$')" 1
    for name in 'DIA daq 13' DIA_daq_13; do
        run --separate-stderr fetch "$name"
        status_is 0
        silent
        printf '%s\n' "$output" | elog-load --quiet "$db" >/dev/null
    done
    elog-list --url "$url" --all --json | grep '"_id": "DIA' | fetch | elog-load --quiet "$db"
    equal "$(sql "$db" "SELECT name, label FROM experiments")" "DIA_daq_13|DIA daq 13"
    equal "$(sql "$db" "SELECT count(DISTINCT experiment_id), count(*) FROM runs")" "1|3"
    # Either is understood by those who read, and who set.
    elog-cond set --db "$db" 'DIA daq 13' 3 hit_rate 0.5
    equal "$(elog-select 'hit_rate == 0.5' "$db")" $'DIA_daq_13\t3\t0.5'
    for name in 'DIA daq 13' DIA_daq_13; do
        equal "$(elog-select "experiment == '$name'" "$db" | wc -l)" 3
        equal "$(elog-select --experiments "$name" 'True' "$db" | wc -l)" 3
    done
}

@test "3: what is no longer listed and answers 404 is gone, kept, and not asked for again" {
    serve
    synchronize
    equal "$(status_of mfxempty25 "$dir/elog.db")" complete
    runs=$(elog-select True "$dir" | wc -l)
    cp -r "$exp" "$BATS_TEST_TMPDIR/kept"
    for name in mfxrestr25 mfxempty25; do
        rm -r "${exp:?}/$name"
    done
    jq -c '.value |= map(select(._id != "mfxrestr25" and ._id != "mfxempty25"))' "$BATS_TEST_TMPDIR/kept/ws/experiments" >"$exp/ws/experiments"
    sed -i 's/, "mfxrestr25"//' "$tree/ws/lgbk/lgbk/ws/experiment_names_updated_within"
    serve
    run --separate-stderr synchronize
    [[ $stderr == *"no such experiment"* ]]
    equal "$(status_of mfxrestr25 "$dir/elog.db")" gone
    equal "$(asked | grep -E 'mfxrestr25|mfxempty25' | sort | tr '\n' ';')" "mfxempty25 info;mfxrestr25 info;"
    equal "$(elog-status --json "$dir" | jq -c '[.gone, .to_retry]')" "[2,[]]"
    # Kept and marked; left out unless asked for.
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM runs")" "$runs"
    equal "$(elog-select True "$dir" | grep -c mfxrestr25)" 0
    equal "$(elog-select --gone True "$dir" | grep -c mfxrestr25)" 2
    # Looked for at every synchronization, without a request of its own.
    run --separate-stderr synchronize
    status_is 0
    silent
    equal "$(asked | grep -cE 'mfxrestr25|mfxempty25')" 0
    cp -r "$BATS_TEST_TMPDIR/kept/mfxrestr25" "$exp"
    jq -c '.value |= map(select(._id != "mfxempty25"))' "$BATS_TEST_TMPDIR/kept/ws/experiments" >"$exp/ws/experiments"
    synchronize
    equal "$(status_of mfxrestr25 "$dir/elog.db")" complete
    equal "$(elog-status --json "$dir" | jq -c .gone)" 1
    # Removed by hand alone.
    elog-load --forget mfxempty25 "$dir/elog.db"
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM experiments WHERE name = 'mfxempty25'")" 0
}

@test "3: access that was revoked: the rows stay, and that it is so is said" {
    serve
    synchronize
    runs=$(sql "$dir/elog.db" "SELECT count(*) FROM runs")
    sed -i 's/"_id": "mfxrestr25"/"_id": "other25"/; s/"name": "mfxrestr25"/"name": "other25"/' "$exp/ws/experiments"
    serve "*/mfxrestr25/* always status 403" "*/other25/* always status 404"
    run --separate-stderr synchronize
    equal "$(status_of mfxrestr25 "$dir/elog.db")" denied
    equal "$(asked | grep -c mfxrestr25)" 1
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM runs")" "$runs"
    equal "$(elog-status --json "$dir" | jq -c '[.denied, .gone]')" "[1,0]"
    # Once is enough.
    synchronize --quiet || true
    equal "$(asked | grep -c mfxrestr25)" 0
}

@test "4: the window reaches back to the last synchronization; what never has runs comes, too" {
    printf '{"success": true, "value": []}' >"$BATS_TEST_TMPDIR/none"
    # Without the list of experiments, as a service may be: the window alone counts.
    mv "$exp/ws/experiments" "$BATS_TEST_TMPDIR/experiments"
    serve "*offset_secs=86400 always body $BATS_TEST_TMPDIR/none"
    synchronize --hours 24 || true
    sqlite3 "$dir/elog.db" "UPDATE metadata SET value = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-20 days') WHERE key = 'last_sync'"
    run --separate-stderr synchronize --hours 24
    status_is 0
    equal "$(elog-status --json "$dir" | jq .complete)" 4
    # With it: all that is new, has moved or never has runs.
    mv "$BATS_TEST_TMPDIR/experiments" "$exp/ws/experiments"
    run --separate-stderr synchronize --hours 24
    status_is 0
    equal "$(sql "$dir/elog.db" "SELECT group_concat(name, ' ') FROM (SELECT name FROM experiments ORDER BY 1)")" \
        "DIA_daq_13 XPP_Instrument cryo0001 mfxempty25 mfxl100023 mfxrestr25"
    equal "$(sql "$dir/elog.db" "SELECT count(*) > 0 FROM logbook_entries JOIN experiments e ON e.id = experiment_id WHERE name = 'XPP_Instrument'")" 1
    # A run begins where none was for long.
    asked >/dev/null
    sed -i 's/"run_count": 3/"run_count": 4/' "$exp/ws/experiments"
    synchronize --hours 24
    equal "$(asked | grep -c '^DIA_daq_13 ')" 14
}

@test "4: what may not be read costs one request" {
    serve "*/mfxrestr25/* always status 403"
    run --separate-stderr fetch mfxrestr25 mfxempty25 --max-requests 10
    status_is 1
    equal "$(asked | grep -c mfxrestr25)" 1
    run --separate-stderr fetch mfxrestr25 --only files,samples,shifts
    equal "$(asked | grep -c mfxrestr25)" 1
}

@test "5: one bad stream does not hold the rest, and is said once" {
    serve
    synchronize
    before=$(sql "$dir/elog.db" "SELECT group_concat(doc) FROM runs")
    as_of=$(sql "$dir/elog.db" "SELECT completed_at FROM fetches WHERE experiment = 'mfxl100023'")
    sed -i '0,/"author": "[a-z]*"/s//"author": "somebody"/' "$exp/mfxl100023/ws/elog"
    serve "*/mfxl100023/ws/runs* always status 500"
    run --separate-stderr synchronize --all
    status_is 1
    [[ $stderr == *"mfxl100023: runs: HTTP 500"* ]]
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM logbook_entries WHERE author = 'somebody'")" 1
    equal "$(sql "$dir/elog.db" "SELECT group_concat(doc) FROM runs")" "$before"
    equal "$(sql "$dir/elog.db" "SELECT status, stream, streams ->> '\$.runs.http_status', streams ->> '\$.runs.as_of', completed_at
        FROM fetches WHERE experiment = 'mfxl100023'")" "partial|runs|500|$as_of|$as_of"
    equal "$(elog-status --json "$dir" | jq -c '[.partial, .failed, .to_retry]')" '[1,0,["mfxl100023"]]'
    equal "$(elog-status --failed "$dir")" mfxl100023
    [[ $(elog-status "$dir") == *"partial "*" mfxl100023: runs: HTTP 500"* ]]
    # Under cron: quiet while nothing changes; it is tried none the less.
    asked >/dev/null
    run --separate-stderr synchronize
    status_is 0
    silent
    equal "$(asked | grep -c 'mfxl100023 runs')" 1
    serve "*/mfxl100023/ws/files* always status 500"
    run --separate-stderr synchronize
    status_is 1
    [[ $stderr == *"mfxl100023: files: HTTP 500"* ]]
    # A fetch of something else does not make it complete.
    into mfxl100023
    equal "$(status_of mfxl100023)" partial
    serve
    into mfxl100023/logbook_entries
    equal "$(status_of mfxl100023)" partial
    into mfxl100023/files
    equal "$(status_of mfxl100023)" complete
    synchronize --quiet
    equal "$(elog-status --json "$dir" | jq -c '[.partial, .complete]')" '[0,6]'
}

@test "5: two samples of one name are two samples" {
    sed -i 's/"name": "lysozyme"/"name": "H2O \/ jet \\"A\\""/' "$exp/cryo0001/ws/samples"
    serve
    run --separate-stderr fetch cryo0001
    status_is 0
    printf '%s\n' "$output" | elog-load --quiet "$db" >"$BATS_TEST_TMPDIR/states"
    equal "$(status_of cryo0001)" complete
    equal "$(sql "$db" "SELECT count(*), count(DISTINCT name) FROM samples")" "2|1"
    equal "$(wc -l <"$BATS_TEST_TMPDIR/states")" 1
}

@test "6: away behind a web server is 503, or sent elsewhere: 75, and tried at the next run" {
    serve
    synchronize
    for answer in "status 503" "redirect http://localhost:1/maintenance"; do
        serve "*/ws/info always $answer"
        run --separate-stderr synchronize --all
        status_is 75
        equal "$(sql "$dir/elog.db" "SELECT count(*) FROM runs")" 13
        # Nothing is asked in vain.
        [ "$(asked | wc -l)" -le 10 ]
        # The whole of it, from the first request on.
        serve "* always $answer"
        run --separate-stderr synchronize
        status_is 75
        # The next run does not wait for update_frequency_hours.
        serve "*/ws/info always $answer"
        synchronize --all --quiet || true
        serve
        run --separate-stderr elog-sync.sh --url "$url" --dir "$dir"
        status_is 0
        equal "$(elog-status --json "$dir" | jq -c '[.complete, .to_retry]')" '[6,[]]'
        run --separate-stderr elog-sync.sh --url "$url" --dir "$dir"
        [ "$(asked | wc -l)" -gt 0 ]
        asked >/dev/null
        run --separate-stderr elog-sync.sh --url "$url" --dir "$dir"
        equal "$(asked | wc -l)" 0
    done
}

@test "7: an open shift, whose end the service computes from now: 0 rows changed" {
    serve
    elog-list --url "$url" --all | fetch | elog-load --quiet "$db"
    equal "$(sql "$db" "SELECT count(*) FROM shifts WHERE doc ->> 'logical_end_time' IS NOT NULL")" 6
    for file in "$exp"/*/ws/shifts; do
        sed -i 's/"logical_end_time": "2/"logical_end_time": "3/' "$file"
    done
    log=$(sql "$db" "SELECT count(*) FROM log_records")
    elog-list --url "$url" --all | fetch 2>/dev/null | elog-load "$db" 2>"$BATS_TEST_TMPDIR/talk" >/dev/null
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/talk") == *": 6 experiments complete; "*", 0 rows changed" ]]
    equal "$(sql "$db" "SELECT count(*) FROM log_records")" "$log"
    # Anything else is a change.
    sed -i 's/"leader": "alice"/"leader": "bob"/' "$exp/cryo0001/ws/shifts"
    into cryo0001
    equal "$(sql "$db" "SELECT leader, s.doc ->> 'logical_end_time' > '3' FROM shifts s JOIN experiments e ON e.id = experiment_id WHERE e.name = 'cryo0001'")" "bob|1"
}

@test "8: the sample of a run is its name" {
    serve
    into mfxl100023
    equal "$(sql "$db" "SELECT sample FROM runs WHERE sample IS NOT NULL GROUP BY 1 ORDER BY 1")" 'H2O / jet "A"'
    equal "$(sql "$db" "SELECT count(*) FROM runs WHERE doc ->> '\$.sample.params.conc' = 0.25")" \
        "$(elog-select 'startswith(sample, "H2O")' "$db" | wc -l)"
    [ "$(elog-select 'sample == "H2O / jet \"A\""' "$db" | wc -l)" -gt 0 ]
}

@test "9: where the questionnaire is" {
    address() {
        : >"$fault_dir/requests"
        fetch "$@" --only questionnaires >/dev/null 2>&1
        cut -f 3 "$fault_dir/requests" | grep attribute
    }
    serve
    equal "$(address mfxl100023)" /ws-kerb/questionnaire/ws/proposal/attribute/run23/L1000
    sed -i 's/"PNR": "L1000"/"PNR": "L1000", "run_period": "17"/' "$exp/mfxl100023/ws/info"
    equal "$(address mfxl100023)" /ws-kerb/questionnaire/ws/proposal/attribute/run17/L1000
    # Without a proposal: the middle of the name, in capitals.
    equal "$(address cryo0001)" /ws-kerb/questionnaire/ws/proposal/attribute/run01/O00
    # An instrument's own application, on the same host, and an experiment's.
    sed -i 's|"_id":"MFX","description":"MFX instrument","params":{|&"questionnaire_ws_url":"/ws-kerb/questionnaire2/",|' "$exp/ws/instruments"
    equal "$(address mfxl100023)" /ws-kerb/questionnaire2/ws/proposal/attribute/run17/L1000
    sed -i "s|\"run_period\": \"17\"|&, \"questionnaire_ws_url\": \"$url/own\"|" "$exp/mfxl100023/ws/info"
    equal "$(address mfxl100023)" /own/ws/proposal/attribute/run17/L1000
    # Never elsewhere.
    sed -i "s|$url/own|http://localhost:${url##*:}/own|" "$exp/mfxl100023/ws/info"
    equal "$(address mfxl100023)" ""
}

@test "10: a station on standby has no name, which is normal" {
    serve
    run --separate-stderr elog-list --url "$url" --active
    status_is 0
    silent
    equal "$output" mfxnasty25
}

@test "11: an edited parameter with a dot in its name" {
    serve
    into mfxl100023
    equal "$(elog-select '`dotted.name` == "v"' "$db")" $'mfxl100023\t3\tv'
}

@test "12: the first stream in the table's order is to blame; 404; an error with status 200; null" {
    printf '{"status": "error", "message": "no such proposal"}' >"$BATS_TEST_TMPDIR/error"
    printf 'null' >"$BATS_TEST_TMPDIR/null"
    questionnaire 23 L1000
    # The runs fail late, the shifts at once.
    serve "*/mfxl100023/ws/runs* always stall" "*/mfxl100023/ws/shifts always status 418"
    run --separate-stderr elog-get --url "$url" --retries 0 --timeout 5 mfxl100023 --quiet
    status_is 1
    equal "$(jq -c 'select(.stream == "fetches").record // empty | [.status, .stream, (.streams | keys)]' <<<"$output")" \
        '["partial","runs",["runs","shifts"]]'
    [[ $stderr == "elog-get: mfxl100023: runs: "*", and 1 more stream" ]]
    run --separate-stderr fetch nosuch00
    status_is 1
    says elog-get "nosuch00: " "no such experiment (HTTP 404)"
    serve
    into mfxl100023
    equal "$(sql "$db" "SELECT count(*) FROM questionnaires")" 1
    serve "*/attribute/* always body $BATS_TEST_TMPDIR/error"
    run --separate-stderr fetch mfxl100023
    status_is 0
    says elog-get "questionnaires: no such proposal"
    printf '%s\n' "$output" | elog-load --quiet "$db"
    equal "$(sql "$db" "SELECT count(*) FROM questionnaires WHERE data LIKE '%xray%'")" 1
    serve "*/attribute/* always body $BATS_TEST_TMPDIR/null"
    run --separate-stderr fetch mfxl100023
    status_is 0
    silent
    equal "$(jq -c 'select(.stream == "fetches").record.records.questionnaires // empty' <<<"$output")" 0
}

@test "13: --only, --except, --attachments, and further names" {
    serve
    run --separate-stderr synchronize --only experiments,runs,files --except files
    status_is 0
    equal "$(asked | cut -d ' ' -f 2 | sort | uniq -c | xargs)" "6 info 6 runs"
    run --separate-stderr synchronize --only experiments 'DIA daq 13' nosuch00
    [[ $stderr == *"nosuch00: "*"no such experiment"* ]]
    equal "$(asked | grep -cE '^(DIA_daq_13|nosuch00) info')" 2
    run --separate-stderr synchronize --all --attachments
    status_is 0
    equal "$(sql "$dir/elog.db" "SELECT count(*) > 0, min(experiment) FROM attachments WHERE name = 'a/b/c.png'")" "1|DIA_daq_13"
}

@test "how many requests a synchronization makes" {
    serve
    lists() {
        cut -f 3 "$fault_dir/requests" | grep -E '/lgbk/lgbk/ws/' | sed 's|.*/ws/||; s/?.*//' | sort | uniq -c | xargs
    }
    # One that ended a year ago.
    year=$(date -d '1 year ago' +%Y)
    for file in info runs; do
        sed -i -E "s/20[0-9]{2}-([01][0-9]-[0-3][0-9]T)/$year-\1/g" "$exp/mfxrestr25/ws/$file"
    done
    jq -c --arg year "$year" '.value |= map(if ._id == "mfxrestr25" then
        (.end_time |= sub("^[0-9]{4}"; $year) | .last_run.begin_time |= sub("^[0-9]{4}"; $year)
        | .last_run.end_time |= sub("^[0-9]{4}"; $year)) else . end)' \
        "$exp/ws/experiments" >"$BATS_TEST_TMPDIR/x"
    mv "$BATS_TEST_TMPDIR/x" "$exp/ws/experiments"
    synchronize
    equal "$(lists)" "1 experiment_names_updated_within 1 experiments 4 instruments" ||
        [[ $(lists) == "1 experiment_names_updated_within 1 experiments "*" instruments" ]]
    # 14 of each, and the questionnaires of those that have a proposal.
    equal "$(asked | grep -v attribute | cut -d ' ' -f 1 | sort | uniq -c | xargs)" \
        "14 DIA_daq_13 14 XPP_Instrument 14 cryo0001 14 mfxempty25 14 mfxl100023 14 mfxrestr25"
    # Nothing changed: an entry may be new everywhere but where all ended a year ago.
    log=$(sql "$dir/elog.db" "SELECT count(*) FROM log_records")
    serve
    run --separate-stderr synchronize
    status_is 0
    equal "$(lists)" "1 experiment_names_updated_within 1 experiments 1 instruments"
    equal "$(asked | sort | tr '\n' ';')" \
        "DIA_daq_13 elog;XPP_Instrument elog;cryo0001 elog;mfxempty25 elog;mfxl100023 elog;"
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM log_records")" "$log"
    # An entry that came, or went, is found so.
    jq -c '.value |= .[:-1]' "$exp/cryo0001/ws/elog" >"$BATS_TEST_TMPDIR/x"
    mv "$BATS_TEST_TMPDIR/x" "$exp/cryo0001/ws/elog"
    synchronize
    asked >/dev/null
    equal "$(sql "$dir/elog.db" "SELECT count(*) FROM logbook_entries JOIN experiments e ON e.id = experiment_id WHERE name = 'cryo0001'")" \
        "$(jq '.value | length' "$exp/cryo0001/ws/elog")"
    # A day later all that is not settled is looked at.
    sqlite3 "$dir/elog.db" "UPDATE fetched_streams SET completed_at = strftime('%Y-%m-%dT%H:%M:%SZ', completed_at, '-25 hours');
        UPDATE listed_experiments SET changed_at = strftime('%Y-%m-%dT%H:%M:%SZ', changed_at, '-25 hours')"
    synchronize
    equal "$(asked | grep -v attribute | cut -d ' ' -f 1 | sort | uniq -c | xargs)" \
        "14 DIA_daq_13 14 XPP_Instrument 14 cryo0001 14 mfxempty25 14 mfxl100023"
    # After five weeks, late entries of the old one.
    sqlite3 "$dir/elog.db" "UPDATE fetched_streams SET completed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-40 days') WHERE experiment = 'mfxrestr25';
        UPDATE listed_experiments SET changed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-41 days') WHERE experiment = 'mfxrestr25'"
    synchronize
    equal "$(asked | grep mfxrestr25)" "mfxrestr25 elog"
}
