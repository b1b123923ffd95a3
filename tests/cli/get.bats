#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run, and of inner shells
# elog-get, on logbooks saved on disk.

load ../lib/common

setup() {
    common_setup
}

# streams: the streams of the records on stdin, each once.
streams() {
    jq -r 'select(.type == "RECORD").stream' | sort -u | tr '\n' ' '
}

@test "all streams of an experiment, closed by fetches and STATE" {
    elog-get --url "file://$sample" mfxl100023 >"$BATS_TEST_TMPDIR/out"
    equal "$(streams <"$BATS_TEST_TMPDIR/out")" \
        "experiments fetches files logbook_entries questionnaires runs samples shifts workflow_jobs workflows "
    equal "$(tail -n 2 "$BATS_TEST_TMPDIR/out" | head -n 1 | jq -c '[.stream, .record.status, .record.records.runs]')" \
        '["fetches","complete",8]'
    equal "$(tail -n 1 "$BATS_TEST_TMPDIR/out" | jq -c '[.type, (.value.bookmarks | keys)]')" \
        '["STATE",["mfxl100023"]]'
    # The counts say what came.
    /usr/bin/python3 - "$BATS_TEST_TMPDIR/out" <<'END'
import collections, json, sys
messages = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
came = collections.Counter(m["stream"] for m in messages if m["type"] == "RECORD")
told = messages[-2]["record"]["records"]
del came["fetches"]
assert came == told, (came, told)
END
}

@test "no questionnaire without a proposal, or without digits, or where there is none" {
    for name in mfxl105123 xppl111924; do
        run --separate-stderr elog-get --url "file://$sample" "$name" --only questionnaires
        status_is 0
        silent
        equal "$(printf '%s\n' "$output" | streams)" "fetches "
        [[ $output == *'"status":"complete","records":{},"streams":{"questionnaires":{"status":"missing"'* ]]
    done
    experiment nodigits
    put nodigits info '{"name": "nodigits", "params": {"PNR": "L1"}}'
    run --separate-stderr get nodigits --only questionnaires
    status_is 0
    [[ $output == *'"records":{},"streams":{"questionnaires":{"status":"missing"'* ]]
}

@test "--only and --except" {
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --only runs,files
    status_is 0
    equal "$(printf '%s\n' "$output" | streams)" "fetches files runs "
    equal "$(printf '%s\n' "$output" | jq -c 'select(.stream == "fetches").record.records // empty')" '{"runs":8,"files":24}'
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --except runs,files,questionnaires
    equal "$(printf '%s\n' "$output" | streams)" "experiments fetches logbook_entries samples shifts workflow_jobs workflows "
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --only runs,files --except files
    equal "$(printf '%s\n' "$output" | streams)" "fetches runs "
    # The info is read for the questionnaire, and not passed on.
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --only questionnaires
    equal "$(printf '%s\n' "$output" | streams)" "fetches questionnaires "
    for arguments in "--only run" "--except run" "--only runs,run"; do
        # shellcheck disable=SC2086 # two arguments
        run --separate-stderr elog-get --url "file://$sample" mfxl100023 $arguments
        status_is 2
        says elog-get "no stream 'run'" "'runs'"
    done
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --only runs --except runs
    status_is 2
    says elog-get "no stream"
}

@test "a SCHEMA once a stream, before its first record" {
    elog-get --url "file://$sample" mfxl100023 xppl101724 cxil103425 >"$BATS_TEST_TMPDIR/out"
    /usr/bin/python3 - "$BATS_TEST_TMPDIR/out" <<'END'
import json, sys
seen = set()
for line in open(sys.argv[1], encoding="utf-8"):
    m = json.loads(line)
    if m["type"] == "SCHEMA":
        assert m["stream"] not in seen, m["stream"]
        seen.add(m["stream"])
    elif m["type"] == "RECORD":
        assert m["stream"] in seen, m["stream"]
assert len(seen) == 10
END
}

@test "--jq prints results raw, a line each" {
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --only logbook_entries --jq .author
    status_is 0
    silent
    equal "$output" "$(jq -r '.value[].author' "$sample/ws-kerb/lgbk/lgbk/mfxl100023/ws/elog")"
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --only runs --jq '{experiment, num}, "x\ty", empty'
    equal "${lines[0]}" '{"experiment":"mfxl100023","num":8}'
    equal "${lines[1]}" $'x\ty'
    [ "${#lines[@]}" = 16 ]
}

@test "--jq sees NaN as a text" {
    run --separate-stderr elog-get --url "file://$sample" mfxl105123 --only runs \
        --jq '.params | to_entries[] | select(.key | startswith("CALC:")) | .value'
    status_is 0
    [[ $output == *NaN*-Infinity* ]]
    [[ $output != *e+308* ]]
}

