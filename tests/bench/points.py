#!/usr/bin/env python3
"""Fill an empty database of elog-load with one experiment of many runs, for bench.sh.

points.py DATABASE [RUNS]: 1,000,000 runs, and for each the conditions "energy" (a float),
"rate" (a float with 17 digits) and "mode" (one of four texts).  The same numbers each
time.
"""
import datetime
import json
import math
import sqlite3
import sys

BLOCK = 256
MODES = ["cosmic", "laser", "dark", "pedestal"]


def scattered(run, salt):
    return ((run * 2654435761 + salt * 2246822519) & 0xFFFFFFFF) / 4294967296


def energy(run):
    return round(9.5 + math.sin(run / 50000) + scattered(run, 1) * 0.2, 6)


def rate(run):
    return 10 ** (scattered(run, 2) * 4)


def mode(run):
    return MODES[run // 1000 % 4]


def main():
    path = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 1000000
    start = datetime.datetime(2020, 1, 1)
    db = sqlite3.connect(path)
    db.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")
    db.execute("INSERT INTO experiments (id, name) VALUES (1, 'tstx00000')")
    db.executemany(
        "INSERT INTO runs (experiment_id, run_number, start_time, type) VALUES (1, ?, ?, 'DATA')",
        ((i, (start + datetime.timedelta(seconds=100 * i)).isoformat() + ".000000+00:00") for i in range(1, runs + 1)),
    )
    for number, (name, kind, kinds, value) in enumerate(
        [("energy", "float", 8, energy), ("rate", "float", 8, rate), ("mode", "string", 16, mode)], 1
    ):
        db.execute("INSERT INTO condition_types (id, name, value_type, kinds) VALUES (?, ?, ?, ?)",
                   (number, name, kind, kinds))
        for block in range(runs // BLOCK + 1):
            values = {run: value(run) for run in range(max(block * BLOCK, 1), min((block + 1) * BLOCK, runs + 1))}
            if values:
                db.execute(
                    "INSERT INTO condition_columns (type_id, experiment_id, block, n, kinds, minimum, maximum, data)"
                    " VALUES (?, 1, ?, ?, ?, ?, ?, ?)",
                    (number, block, len(values), kinds, min(values.values()), max(values.values()),
                     json.dumps(values, separators=(",", ":"))),
                )
    db.commit()
    db.close()


main()
