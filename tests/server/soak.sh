#!/usr/bin/env bash
# soak.sh [N]: kill the writer, lose its power, and kill the fetchers, N times each at
# random instants. After each: the database is sound, every experiment is wholly the
# old or wholly the new one, and in the end a last, undisturbed load gives what one
# without any trouble gives. The seed is printed; SEED=… repeats a run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
times=${1:-200}
RANDOM=${SEED:-$$}
echo "seed ${SEED:-$$}, $times times each"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# What the mirror says of each experiment, as a hash.
contents() { # DATABASE
    sqlite3 -readonly "$1" "
        SELECT e.name, hex(sha3(group_concat(d.doc, char(10))))
        FROM experiments e JOIN (
            SELECT id AS experiment_id, doc FROM experiments
            UNION ALL SELECT experiment_id, doc FROM logbook_entries
            UNION ALL SELECT experiment_id, doc FROM runs
            UNION ALL SELECT experiment_id, doc FROM files
            UNION ALL SELECT experiment_id, doc FROM workflows
            ORDER BY 1, 2) d ON d.experiment_id = e.id
        GROUP BY e.name ORDER BY e.name"
}

# Each line of what is there must stand in the old state or in the new one.
verdict() { # NAME DATABASE OLD NEW
    local sound found
    sound=$(sqlite3 "$2" 'PRAGMA integrity_check' 2>&1) || true
    found=$(contents "$2")
    if [ "$sound" = ok ] && ! grep -qvxF -f "$3" -f "$4" <<<"$found" &&
        [ "$(cut -d'|' -f1 <<<"$found")" = "$(cut -d'|' -f1 "$3")" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: FAILED: $sound"
        diff <(cat "$3") <(cat <<<"$found") | head -n 5
    fi
}

# Of a new database: each experiment is there whole, or not at all.
verdict_new() { # NAME DATABASE NEW
    local sound=ok found=
    if [ -s "$2" ]; then
        sound=$(sqlite3 "$2" 'PRAGMA integrity_check' 2>&1) || true
        found=$(sqlite3 "$2" .tables)
        [ -z "$found" ] || found=$(contents "$2")
    fi
    if [ "$sound" = ok ] && { [ -z "$found" ] || ! grep -qvxF -f "$3" <<<"$found"; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: FAILED: $sound"
        diff "$3" <(cat <<<"$found") | head -n 5
    fi
}

# Two states of one logbook: in the second, every experiment has changed.
echo 'making two states of a logbook'
python3 "$here/../bench/generate.py" --experiments 12 "$work/old" >/dev/null
cp -r "$work/old" "$work/new"
find "$work/new" -name runs -exec sed -i 's/"type": "DATA"/"type": "DARK"/g' {} +
find "$work/new" -name elog -exec sed -i 's/"author": "/"author": "x/g' {} +
elog-list --all --url "file://$work/old" >"$work/names"
for state in old new; do
    elog-get --url "file://$work/$state" <"$work/names" >"$work/$state.jsonl"
done
elog-load -q "$work/old.db" <"$work/old.jsonl" >/dev/null
cp "$work/old.db" "$work/both.db"
started=$(date +%s%N)
elog-load -q "$work/both.db" <"$work/new.jsonl" >/dev/null
micros=$((($(date +%s%N) - started) / 1000))
contents "$work/old.db" >"$work/old.contents"
contents "$work/both.db" >"$work/new.contents"
if [ -n "$(comm -12 <(sort "$work/old.contents") <(sort "$work/new.contents"))" ]; then
    echo 'the two states are not different in each experiment' >&2
    exit 1
fi

random_pause() { # MICROSECONDS, at the most, below a second
    sleep "$(printf '0.%06d' $((RANDOM * 32768 % ($1 < 999999 ? $1 : 999999))))"
}
# Begin to load the new state over the old one, as process $pid, and wait a little.
load_for_a_while() { # [new]: into a new database
    [ "${1:-}" = new ] || cp "$work/old.db" "$work/x.db"
    elog-load -q "$work/x.db" <"$work/new.jsonl" >/dev/null 2>&1 &
    pid=$!
    random_pause "$micros"
}

echo "SIGKILL of elog-load, within $((micros / 1000)) ms"
for ((i = 0; i < times; i++)); do
    load_for_a_while
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    verdict "kill $i" "$work/x.db" "$work/old.contents" "$work/new.contents"
    rm -f "$work"/x.db*
done

echo 'power cut: the database and its WAL as they are at an instant'
for ((i = 0; i < times; i++)); do
    load_for_a_while
    # All at one instant: the writer stands still while they are copied.
    kill -STOP $pid 2>/dev/null || true
    cp "$work/x.db" "$work/y.db"
    for suffix in -wal -journal; do
        [ ! -e "$work/x.db$suffix" ] || cp "$work/x.db$suffix" "$work/y.db$suffix"
    done
    kill -KILL $pid 2>/dev/null || true
    kill -CONT $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    verdict "power $i" "$work/y.db" "$work/old.contents" "$work/new.contents"
    rm -f "$work"/[xy].db*
done

echo 'a new database: SIGKILL, and power cut'
for ((i = 0; i < times; i++)); do
    load_for_a_while new
    kill -STOP $pid 2>/dev/null || true
    for suffix in '' -wal -journal; do
        [ ! -e "$work/x.db$suffix" ] || cp "$work/x.db$suffix" "$work/y.db$suffix"
    done
    kill -KILL $pid 2>/dev/null || true
    kill -CONT $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    verdict_new "new kill $i" "$work/x.db" "$work/new.contents"
    verdict_new "new power $i" "$work/y.db" "$work/new.contents"
    # It heals.
    if ((i % 10 == 0)); then
        elog-load -q "$work/x.db" <"$work/new.jsonl" >/dev/null
        verdict "new healed $i" "$work/x.db" "$work/new.contents" "$work/new.contents"
    fi
    rm -f "$work"/[xy].db*
done

echo 'SIGKILL of elog-get under xargs'
for ((i = 0; i < times; i++)); do
    cp "$work/old.db" "$work/x.db"
    xargs -d '\n' -n 3 -P 4 elog-get -q --url "file://$work/new" <"$work/names" 2>/dev/null |
        elog-load -q "$work/x.db" >/dev/null 2>&1 &
    pid=$!
    random_pause 150000
    pkill -KILL -o -f "elog-get -q --url file://$work/new" || true
    wait $pid 2>/dev/null || true
    verdict "get $i" "$work/x.db" "$work/old.contents" "$work/new.contents"
    # It heals: what was cut short, or never begun, is fetched again.
    elog-get -q --url "file://$work/new" <"$work/names" 2>/dev/null |
        elog-load -q "$work/x.db" >/dev/null 2>&1 || true
    verdict "healed $i" "$work/x.db" "$work/new.contents" "$work/new.contents"
    rm -f "$work"/x.db*
done

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
