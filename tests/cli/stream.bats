#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# The stream, and what becomes of the server's bytes on their way into the database.

load ../lib/common

setup_file() {
    load ../lib/common
    BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR common_setup
    elog-list --url "file://$sample" --exclude mfxl115323 --exclude cxil118725 |
        elog-get --url "file://$sample" >"$BATS_FILE_TMPDIR/records"
    elog-load --quiet "$BATS_FILE_TMPDIR/elog.db" "$BATS_FILE_TMPDIR/records" >"$BATS_FILE_TMPDIR/states"
}

setup() {
    common_setup
    db=$BATS_FILE_TMPDIR/elog.db
}

@test "every SCHEMA is one, and validates its records" {
    /usr/bin/python3 - "$BATS_FILE_TMPDIR/records" <<'END'
import json, sys
import jsonschema
validators, keys, counts = {}, {}, {}
for line in open(sys.argv[1], encoding="utf-8"):
    m = json.loads(line, parse_constant=lambda c: sys.exit("not JSON: " + c))
    if m["type"] == "SCHEMA":
        jsonschema.Draft7Validator.check_schema(m["schema"])
        validators[m["stream"]] = jsonschema.Draft7Validator(m["schema"])
        keys[m["stream"]] = m["key_properties"]
        assert set(keys[m["stream"]]) <= set(m["schema"]["properties"]), m["stream"]
    elif m["type"] == "RECORD":
        validators[m["stream"]].validate(m["record"])
        counts[m["stream"]] = counts.get(m["stream"], 0) + 1
        seen = tuple(str(m["record"].get(k)) for k in keys[m["stream"]])
        assert (m["stream"], seen) not in counts, (m["stream"], seen)
        counts[m["stream"], seen] = 1
assert len(validators) == 16, validators.keys()
assert all(counts.get(s, 0) > 0 for s in validators), counts
# And they do refuse what is none.
for stream, v in validators.items():
    assert not v.is_valid({}), stream
    assert not v.is_valid([]), stream
END
}

@test "every key property is required, as Singer targets want it" {
    /usr/bin/python3 - "$BATS_FILE_TMPDIR/records" <<'END'
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    m = json.loads(line)
    if m["type"] == "SCHEMA":
        missing = set(m["key_properties"]) - set(m["schema"]["required"])
        # A file may belong to no run.
        assert missing <= ({"run_num"} if m["stream"] == "files" else set()), m["stream"]
END
}

@test "STATE comes behind what it speaks for, one for each complete experiment" {
    /usr/bin/python3 - "$BATS_FILE_TMPDIR/records" "$BATS_FILE_TMPDIR/states" <<'END'
import json, sys
closed, told = set(), []
for line in open(sys.argv[1], encoding="utf-8"):
    m = json.loads(line)
    if m["type"] == "RECORD" and m["stream"] == "fetches":
        assert m["record"]["status"] == "complete"
        closed.add(m["record"]["experiment"])
    elif m["type"] == "STATE":
        assert set(m["value"]["bookmarks"]) <= closed
        told.append(m["value"])
assert len(closed) == 11
assert [json.loads(l) for l in open(sys.argv[2], encoding="utf-8")] == told
END
}

