#!/usr/bin/env python3
"""tree.py FILES SEED DIRECTORY: a dated tree of three sources over 30 days, as radars
leave it, of files of 1 kB to some 100 kB, and one in a hundred of a megabyte."""
import os
import random
import sys

files, seed, top = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rng = random.Random(seed)
start = 1735689600  # 2025-01-01
for i in range(files):
    source = ("RMA1", "RMA5", "AR5")[i % 3]
    day, hour, minute = i // 3 % 30 + 1, rng.randrange(24), i % 60
    directory = f"{top}/L2/{source}/2025/01/{day:02d}/{hour:02d}/{minute:02d}00"
    os.makedirs(directory, exist_ok=True)
    size = 1000000 if rng.random() < 0.01 else int(1000 * 2 ** (rng.random() * 7))
    name = f"{directory}/{source}_0315_01_DBZH_202501{day:02d}T{hour:02d}{minute:02d}00Z_{i}.BUFR"
    with open(name, "wb") as out:
        out.write(rng.randbytes(size))
    when = start + (day - 1) * 86400 + hour * 3600 + minute * 60 + i % 60
    os.utime(name, (when, when))
