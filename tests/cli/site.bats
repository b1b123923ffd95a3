#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elog-site, and elog-status --health.
load ../lib/common

setup() {
    common_setup
    now=$(date +%s)
}

site() {
    local subcommand=$1
    shift
    elog-site "$subcommand" --db "$db" "$@"
}

# has SITE HASH [AGE [PATH]]
has() {
    printf '{"path":"%s","current_hash":"%s","site_id":"%s","current_dtg_latest":%s}\n' \
        "${4-/data}" "$2" "$1" $((now - ${3-0})) | elog-hash put --db "$db"
}

figures() {
    site dashboard --json | jq -c "[$1]"
}

@test "each site is in one class of each kind, and they add up" {
    site add current one l24 g24 strange none other
    for h in h1 h2 h3 h4; do site update /data $h; done
    has current h4
    has one h3 3000
    has l24 h2 7200
    has g24 h1 100000
    has strange zz 60
    has other h4
    has other h1 90000 /elsewhere # no baseline: it does not count
    has notasite h4
    equal "$(figures '.sync_current, .sync_1_behind, .sync_l24_behind, .sync_g24_behind, .sync_unknown')" \
        '[2,1,1,1,2]'
    equal "$(figures '.live_current, .live_1_behind, .live_l24_behind, .live_inactive')" '[3,1,1,2]'
    equal "$(figures .hash_record_count)" '[8]'
    equal "$(site dashboard --json | jq -c 'keys | length')" 11
    equal "$(sql "$db" "SELECT group_concat(sync_status || ' ' || live_status, ', ')
        FROM (SELECT * FROM site_status ORDER BY site_id LIMIT 2)")" \
        'sync_current live_current, sync_g24_behind live_inactive'
    # A second path with baselines: the worst counts.
    site update /elsewhere e1
    equal "$(figures '.sync_current, .sync_unknown')" '[0,7]'
}

@test "an older hash that is the newest baseline again is current" {
    site add s
    for h in A B A; do site update /data $h; done
    has s A
    equal "$(figures .sync_current)" '[1]'
    site update /data A # it is the newest already
    equal "$(sql "$db" 'SELECT count(*) FROM baselines')" 3
    has s B
    equal "$(figures .sync_1_behind)" '[1]'
}

@test "heard of by a log line, within the interval of the configuration" {
    site add s t
    equal "$(figures .live_inactive)" '[2]'
    record logs "{\"log_id\":1,\"site_id\":\"s\",\"timestamp\":$((now - 2000)),\"summary_message\":\"m\"}" |
        elog-load -q "$db"
    equal "$(figures '.live_current, .live_inactive')" '[1,1]'
    equal "$(ELOG_LIVE_INTERVAL=20m site dashboard --json | jq -c '[.live_current, .live_1_behind]')" '[0,1]'
    equal "$(ELOG_LIVE_INTERVAL=10m site dashboard --json | jq -c '[.live_1_behind, .live_l24_behind]')" '[0,1]'
    run --separate-stderr env ELOG_LIVE_INTERVAL=often elog-site dashboard --db "$db"
    status_is 2
}

@test "critical errors of 24 hours, of the sites that were added" {
    site add s
    id=0
    for age in 60 80000 86000 86500 200000; do
        for of in s notasite; do
            record logs "{\"log_id\":$((id += 1)),\"site_id\":\"$of\",\"log_level\":\"CRITICAL\",\"timestamp\":$((now - age)),\"summary_message\":\"m\"}"
        done
    done | elog-load -q "$db"
    record logs "{\"log_id\":99,\"site_id\":\"s\",\"log_level\":\"ERROR\",\"timestamp\":$now,\"summary_message\":\"m\"}" |
        elog-load -q "$db"
    equal "$(figures .crit_error_count)" '[3]'
}