@test "every document in the database is the server's, byte for byte" {
    /usr/bin/python3 - "$sample" "$db" <<'END'
import json, os, re, sqlite3, sys
sample, path = sys.argv[1:]
base = os.path.join(sample, "ws-kerb/lgbk/lgbk")
decoder = json.JSONDecoder()

def skip(text, at):
    while text[at] in " \t\r\n":
        at += 1
    return at

def value_of(text):
    """Where "value" begins in the envelope."""
    at = skip(text, 0) + 1
    while True:
        at = skip(text, at)
        key, at = decoder.raw_decode(text, at)
        at = skip(text, skip(text, at) + 1)
        if key == "value":
            return at
        _, at = decoder.raw_decode(text, at)
        at = skip(text, at) + 1

def elements(text, at):
    at = skip(text, at + 1)
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        yield text[at:end]
        at = skip(text, end)
        if text[at] == ",":
            at = skip(text, at + 1)

quoted = 0
def clean(text):
    """NaN and the infinities as strings; strings are passed over."""
    global quoted
    def one(m):
        global quoted
        if m.group(0)[0] == '"':
            return m.group(0)
        quoted += 1
        return '"' + m.group(0) + '"'
    return re.sub(r'"(?:[^"\\]|\\.)*"|NaN|-?Infinity', one, text)

arrays = {"logbook_entries": "elog", "runs": "runs", "files": "files",
          "workflow_jobs": "workflow_jobs", "samples": "samples", "shifts": "shifts"}
db = sqlite3.connect(path)
compared = big = 0
names = [r[0] for r in db.execute("SELECT name FROM experiments")]
assert len(names) == 11
for name in names:
    def body(resource):
        with open(os.path.join(base, name, "ws", resource), encoding="utf-8", newline="") as f:
            return f.read()
    for table, resource in arrays.items():
        text = body(resource)
        server = [clean(d) for d in elements(text, value_of(text))]
        ours = [r[0] for r in db.execute(
            f"SELECT t.doc FROM {table} t JOIN experiments e ON e.id = t.experiment_id WHERE e.name = ?", [name])]
        assert sorted(server) == sorted(ours), (name, table)
        compared += len(ours)
        big += sum(d.count("9007199254741001") + d.count("18446744073709551615") for d in ours)
    for table, resource in (("experiments", "info"), ("workflows", "workflow_definitions")):
        text = body(resource)
        at = value_of(text)
        _, end = decoder.raw_decode(text, at)
        where = "name = ?" if table == "experiments" else "experiment_id = (SELECT id FROM experiments WHERE name = ?)"
        assert [r[0] for r in db.execute(f"SELECT doc FROM {table} WHERE {where}", [name])] == [clean(text[at:end])], (name, table)
        compared += 1
    proposal = db.execute("SELECT proposal FROM experiments WHERE name = ?", [name]).fetchone()[0]
    path = os.path.join(sample, "ws-kerb/questionnaire/ws/proposal/attribute", "run" + name[-2:], proposal or "-")
    ours = [r[0] for r in db.execute("SELECT data FROM questionnaires JOIN experiments e ON e.id = experiment_id WHERE e.name = ?", [name])]
    if os.path.exists(path):
        with open(path, encoding="utf-8", newline="") as f:
            assert ours == [f.read().strip()], name
        compared += 1
    else:
        assert ours == [], name
assert compared > 700, compared
assert quoted >= 6, quoted
assert big > 30, big
# params, as they stand in the document, are the parameters.
exact = {"parse_int": str, "parse_float": str}
for doc, parameters in db.execute("SELECT doc, parameters FROM runs"):
    assert json.loads(parameters, **exact) == json.loads(doc, **exact).get("params", {})
END
}

@test "documents of every make come through: blanks, line breaks, escapes, names" {
    experiment odd
    body=$tree/ws-kerb/lgbk/lgbk/odd/ws/samples
    printf '\n{ "x" : [ { } ] ,\r\n"value"\t: [ {"_id":"a" , "n":1.50e+2,"u":"\\u00e9\303\251\342\200\250\\ud83d"}\n,\n{\n"experiment": "odd",\n"_id": 1, "v": [ NaN,-Infinity ]\n},{"_id":"c","experiment":"odd"},{"_id":"d","experiment":"other"} ],"success":true}\n' >"$body"
    mirror "$db.odd" odd
    /usr/bin/python3 - "$db.odd" <<'END'
import sqlite3, sys
docs = [r[0] for r in sqlite3.connect(sys.argv[1]).execute("SELECT doc FROM samples ORDER BY id")]
assert sorted(docs) == sorted([
    '{"_id":"a" , "n":1.50e+2,"u":"\\u00e9\u00e9\u2028\\ud83d"}',
    '{ "experiment": "odd", "_id": 1, "v": [ "NaN","-Infinity" ] }',
    '{"_id":"c","experiment":"odd"}',
    '{"_id":"d","experiment":"other"}',
]), docs
END
}

@test "the views have the older tool's names and columns" {
    while read -r view columns; do
        equal "$(sqlite3 -readonly "$db" "SELECT name FROM pragma_table_info('$view')" | tr '\n' ' ')" "${columns//,/ } "
    done <<'END'
Experiment experiment_id,name,instrument,start_time,end_time,pi,pi_email,leader_account,description,slack_channels,analysis_queues,urawi_proposal
Run run_id,run_number,experiment_id,start_time,end_time
RunProductionData run_data_id,run_id,n_events,n_damaged,n_dropped,prod_start,prod_end,number_of_files,total_size_bytes
Detector detector_id,detector_name,description
RunDetector run_detector_id,run_id,detector_id,status
Logbook log_id,experiment_id,run_id,timestamp,content,tags,author
Questionnaire questionnaire_id,experiment_id,proposal,category,field_id,field_name,field_value,modified_time,modified_uid,created_time
Workflow workflow_id,experiment_id,mongo_id,name,executable,trigger,location,parameters,run_param_name,run_param_value,run_as_user
Metadata key,value
END
}