@test "--jq: a program that is none: 2; one that fails on a record: 1, the others go on" {
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --jq '.a b('
    status_is 2
    equal "$output" ""
    [[ $stderr == "elog-get: --jq: "* ]]
    run --separate-stderr elog-get --url "file://$sample" mfxl100023 --only runs \
        --jq 'if .num == 8 then error("no eights") else .num end'
    status_is 1
    equal "$output" $'7\n6\n5\n4\n3\n2\n1'
    says elog-get "no eights"
}

@test "names on stdin: plain, JSON, each once" {
    run --separate-stderr bash -c 'printf "%s\n" mfxl100023 "" "{\"name\": \"xppl101724\", \"x\": 1}" mfxl100023 |
        elog-get --url "file://$sample" --only samples'
    status_is 0
    silent
    equal "$(printf '%s\n' "$output" | jq -r 'select(.stream == "fetches").record.experiment // empty' | sort)" \
        $'mfxl100023\nxppl101724'
    run --separate-stderr bash -c 'elog-list --url "file://$sample" --all --json --exclude "*5323" --exclude "cxil118725" |
        elog-get --url "file://$sample" --only samples --jq .experiment'
    status_is 0
    [ "${#lines[@]}" = 11 ]
}

@test "no name on stdin is nothing to do" {
    run --separate-stderr elog-get --url "file://$sample" </dev/null
    status_is 0
    equal "$output" ""
    silent
}

@test "hostile names are refused, the others are fetched" {
    run --separate-stderr elog-get --url "file://$sample" --only samples -- ../../x -rf $'a\nb' $'\e[2J' a/b "" mfxl100023
    status_is 1
    [ "${#stderr_lines[@]}" = 6 ]
    [[ $stderr != *$'\e'* ]]
    equal "$(printf '%s\n' "$output" | jq -r 'select(.stream == "fetches").record.experiment // empty')" mfxl100023
}

@test "names with a space, or with what a URL or a shell would take for its own" {
    # shellcheck disable=SC2016 # it is a name
    experiment DIA_daq_13
    run --separate-stderr get 'DIA daq 13' DIA_daq_13
    status_is 0
    equal "$(printf '%s\n' "$output" | jq -r 'select(.stream == "fetches").record.experiment // empty')" DIA_daq_13
    for name in 'a?b=c&d#e%41' 'a;$(touch_x)`y`' "it's"; do
        experiment "$name"
        run --separate-stderr get "$name"
        status_is 0
        silent
        equal "$(printf '%s\n' "$output" | jq -r 'select(.stream == "fetches").record.status // empty')" complete
        equal "$(printf '%s\n' "$output" | jq -r 'select(.stream == "runs").record.experiment // empty' | sort -u)" "$name"
    done
}

@test "one experiment that fails does not stop the others" {
    experiment good1
    experiment good2
    experiment bad
    put bad runs '[{"num": 1}, {"nope": 2}]'
    run --separate-stderr get good1 bad missing good2
    status_is 1
    [ "${#stderr_lines[@]}" = 2 ]
    [[ $stderr == *"elog-get: bad: runs: record 2 has no num"* ]]
    [[ $stderr == *"elog-get: missing: "*"no such file"* ]]
    equal "$(printf '%s\n' "$output" | jq -rc 'select(.stream == "fetches").record // empty | [.experiment, .status]' | sort | tr -d '\n')" \
        '["bad","partial"]["good1","complete"]["good2","complete"]["missing","failed"]'
    # No bookmark for what is not there.
    equal "$(printf '%s\n' "$output" | jq -r 'select(.type == "STATE").value.bookmarks | keys[]' | sort | tr '\n' ' ')" "good1 good2 "
}

@test "half a body never reaches the pipe" {
    experiment half
    head -c 60 "$tree/ws-kerb/lgbk/lgbk/half/ws/runs" >"$BATS_TEST_TMPDIR/cut"
    mv "$BATS_TEST_TMPDIR/cut" "$tree/ws-kerb/lgbk/lgbk/half/ws/runs"
    run --separate-stderr get half --retries 0
    status_is 1
    says elog-get "half: runs: the answer ends too early"
    equal "$(printf '%s\n' "$output" | jq -c 'select(.stream == "runs" and .type == "RECORD")')" ""
    equal "$(printf '%s\n' "$output" | jq -rc 'select(.stream == "fetches").record // empty | [.status, .stream, .attempts]')" '["partial","runs",1]'
}

