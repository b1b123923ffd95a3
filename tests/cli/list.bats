#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # variables of common.bash and of run, and of inner shells
# elog-list, on logbooks saved on disk.

load ../lib/common

setup() {
    common_setup
}

list() {
    elog-list --url "file://$sample" "$@"
}

@test "names of the public list, in its order" {
    run --separate-stderr list
    status_is 0
    silent
    equal "$output" "$(jq -r '.value[]' "$sample/ws/lgbk/lgbk/ws/experiment_names_updated_within" | tr ' ' _)"
    [ "${#lines[@]}" = 13 ]
}

@test "-0 ends names with NUL" {
    list -0 >"$BATS_TEST_TMPDIR/names"
    list | tr '\n' '\0' | cmp - "$BATS_TEST_TMPDIR/names"
}

@test "--all and --instrument ask for the documents" {
    run --separate-stderr list --all
    equal "$output" "$(jq -r '.value[]._id' "$sample/ws-kerb/lgbk/lgbk/ws/experiments")"
    run --separate-stderr list --instrument mfx
    status_is 0
    equal "$output" "$(jq -r '.value[] | select(.instrument == "MFX")._id' "$sample/ws-kerb/lgbk/lgbk/ws/experiments")"
    [ "${#lines[@]}" -ge 4 ]
    [ "${#lines[@]}" -lt 13 ]
}

@test "--active" {
    run --separate-stderr list --active
    equal "$output" $'mfxl100023\nxppl101724'
}

@test "--instrument with --hours: both hold" {
    mkdir -p "$tree/ws/lgbk/lgbk/ws" "$tree/ws-kerb/lgbk/lgbk/ws"
    public a1 b1 c1
    echo '{"success": true, "value": [{"name": "a1", "instrument": "A"}, {"name": "a2", "instrument": "A"}, {"name": "b1", "instrument": "B"}]}' \
        >"$tree/ws-kerb/lgbk/lgbk/ws/experiments"
    run --separate-stderr elog-list --url "file://$tree" --instrument A --hours 24
    status_is 0
    equal "$output" a1
}

@test "--json: the service's documents, byte for byte, one a line" {
    list --all --json >"$BATS_TEST_TMPDIR/docs"
    /usr/bin/python3 - "$sample/ws-kerb/lgbk/lgbk/ws/experiments" "$BATS_TEST_TMPDIR/docs" <<'END'
import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
at, docs = text.index("[", text.index('"value"')) + 1, []
while True:
    while text[at] in " ,\n":
        at += 1
    if text[at] == "]":
        break
    _, end = json.JSONDecoder().raw_decode(text, at)
    docs.append(text[at:end])
    at = end
assert len(docs) == 13
assert "".join(d + "\n" for d in docs) == open(sys.argv[2], encoding="utf-8").read()
END
}

@test "--exclude, more than once, whatever the case" {
    run --separate-stderr list --exclude 'TXI*' --exclude '*24' --exclude 'cxi*'
    status_is 0
    equal "$output" $'mfxl100023\nmfxl105123\nmfxl115323\nmfxl200025'
}

@test "exclude_patterns of the configuration; --exclude stands over them" {
    mkdir -p "$HOME/.config/elog"
    printf 'exclude_patterns: ["*4", "*5"]\n' >"$HOME/.config/elog/config.yaml"
    run --separate-stderr list
    equal "$output" $'mfxl100023\nmfxl105123\ntxil000523\nmfxl115323'
    run --separate-stderr list --exclude 'nothing'
    [ "${#lines[@]}" = 13 ]
}

@test "an empty list is no error: a word on stderr" {
    mkdir -p "$tree/ws/lgbk/lgbk/ws"
    echo '{"success": true, "value": []}' >"$tree/ws/lgbk/lgbk/ws/experiment_names_updated_within"
    run --separate-stderr elog-list --url "file://$tree"
    status_is 0
    equal "$output" ""
    says elog-list "no experiment"
    run --separate-stderr list --exclude '*'
    status_is 0
    equal "$output" ""
    says elog-list "no experiment"
}

@test "names that could be taken for something else are left out" {
    mkdir -p "$tree/ws/lgbk/lgbk/ws"
    printf '%s' '{"success": true, "value": ["good", "../../etc", "-rf", "a\nb", "a\u0000b", "\u001b[2Jx", "", "good 2", 7, {"x": 1}]}' \
        >"$tree/ws/lgbk/lgbk/ws/experiment_names_updated_within"
    run --separate-stderr elog-list --url "file://$tree"
    status_is 1
    equal "$output" $'good\ngood_2'
    [ "${#stderr_lines[@]}" = 8 ]
    [[ $stderr != *$'\e'* ]]
}

@test "an answer that is no list" {
    mkdir -p "$tree/ws/lgbk/lgbk/ws"
    list=$tree/ws/lgbk/lgbk/ws/experiment_names_updated_within
    for text in '{"success": true, "value": {}}' '{"success": true}' '[]' '"x"' '<html>' \
        '{"success": false, "value": ["a"]}' '{"success": true, "value": ["a"]} x'
    do
        echo "$text" >"$list"
        run --separate-stderr elog-list --url "file://$tree"
        status_is 1
        equal "$output" ""
        says elog-list experiment_names_updated_within "not a list"
    done
    echo '{"success": false, "errormsg": "the store\u0007 is away"}' >"$list"
    run --separate-stderr elog-list --url "file://$tree"
    status_is 1
    says elog-list "the store? is away"
}

@test "no such list on disk" {
    run --separate-stderr elog-list --url "file://$BATS_TEST_TMPDIR"
    status_is 1
    says elog-list "$BATS_TEST_TMPDIR" "no such file"
}

@test "wrong usage: 2" {
    for arguments in --nonsense "--hours x" "--hours" "extra" "--json -0" "--timeout 0" \
        "--url ftp://x" "--auth magic" "--config /nonexistent/x" "--retries -1"
    do
        # shellcheck disable=SC2086 # several arguments
        run --separate-stderr list $arguments
        status_is 2
        equal "$output" ""
        says elog-list ""
    done
}

@test "--help and --version" {
    run --separate-stderr elog-list --help
    status_is 0
    [[ $output == *--instrument* ]]
    run --separate-stderr elog-list --version
    status_is 0
    [[ ${lines[0]} =~ ^elog-list\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    [[ $output == *libcurl/* ]]
}

@test "stdout full, gone, or closed" {
    run --separate-stderr bash -c 'elog-list --url "file://$sample" >/dev/full'
    status_is 1
    says elog-list stdout "No space left"
    run --separate-stderr broken_pipe elog-list --url "file://$sample"
    equal "$output" -13
    silent
    run --separate-stderr bash -c 'elog-list --url "file://$sample" >&-'
    status_is 1
    says elog-list stdout
}

@test "an address where no logbook is has its remedy in the message" {
    run --separate-stderr elog-list --url "file://$BATS_TEST_TMPDIR/none"
    status_is 1
    says elog-list 'no such file' 'base_url'
}
