#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-config: the merged configuration and its origins.

load ../lib/common

setup() {
    common_setup
    file=$HOME/.config/elog/config.yaml
    mkdir -p "$(dirname "$file")"
}

@test "every key, with its value and origin" {
    printf 'hours_lookback: 24\nexclude_patterns: ["a *", "b'\''"]\n' >"$file"
    ELOG_KEEP=7 run --separate-stderr elog-config
    status_is 0
    silent
    equal "$(grep ^hours_lookback= <<<"$output")" "hours_lookback='24'  # $file:1"
    equal "$(grep ^keep= <<<"$output")" "keep='7'  # environment ELOG_KEEP"
    equal "$(grep ^parallel_jobs= <<<"$output")" "parallel_jobs='10'  # default"
    equal "$(grep ^exclude_patterns= <<<"$output")" "exclude_patterns='a *' 'b'\\'''  # $file:2"
    equal "$(grep -c '^keytab=' <<<"$output")" 1
}

@test "one key: its value, raw; a list one item a line" {
    printf 'exclude_patterns: ["a *", b]\ndatabase_dir: ~/x\n' >"$file"
    run --separate-stderr elog-config exclude_patterns
    status_is 0
    equal "$output" $'a *\nb'
    run --separate-stderr elog-config database_dir keep
    equal "$output" "$HOME/x"$'\n5'
    run --separate-stderr elog-config keytab
    status_is 0
    equal "$output" ""
    run --separate-stderr elog-config kep
    status_is 2
    says elog-config "unknown key 'kep'" "'keep'"
}

@test "--shell: no value can be code" {
    # shellcheck disable=SC2016 # it must not expand
    nasty='a'\''; touch '$BATS_TEST_TMPDIR/bad'; $(touch '$BATS_TEST_TMPDIR/bad') `touch x` "\ $HOME * ~'
    ELOG_DATABASE_DIR=$nasty ELOG_EXCLUDE_PATTERNS="\$(touch\${IFS}$BATS_TEST_TMPDIR/bad),b'*" elog-config --shell >"$BATS_TEST_TMPDIR/sh"
    for shell in sh bash; do
        # shellcheck disable=SC2016 # expanded by the inner shell
        run "$shell" -uc 'eval "$(cat "$0")"; printf "%s|%s" "$database_dir" "$exclude_patterns"' "$BATS_TEST_TMPDIR/sh"
        status_is 0
        equal "$output" "$nasty|\$(touch\${IFS}$BATS_TEST_TMPDIR/bad)"$'\n'"b'*"
    done
    [ ! -e "$BATS_TEST_TMPDIR/bad" ]
    # A value of several lines is one value.
    ELOG_DATABASE_DIR=$'a\nkeep=99' elog-config --shell >"$BATS_TEST_TMPDIR/sh"
    # shellcheck disable=SC2016
    run sh -uc 'eval "$(cat "$0")"; printf "%s|%s" "$database_dir" "$keep"' "$BATS_TEST_TMPDIR/sh"
    equal "$output" $'a\nkeep=99|5'
}

@test "an unknown key: file, line, and the nearest" {
    printf 'keep: 3\nhours_lookbak: 24\n' >"$file"
    for tool in elog-config elog-status elog-list elog-get; do
        run --separate-stderr $tool x </dev/null
        [ "$tool" = elog-list ] || [ "$tool" = elog-status ] || says $tool "$file:2: unknown key 'hours_lookbak'" "'hours_lookback'"
        [ "$status" != 0 ]
    done
    run --separate-stderr elog-list
    status_is 2
    says elog-list "$file:2: unknown key"
    run --separate-stderr elog-status
    status_is 2
}

@test "--config FILE, which must be there" {
    echo 'keep: 9' >"$BATS_TEST_TMPDIR/other.yaml"
    echo 'keep: 8' >"$file"
    run --separate-stderr elog-config --config "$BATS_TEST_TMPDIR/other.yaml" keep
    equal "$output" 9
    run --separate-stderr elog-config --config "$BATS_TEST_TMPDIR/none.yaml" keep
    status_is 2
    says elog-config "$BATS_TEST_TMPDIR/none.yaml: No such file"
}

@test "the older tool's file, if there is none of ours" {
    rm -r "$HOME/.config"
    mkdir -p "$HOME/.config/elogfetch"
    echo 'hours_lookback: 3' >"$HOME/.config/elogfetch/config.yaml"
    equal "$(elog-config hours_lookback)" 3
    equal "$(FETCH_ELOG_HOURS_LOOKBACK=4 elog-config hours_lookback)" 4
    equal "$(FETCH_ELOG_HOURS_LOOKBACK=4 ELOG_HOURS_LOOKBACK=5 elog-config hours_lookback)" 5
}

@test "stdout full, gone" {
    run --separate-stderr bash -c 'elog-config >/dev/full'
    status_is 1
    says elog-config "No space left"
    run --separate-stderr broken_pipe elog-config
    equal "$output" -13
    silent
}

@test "without HOME, as in a unit of systemd, ~ is the home directory that the system knows" {
    printf 'database_dir: ~/x\n' >"$BATS_TEST_TMPDIR/config.yaml"
    system=$(getent passwd "$(id -u)" | cut -d : -f 6)
    equal "$(env -u HOME elog-config --config "$BATS_TEST_TMPDIR/config.yaml" database_dir)" "$system/x"
    equal "$(HOME='' elog-config --config "$BATS_TEST_TMPDIR/config.yaml" database_dir)" "$system/x"
    equal "$(HOME=/h elog-config --config "$BATS_TEST_TMPDIR/config.yaml" database_dir)" /h/x
}