@test "the views say what the server said" {
    ws=$sample/ws-kerb/lgbk/lgbk/mfxl200025/ws
    equal "$(sql "$db" "SELECT experiment_id, instrument, pi, pi_email, leader_account, slack_channels, analysis_queues, urawi_proposal FROM Experiment WHERE name = 'mfxl200025'")" \
        'mfxl200025|MFX|Marie Curie|mcurie@example.org|pi0|#exp25|psanaq,milano|L2000'
    # Contacts: a name alone, or none.
    equal "$(sql "$db" "SELECT count(*) FROM Experiment WHERE pi LIKE '%(%' OR pi_email LIKE '%(%' OR pi_email NOT LIKE '%_@_%'")" 0
    equal "$(sql "$db" "SELECT r.run_number, p.n_events, p.n_damaged, p.number_of_files FROM RunProductionData p JOIN Run r USING (run_id)
            WHERE r.experiment_id = 'mfxl200025' AND r.run_number = 8")" \
        "8|$(sed 's/NaN\|-\?Infinity/0/g' "$ws/runs" | jq -r '.value[] | select(.num == 8).params |
            [.["DAQ Detector Totals/Events"], .["DAQ Detector Totals/Damaged"]] | map(tostring) | join("|")')|$(jq '[.value[] | select(.run_num == 8)] | length' "$ws/files")"
    # Prod_start, Prod_end, N dropped Shots: run 3 has them.
    equal "$(sql "$db" "SELECT count(*) FROM RunProductionData p JOIN Run r USING (run_id) WHERE r.experiment_id = 'mfxl200025'
        AND r.run_number = 3 AND n_dropped IS NOT NULL AND prod_start <> '' AND prod_end <> ''")" 1
    # Detectors: one row a name; Checked where the parameter is true.
    equal "$(sql "$db" "SELECT d.detector_name || '=' || status FROM RunDetector JOIN Detector d USING (detector_id) JOIN Run r USING (run_id)
            WHERE r.experiment_id = 'mfxl200025' AND r.run_number = 8 AND status = 'Checked' ORDER BY 1" | tr '\n' ' ')" \
        "DAQ Detectors/EpicsArch-0|NoDevice-0=Checked DAQ Detectors/MfxEndstation-0|Epix10ka2M-0=Checked "
    equal "$(sql "$db" "SELECT count(*) - count(DISTINCT detector_name) FROM Detector")" 0
    # Deleted entries and old versions stay out.
    equal "$(sql "$db" "SELECT count(*) FROM Logbook WHERE experiment_id = 'mfxl200025'")" \
        "$(jq '[.value[] | select(.deleted_by == null)] | length' "$ws/elog")"
    equal "$(sql "$db" "SELECT l.tags FROM Logbook l JOIN logbook_entries e ON e.id = l.log_id WHERE e.entry_id = '6b00a972be5c1dd8b59d6261'")" "800nm,GOOD RUN"
    equal "$(sql "$db" "SELECT count(*) FROM Logbook l LEFT JOIN Run r ON r.run_id = l.run_id WHERE r.experiment_id <> l.experiment_id")" 0
    q=$sample/ws-kerb/questionnaire/ws/proposal/attribute/run24/L1001
    equal "$(sql "$db" "SELECT category, field_id, field_name, field_value, modified_uid FROM Questionnaire WHERE proposal = 'L1001' AND field_id = 'xray-focus'")" \
        "xray|xray-focus|focus|$(jq -r '.xray[] | select(.id == "xray-focus").val' "$q")|mcurie"
    equal "$(sql "$db" "SELECT count(*) FROM Questionnaire WHERE proposal = 'L1001'")" "$(jq '[.[][]] | length' "$q")"
    equal "$(sql "$db" "SELECT mongo_id, name, executable, \"trigger\", location, run_param_name, run_param_value, run_as_user FROM Workflow WHERE experiment_id = 'mfxl100023' AND name = 'cube'")" \
        '6b00a972be5c1dd8b59d6293|cube|/sdf/arp/cube.sh|RUN_PARAM_IS_VALUE|NERSC|SmallData|done|bob'
}

@test "contact_info in all its shapes" {
    i=0
    while IFS='|' read -r contact expected; do
        experiment c$((i += 1))
        put c$i info "{\"name\": \"c$i\"$contact}"
        mirror "$BATS_TEST_TMPDIR/c.db" c$i 2>/dev/null
        equal "$(sql "$BATS_TEST_TMPDIR/c.db" "SELECT quote(pi) || ' ' || quote(pi_email) FROM experiments WHERE name = 'c$i'")" "$expected"
    done <<'END'
, "contact_info": "Ann Lee (ann@x.org)"|'Ann Lee' 'ann@x.org'
, "contact_info": "Ann Lee"|'Ann Lee' NULL
, "contact_info": "Ann (Annie) Lee (ann@x.org)"|'Ann (Annie) Lee' 'ann@x.org'
, "contact_info": null|NULL NULL
|NULL NULL
END
}
