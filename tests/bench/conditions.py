#!/usr/bin/env python3
"""Fill an empty database of elog-load with runs and conditions, for bench.sh.

conditions.py DATABASE [RUNS [CONDITIONS [rows]]]: as columns; as rows in a database of
schema 6, to compare with.  100000 runs of 1000 experiments, and for each
300 conditions c000, c001, ...: in turns floats, ints and strings, of which every tenth is
missing in a third of the runs.  The same numbers each time.
"""
import json
import sqlite3
import sys

WORDS = ["hd_all.tsg", "hd_all.tsg_ps", "cosmic", "pedestal", "laser", "dark", "FCAL_BCAL_PS_m7"]


def value(kind, condition, run):
    # A hash by multiplication: fast, and the same everywhere.
    scattered = (run * 2654435761 + condition * 40503 * 65537) & 0xFFFFFFFF
    if kind == 0:
        return scattered / 4294967296 * 100
    if kind == 1:
        return scattered >> 22
    return WORDS[scattered % len(WORDS)]


def rows(runs, conditions):
    for condition in range(conditions):
        kind = condition % 3
        for run in range(1, runs + 1):
            if condition % 10 == 9 and run % 3 == 0:
                continue
            yield condition + 1, run, value(kind, condition, run)


GATHERED = 8 * 1024 * 1024  # bytes, as in load/gather.h


def columns(runs, conditions):
    """What elog-load makes of the same values, an experiment of 100 runs behind the other:
    when some megabytes of columns have come, they are written a condition behind the other."""
    gathered, size = [], 0
    for first in range(1, runs + 1, 100):
        if size >= GATHERED:
            yield from sorted(gathered, key=lambda column: column[0])
            gathered, size = [], 0
        for condition in range(conditions):
            values = {
                run - first + 1: value(condition % 3, condition, run)
                for run in range(first, min(first + 100, runs + 1))
                if condition % 10 != 9 or run % 3 != 0
            }
            data = json.dumps(values, separators=(",", ":"))
            gathered.append((condition + 1, (first - 1) // 100 + 1, len(values), (8, 4, 16)[condition % 3],
                             min(values.values()), max(values.values()), data))
            size += len(data)
    yield from sorted(gathered, key=lambda column: column[0])


def main():
    path = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 100000
    conditions = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    db = sqlite3.connect(path)
    db.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")
    as_rows = sys.argv[4:] == ["rows"]
    experiments = max(runs // 100, 1)
    db.executemany(
        "INSERT OR IGNORE INTO experiments (id, name) VALUES (?, ?)",
        ((i + 1, f"tstx{i:05}") for i in range(experiments)),
    )
    db.executemany(
        "INSERT INTO runs (id, experiment_id, run_number, start_time) VALUES (?, ?, ?, ?)",
        ((i + 1, i // 100 + 1, i % 100 + 1, f"2026-03-01T{i % 24:02}:00:00.000000+00:00") for i in range(runs)),
    )
    kinds = [("float", 8), ("int", 4), ("string", 16)]
    db.executemany(
        "INSERT INTO condition_types (id, name, value_type) VALUES (?, ?, ?)",
        ((i + 1, f"c{i:03}", kinds[i % 3][0]) for i in range(conditions)),
    )
    if as_rows:
        db.execute("DROP INDEX conditions_by_run")
        db.executemany("INSERT INTO conditions (type_id, run_id, value) VALUES (?, ?, ?)", rows(runs, conditions))
        db.execute("CREATE INDEX conditions_by_run ON conditions (run_id)")
    else:
        db.executemany("UPDATE condition_types SET kinds = ? WHERE value_type = ?",
                       ((kind, name) for name, kind in kinds))
        db.executemany(
            "INSERT INTO condition_columns (type_id, experiment_id, block, n, kinds, minimum, maximum, data)"
            " VALUES (?, ?, 0, ?, ?, ?, ?, ?)",
            columns(runs, conditions),
        )
    db.commit()
    db.close()


main()
