#!/usr/bin/env bash
# sync_soak.sh [N]: N synchronizations of a directory, while several writers set values in
# elog.db as fast as they can; some of the synchronizations are killed at a random instant,
# some run under a clock that is ahead or behind.  It begins as elog-sync.sh left a
# directory once: elog.db a link to a dated database, with one of a later name beside it.
# In the end each value that was acknowledged (exit 0) must be in elog.db, and be the one
# that was set.  The seed is printed; SEED=... repeats a run.  WRITERS=N: how many (4).
set -uo pipefail

times=${1:-60}
writers=${WRITERS:-4}
RANDOM=${SEED:-$$}
echo "seed ${SEED:-$$}, $times synchronizations, $writers writers"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
export ELOG_LOCK_TIMEOUT=1000 # on a busy machine the line is long
dir=$work/d
pids=()
trap 'touch "$work/stop"; wait; [ -n "${KEEP-}" ] || rm -rf "$work"' EXIT

sync() {
    elog-sync.sh --url "file://$here/../sample" --dir "$dir" --quiet --force --keep 3 \
        --exclude mfxl115323 --exclude cxil118725 --exclude 'mfx*'
}
clock() { # BY COMMAND...: run it under a clock that is wrong by so much
    local by=$1
    shift
    case $by in
        0) "$@" ;;
        *) faketime -f "$by" "$@" ;;
    esac
}
export -f sync clock
export here dir

# One writer: values, aliases, periods and records of elog-load, each with a name of its
# own.  What was taken, and is to be found, goes to acknowledged.
write() { # NUMBER
    local n=0 name
    while [ ! -e "$work/stop" ]; do
        n=$((n + 1))
        name=w$1_$n
        case $((n % 5)) in
            0) elog-cond alias --db "$dir/elog.db" "$name" "x == $n" && echo "alias|$name|x == $n" ;;
            1) elog-cond period --db "$dir/elog.db" "$name" --run-min $n && echo "period|$name|$n" ;;
            2) elog-load -q "$dir/elog.db" <<<'{"type":"RECORD","stream":"soak","record":{"id":"'"$name"'","n":'$n'}}' >/dev/null &&
                echo "record|$name|$n" ;;
            *) elog-cond set --db "$dir/elog.db" xppl101724 1 "$name" "$n" && echo "value|$name|$n" ;;
        esac >>"$work/acknowledged.$1" 2>>"$work/refused"
    done
}

sync || exit 1
# As it was once: a link, and a name that a clock gave that was ahead.
rm -f "$dir"/elog_????_????_????.db
if [ ! -L "$dir/elog.db" ]; then
    mv "$dir/elog.db" "$dir/elog_2026_0101_0000.db"
    ln -s elog_2026_0101_0000.db "$dir/elog.db"
fi
cp "$(readlink -f "$dir/elog.db")" "$dir/elog_2099_0101_0000.db"

for ((w = 0; w < writers; w++)); do
    write $w &
    pids+=($!)
done
killed=0 wrong=0
for ((i = 0; i < times; i++)); do
    by=0
    case $((RANDOM % 6)) in
        0) by=+70y ;;
        1) by=-400d ;;
        2) by=+2h ;;
    esac
    [ $by = 0 ] || wrong=$((wrong + 1))
    setsid bash -c 'clock "$@"' clock "$by" bash -c 'sync' >>"$work/said" 2>&1 &
    pid=$!
    if [ $((RANDOM % 3)) = 0 ]; then
        sleep "0.$(printf %03d $((RANDOM % 700)))"
        kill -KILL -- -$pid 2>/dev/null && killed=$((killed + 1))
    fi
    wait $pid 2>/dev/null
done
touch "$work/stop"
wait "${pids[@]}"
sync >>"$work/said" 2>&1 || { echo "the last synchronization ended with $?"; tail -n 3 "$work/said"; }

sqlite3 -readonly -cmd '.timeout 100000' "$dir/elog.db" "
    SELECT 'alias|' || name || '|' || expression FROM aliases
    UNION ALL SELECT 'period|' || name || '|' || run_min FROM run_periods
    UNION ALL SELECT 'record|' || (doc ->> 'id') || '|' || (doc ->> 'n') FROM other_records
    UNION ALL SELECT 'value|' || t.name || '|' || c.value FROM conditions c
        JOIN condition_types t ON t.id = c.type_id WHERE c.set_by IS NOT NULL" | sort >"$work/found"
sort "$work"/acknowledged.* >"$work/all"
lost=$(comm -23 "$work/all" "$work/found" | wc -l)
echo "$(wc -l <"$work/all") values acknowledged, $lost lost, $(grep -cv "not known here" "$work/refused") refused;" \
    "$killed synchronizations killed, $wrong under a wrong clock"
comm -23 "$work/all" "$work/found" | head -n 5
grep -v "not known here" "$work/refused" | head -n 5
sound=$(sqlite3 -readonly "$dir/elog.db" 'PRAGMA integrity_check')
echo "integrity: $sound; $(find "$dir" -name 'elog_*.db' | wc -l) backups; left over: $(find "$dir" -name '*tmp*' | wc -l)"
[ "$lost" = 0 ] && [ "$sound" = ok ] && [ -s "$work/all" ] && [ -z "$(find "$dir" -name '*tmp*')" ]
