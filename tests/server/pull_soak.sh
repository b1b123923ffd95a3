#!/usr/bin/env bash
# pull_soak.sh [FILES [CUTS [KILLS]]]: fetch FILES files (10,000) of 30 days and three
# sources, one each by FTP, HTTP and SFTP, over lines that are cut CUTS times (100) at
# random, while elog-pull is killed KILLS times (50) at random.  In the end every file must
# be there with the right SHA-256, the database must say so, no .part may be left, and a
# further run must fetch nothing.  Prints bytes moved over bytes stored, which must be at
# most 1.1 (or MOST).  The seed is printed; SEED=... repeats a run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/files.sh"

files=${1:-10000} cuts=${2:-100} kills=${3:-50} most=${MOST:-1.1}
seed=${SEED:-$$}
RANDOM=$seed
echo "seed $seed: $files files, $cuts cuts, $kills kills"
work=$(mktemp -d "${TMPDIR:-/tmp}/elog-soak.XXXXXX")
proxies=()
# shellcheck disable=SC2317 # a trap calls it
clean_up() {
    local pid
    for pid in "${proxies[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    files_stop "$work/servers" || true
    rm -rf "$work"
}
trap clean_up EXIT
chmod 755 "$work"

cc=${CC:-cc}
$cc -O2 -std=c11 -D_GNU_SOURCE -o "$work/cut_proxy" "$here/cut_proxy.c"
python3 "$here/tree.py" "$files" "$seed" "$work/tree"
stored=$(find "$work/tree" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
(cd "$work/tree" && find . -type f -exec sha256sum {} +) | sort -k2 >"$work/sums"

files_start "$work/servers" "$work/tree"
eval "$(files_env "$work/servers")"

# proxy KIND OPTION...: start one, and print its port
proxy() {
    local kind=$1
    shift
    "$work/cut_proxy" --to "$(files_port "$work/servers" "$kind")" --pid "$work/$kind.pid" \
        --cuts $((cuts / 3 + 1)) --every $((stored / 3 / (cuts / 3 + 1))) --seed "$seed" \
        --stats "$work/$kind.stats" "$@" 2>/dev/null &
    wait_for test -s "$work/$kind.pid"
    proxies+=($!)
    port=$(sed -n 2p "$work/$kind.pid")
}
# What elog-scan would say of a source.
records() { # SOURCE BASE-URL
    (cd "$work/tree" && find "L2/$1" -type f -printf '%P\t%s\t%TY-%Tm-%TdT%TH:%TM:%.2TSZ\n') |
        jq -Rc --arg s "$1" --arg b "$2" 'split("\t") as [$p, $n, $t] |
            {type: "RECORD", stream: "remote_files", record: {url: "\($b)/L2/\($s)/\($p)",
            source: $s, path: "/L2/\($s)/\($p)", size: ($n | tonumber), modified: $t,
            observed_at: $t, time: (($p | split("/")[:3] | join("-")) + "T00:00:00Z"), fields: {}}}'
}
proxy ftp --ftp
records RMA1 "ftp://127.0.0.1:$port" >"$work/records"
proxy http
records RMA5 "http://127.0.0.1:$port" >>"$work/records"
proxy sftp
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$work/servers/host_key.pub")" \
    >>"$work/servers/home/.ssh/known_hosts"
records AR5 "sftp://127.0.0.1:$port$(cat "$work/servers/files.tree")" >>"$work/records"
shuf --random-source=<(yes "$seed") "$work/records" -o "$work/records"

# One run, as the process of its subshell.  Every other run asks the database what is
# pending, which a first one loaded; the rest read the records.
pull() { # pending|records
    local pending=()
    [ "$1" = records ] || pending=(--pending)
    exec elog-pull --to "$work/data" --db "$work/elog.db" --ftp-tls never --jobs 6 \
        --quiet ${RATE:+--limit-rate "$RATE"} "${pending[@]}" <"$work/records" >/dev/null 2>>"$work/said"
}
how=(records pending)
# shellcheck disable=SC2317 # wait_for calls it
unlocked() {
    [ ! -e "$work/elog.db.lock" ] || flock -n "$work/elog.db.lock" true
}

elog-load --quiet "$work/elog.db" <"$work/records" >/dev/null
: >"$work/said"
started=$(date +%s)
for ((i = 0; i < kills; i++)); do
    (pull "${how[i % 2]}") &
    pid=$!
    sleep "$(printf '%d.%03d' $((RANDOM % 2)) $((RANDOM % 1000)))"
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    wait_for unlocked
done
echo "$(sqlite3 -readonly "$work/elog.db" 'SELECT count(*) FROM downloads') files after $kills kills"
for i in 1 2 3 4 5; do
    status=0
    (pull "${how[i % 2]}") || status=$?
    [ $status -ne 0 ] || break
    echo "run $i: exit $status: $(tail -n 1 "$work/said")"
done
seconds=$(($(date +%s) - started))

moved=0 cut=0
for kind in ftp http sftp; do
    rm -f "$work/$kind.stats"
    kill -USR1 "$(head -n 1 "$work/$kind.pid")"
    wait_for test -s "$work/$kind.stats"
    read -r bytes n _ <"$work/$kind.stats"
    echo "$kind: $bytes bytes, $n cuts"
    moved=$((moved + bytes)) cut=$((cut + n))
done
failed=0
fail() {
    echo "FAILED: $*"
    failed=1
}
# Each file under the path that the database has for it, whatever the layout made of it.
sqlite3 -readonly -separator '  ' "$work/elog.db" 'SELECT sha256, path FROM downloads' |
    tee "$work/claimed" | (cd "$work/data" && sha256sum --quiet -c -) || fail 'a file is not what the database says'
sed 's|  .*\(L2/.*\)|  ./\1|' "$work/claimed" | sort -k2 | cmp - "$work/sums" ||
    fail 'not every file is there, or not as the server has it'
[ -z "$(find "$work/data" -name '*.part*')" ] || fail 'a .part is left'
[ "$(sqlite3 -readonly "$work/elog.db" 'SELECT count(*) FROM partial_downloads')" = 0 ] ||
    fail 'a partial download is left in the database'
elog-pull --to "$work/data" --known "$work/elog.db" --dry-run <"$work/records" >"$work/plan"
[ ! -s "$work/plan" ] || fail "$(wc -l <"$work/plan") files would be fetched again"
echo "$files files in $seconds s, $cut cuts, $kills kills: $moved bytes moved," \
    "$stored stored, ratio $(awk "BEGIN { printf \"%.3f\", $moved / $stored }")"
[ "$cut" -ge $((cuts * 8 / 10)) ] || fail "only $cut cuts"
awk "BEGIN { exit !($moved <= $most * $stored) }" || fail "more than $most"
exit $failed
