#!/usr/bin/env bash
# kill_push.sh N: kill elog-push N times, each at another moment of a push, and see each
# time that the server has whole experiments only; at the end that it has all, once.
# CORE_TARGET is the server.
set -u
kills=$1
# shellcheck source=/dev/null
. "$(dirname "$0")/servers.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=$(cd "$(dirname "$0")/../sample" && pwd)
db=$work/a.db
T=$CORE_TARGET

mapfile -t names < <(elog-list --url "file://$sample" --hours 1000000)
elog-get --url "file://$sample" "${names[@]}" 2>/dev/null >"$work/records"
elog-load --quiet "$db" <"$work/records" >/dev/null
elog-push --migrate --quiet "$T" || exit

# A push that is not killed tells how long one takes.
started=$(date +%s%N)
elog-dump "$db" | elog-push --quiet --source first "$T" >/dev/null || exit
took=$((($(date +%s%N) - started) / 1000000))
failed=0 killed=0
for ((i = 1; i <= kills; i++)); do
    # Something new each time, so that there is something to write.
    printf '{"type":"RECORD","stream":"aliases","record":{"name":"a%d","expression":"run > %d","set_at":"2026-11-21T10:00:00Z"}}\n' \
        "$i" "$i" | elog-load --quiet "$db" >/dev/null
    # Every third time all is written anew.
    [ $((i % 3)) -ne 0 ] || sed "s/2026-11-2[0-9]T[0-9:.]*Z\"}}\$/$(date -u +%Y-%m-%dT%H:%M:%S).000000Z\"}}/" "$work/records" |
        sed "s/\"description\": \"std\"/\"description\": \"std $i\"/" | elog-load --quiet "$db" >/dev/null
    elog-push --bookmark --quiet "$T" | elog-dump --state - "$db" >"$work/dump" 2>/dev/null
    elog-push --quiet "$T" <"$work/dump" >/dev/null 2>&1 &
    pid=$!
    sleep "$(awk -v ms="$took" -v r="$RANDOM" 'BEGIN { printf "%.3f", ms * r / 32768 / 1000 }')"
    kill -KILL "$pid" 2>/dev/null && killed=$((killed + 1))
    wait "$pid" 2>/dev/null
    # It goes on from whatever the bookmark says.
    if [ $((i % 5)) -eq 0 ] || [ "$i" -eq "$kills" ]; then
        elog-push --bookmark --quiet "$T" | elog-dump --state - "$db" 2>/dev/null |
            elog-push --quiet "$T" >/dev/null || failed=$((failed + 1))
        elog-dump "$db" | elog-push --verify --quiet "$T" >&2 || failed=$((failed + 1))
    fi
done
echo "kill_push.sh: $killed of $kills kills met a push; $failed failures" >&2
[ "$failed" -eq 0 ]