@test "updates wait for official sites, until they complete them" {
    site add a b
    site add --unofficial c
    equal "$(site ls | cut -f1,2)" $'a\tofficial\nb\tofficial\nc\tunofficial'
    site update /data h1
    site update /data h2
    equal "$(site updates | cut -f1-3)" $'1\t/data\th1\n2\t/data\th2'
    site complete a
    site complete b 1
    equal "$(site updates --format json | jq -c '[.update_id, .lacking]')" '[2,["b"]]'
    site complete b 2
    equal "$(site updates)" ''
    site complete c
    site update /data h3
    equal "$(site dashboard --site a | grep -c '^lacks *3')" 1
    run --separate-stderr elog-site complete --db "$db" a 77
    status_is 1
    says elog-load 'there is no update 77'
    for update in '' 1; do
        # shellcheck disable=SC2086 # no word, or one
        run --separate-stderr elog-site complete --db "$db" typo $update
        status_is 1
        says elog-site 'no site typo'
    done
    equal "$(sql "$db" "SELECT count(*) FROM completions WHERE site_id = 'typo'")" 0
    site rm b
    equal "$(site ls | cut -f1)" $'a\nc'
    run --separate-stderr elog-site rm --db "$db" typo c
    status_is 1
    says elog-site 'no site typo'
    equal "$(site ls | cut -f1)" a
    run --separate-stderr elog-site rm --db "$BATS_TEST_TMPDIR/typo.db" a
    status_is 1
    [ ! -e "$BATS_TEST_TMPDIR/typo.db" ]
}

@test "a name of a site does not reach the terminal" {
    elog-site add --db "$db" $'caf\xc3\xa9 \e[1m \xc2\x9b31m'
    run elog-site dashboard --db "$db" -S $'caf\xc3\xa9 \e[1m \xc2\x9b31m'
    status_is 0
    [[ $output == *$'caf\xc3\xa9 ?[1m ?31m'* ]]
}

@test "why a site is where it is" {
    site add s
    site update /data h1
    site update /data h2
    has s h1 100
    equal "$(site dashboard --site s --json | jq -c '[.sync, .paths[0].path, .paths[0].should_be, .paths[0].is_hash]')" \
        '["sync_1_behind","/data","h2","h1"]'
    run --separate-stderr elog-site dashboard --db "$db" --site nosuch
    status_is 1
    says elog-site 'no site nosuch'
}

@test "wrong usage" {
    for wrong in '' nosuch 'add' 'update /data' 'ls --json' 'complete s x' 'dashboard x'; do
        # shellcheck disable=SC2086 # a list of words
        run --separate-stderr elog-site $wrong
        status_is 2
    done
}

# ---- health --------------------------------------------------------------------

health() {
    run --separate-stderr elog-status --health "$@" "$db"
}

@test "a database is well" {
    elog-load -q "$db" </dev/null
    health
    status_is 0
    [[ $output != *PROBLEM* ]]
    health --json
    equal "$(jq -c '[.ok, .readable, .integrity, .locked, .spool_bytes]' <<<"$output")" \
        '[true,true,true,false,0]'
}

@test "a lock is told, and is no illness" {
    elog-load -q "$db" </dev/null
    exec 9>"$db.lock"
    flock 9
    echo 1234 >"$db.lock"
    health --json
    exec 9>&-
    status_is 0
    equal "$(jq -c '[.locked, .locked_by]' <<<"$output")" '[true,1234]'
}

@test "what is not well is told: missing, damaged, waiting, out of date" {
    health --json
    status_is 1
    equal "$(jq -c '[.ok, .readable]' <<<"$output")" '[false,false]'
    elog-load -q "$db" </dev/null
    echo '{}' >"$db.spool"
    touch -d '1 hour ago' "$db.spool"
    health
    status_is 1
    [[ $output == *"PROBLEM  spool"* ]]
    rm "$db.spool"
    elog-load -q --metadata last_sync=2020-01-01T00:00:00Z --metadata hours_lookback=168 "$db" </dev/null
    health
    status_is 1
    [[ $output == *"PROBLEM  last sync"* ]]
    elog-load -q --metadata last_sync="$(date -u +%FT%TZ)" "$db" </dev/null
    health
    status_is 0
    # A page of an index, overwritten.
    sqlite3 "$db" "PRAGMA writable_schema = 1; UPDATE sqlite_schema
        SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'logs')
        WHERE name = 'sites'"
    health --json
    status_is 1
    equal "$(jq -c '[.ok, .integrity]' <<<"$output")" '[false,false]'
}
