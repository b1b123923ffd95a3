#!/usr/bin/env bash
# kill_server.sh N: kill the server N times during pushes, start it again, and see that
# the push went on by itself, with nothing lost and nothing doubled.
# CORE_TARGET is the server, of CORE_KIND, in CORE_DIR.
set -u
kills=$1
# shellcheck source=/dev/null
. "$(dirname "$0")/servers.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=$(cd "$(dirname "$0")/../sample" && pwd)
db=$work/a.db
T=$CORE_TARGET

start() {
    case $CORE_KIND in
        postgresql) core_postgresql_run "$CORE_DIR" ;;
        mariadb)
            core_mariadb_run "$CORE_DIR"
            core_until core_mariadb_ready "$(cat "$CORE_DIR/port")"
            ;;
    esac
}

mapfile -t names < <(elog-list --url "file://$sample" --hours 1000000)
elog-get --url "file://$sample" "${names[@]}" 2>/dev/null | elog-load --quiet "$db" >/dev/null
elog-push --migrate --quiet "$T" || exit
failed=0
for ((i = 1; i <= kills; i++)); do
    # Another source each time: all is compared, and a part written, anew.
    elog-dump "$db" | elog-push --quiet --source "s$i" --wait 600 "$T" >/dev/null 2>"$work/said" &
    pid=$!
    sleep "0.$((RANDOM % 20 + 10))"
    core_kill "$CORE_DIR" KILL
    start || { echo "kill_server.sh: the server does not start" >&2; exit 1; }
    wait "$pid" || { failed=$((failed + 1)); cat "$work/said" >&2; }
    elog-dump "$db" | elog-push --verify --quiet --source "s$i" "$T" >&2 || failed=$((failed + 1))
done
echo "kill_server.sh: $kills kills; $failed failures" >&2
[ "$failed" -eq 0 ]
