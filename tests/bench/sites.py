#!/usr/bin/env python3
"""Data of the benchmark of elog-hash, elog-log and elog-site.

    sites.py tree DIR FILES         that many small files, a hundred a directory
    sites.py large DIR FILES BYTES  that many files, of so many bytes in all
    sites.py plant DIR N            N changes of each kind; prints what elog-hash verify
                                    should say, sorted
    sites.py board DATABASE LINES RECORDS   1,000 sites
"""
import os
import random
import sqlite3
import sys
import time


def tree(root, n):
    for d in range(n // 100):
        path = f"{root}/g{d // 100:03d}/d{d:05d}"
        os.makedirs(path)
        for i in range(100):
            with open(f"{path}/file{i:05d}.dat", "w") as f:
                f.write(f"{d} {i}\n")


def large(root, n, size):
    block = random.Random(1).randbytes(1 << 20)
    for i in range(n):
        path = f"{root}/d{i // 100:03d}"
        os.makedirs(path, exist_ok=True)
        with open(f"{path}/f{i:05d}", "wb") as f:
            left = size // n
            f.write(f"{i}\n".encode())
            while left > 0:
                f.write(block[:left])
                left -= len(block)


def plant(root, n):
    files = sorted(f"{d}/{f}" for d, _, fs in os.walk(root) for f in fs)
    random.Random(2).shuffle(files)
    each = iter(files)
    said = []
    for i in range(n):
        path = next(each)
        with open(path, "a") as f:
            f.write(f"changed {i}")
        said.append((path, f"changed\t{path}"))
    for i in range(n):
        path = next(each)
        os.unlink(path)
        said.append((path, f"removed\t{path}"))
    for i in range(n):
        path = f"{os.path.dirname(next(each))}/new{i}"
        with open(path, "w") as f:
            f.write(f"new {i}")
        said.append((path, f"added\t{path}"))
    for i in range(n):
        old = next(each)
        path = f"{os.path.dirname(next(each))}/moved{i}"
        os.rename(old, path)
        said.append((path, f"moved\t{old}\t{path}"))
    for i in range(n):
        path = next(each)
        os.unlink(path)
        os.symlink("elsewhere", path)
        said.append((path, f"type\t{path}"))
    for _, line in sorted(said):
        print(line)


def board(path, lines, records):
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -400000")
    now = int(time.time())
    db.execute("""WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 999)
        INSERT INTO sites SELECT 'site' || i, i % 10 > 0, ? FROM n""", (now,))
    for i in range(20):
        db.execute("INSERT INTO baselines VALUES (?, '/data', 'h' || ?, ?, 'x')", (i + 1, i, now))
    # Of the last thirty days; a line in ten is an error, one in fifty critical.
    db.execute("""WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < :n - 1)
        INSERT INTO logs (log_id, site_id, log_level, timestamp, session_id, summary_message)
        SELECT i + 1, 'site' || (i * 7919 % 1000), CASE WHEN i % 50 = 0 THEN 'CRITICAL'
            WHEN i % 10 = 0 THEN 'ERROR' ELSE 'INFO' END,
            :now - 2592000 + CAST(i * 2592000.0 / :n AS INTEGER), 's' || (i / 10000),
            'line ' || i FROM n""", {"n": lines, "now": now})
    db.execute("""WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < :n - 1)
        INSERT INTO hash_records (site_id, path, current_hash, current_dtg_first,
            current_dtg_latest, dirs, files, links)
        SELECT 'site' || (i % 1000), iif(i < 1000, '/data', '/data/d' || (i / 1000)),
            'h' || (i * 7 % 25), :now - 90000, :now - i * 13 % 200000, '[]', '[]', '[]'
        FROM n""", {"n": records, "now": now})
    db.commit()


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