@test "more than --max-body" {
    experiment big
    head -c 1100000 /dev/zero | tr '\0' 'x' >"$BATS_TEST_TMPDIR/x"
    put big samples "[{\"_id\": \"a\", \"description\": \"$(head -c 100 "$BATS_TEST_TMPDIR/x")\"}]"
    { printf '{"success": true, "value": [{"_id": "b", "name": "'; cat "$BATS_TEST_TMPDIR/x"; printf '"}]}'; } \
        >"$tree/ws-kerb/lgbk/lgbk/big/ws/samples"
    run --separate-stderr get big --max-body 1
    status_is 1
    says elog-get "big: samples" "--max-body"
    run --separate-stderr get big --max-body 2
    status_is 0
}

@test "wrong usage: 2" {
    for arguments in --nonsense "--only" "--max-requests 0" "--max-requests 101" "--max-body 0" \
        "--timeout x" "--config /nonexistent/x" "--url http:/x"
    do
        # shellcheck disable=SC2086 # several arguments
        run --separate-stderr elog-get --url "file://$sample" mfxl100023 $arguments
        status_is 2
        equal "$output" ""
        says elog-get ""
    done
}

@test "a terminal on stdin and no name: the question, not a wait" {
    run timeout 300 script -qec "elog-get --url file://$sample" /dev/null
    status_is 2
    [[ $output == *"which experiment"* ]]
}

@test "stdout full, gone, or closed" {
    run --separate-stderr bash -c 'elog-get --url "file://$sample" mfxl100023 >/dev/full'
    status_is 1
    says elog-get stdout "No space left"
    run --separate-stderr broken_pipe elog-get --url "file://$sample" mfxl100023
    equal "$output" -13
    silent
    run --separate-stderr bash -c 'elog-get --url "file://$sample" mfxl100023 >&-'
    status_is 1
    says elog-get stdout
    run --separate-stderr bash -c 'elog-get --url "file://$sample" mfxl100023 <&- >/dev/full'
    status_is 1
}

@test "a reader that has seen enough" {
    run --separate-stderr bash -c 'elog-get --url "file://$sample" mfxl200025 mfxl200025 mfxl100023 | head -n 1'
    status_is 0
    silent
    [ "${#lines[@]}" = 1 ]
}

@test "no room for temporary files" {
    mkdir -p "$tree/ws-kerb/lgbk/lgbk/e1/ws" # an answer that does not fit into memory
    { printf '{"success": true, "value": [{"_id": "a", "content": "'
      head -c 1500000 /dev/zero | tr '\0' x
      printf '"}]}'; } >"$tree/ws-kerb/lgbk/lgbk/e1/ws/elog"
    run --separate-stderr env TMPDIR=/nonexistent elog-get --url "file://$tree" \
        --only logbook_entries e1
    status_is 1
    [[ ${stderr_lines[0]} == "elog-get: "*TMPDIR* ]]
}

@test "eight at once, 1,000 lines of 300 kB: none is torn" {
    # One experiment of 25 entries, under forty names.
    /usr/bin/python3 - >"$BATS_TEST_TMPDIR/elog" <<'END'
import json
print(json.dumps({"success": True, "value": [
    {"_id": f"id{i}", "content": chr(97 + i) * 300_000} for i in range(25)]}))
END
    for i in {1..40}; do
        mkdir -p "$tree/ws-kerb/lgbk/lgbk/exp$i/ws"
        ln "$BATS_TEST_TMPDIR/elog" "$tree/ws-kerb/lgbk/lgbk/exp$i/ws/elog"
    done
    printf 'exp%d\n' {1..40} |
        xargs -P 8 -n 1 elog-get --url "file://$tree" --only logbook_entries |
        /usr/bin/python3 -c '
import json, sys
seen = set()
for line in sys.stdin.buffer:
    m = json.loads(line)
    if m["type"] == "RECORD" and m["stream"] == "logbook_entries":
        r = m["record"]
        assert len(line) > 300_000
        assert r["content"] == chr(97 + int(r["_id"][2:])) * 300_000
        seen.add((r["experiment"], r["_id"]))
assert len(seen) == 1000, len(seen)'
}

@test "a URL with a password is refused, and not repeated" {
    run --separate-stderr elog-get --url http://alice:secretpw@localhost:1 e1
    status_is 2
    [[ $stderr != *secretpw* ]]
}

@test "what elog-list --json prints are names too" {
    run elog-get --url "file://$sample" --only samples --jq .experiment <<<'"mfxl200025"'
    status_is 0
    equal "$output" mfxl200025
}

@test "--jq: a module that is not there is an error, not an abort" {
    run --separate-stderr elog-get --url "file://$sample" mfxl200025 --jq 'import "x" as x; 1'
    status_is 2
}

@test "--unasked closes without asking" {
    run elog-get --url file:///nonexistent --unasked e1
    status_is 1
    [[ $output == *'"experiment":"e1","status":"failed"'* ]]
}
