#!/usr/bin/python3
"""job_soak.py [KILLS [AT_ONCE]]: jobs three levels deep, killed over and over.

AT_ONCE (64) trees of jobs run at a time, each loads into one database; meanwhile KILLS
(1000) times a process of theirs, elog-job, a command, or elog-load, gets SIGKILL.  In the
end, of what the commands and their callers wrote down themselves, the spool and the
database know every job once, under its parent, with its number and how it ended.
elog-job and elog-load must be in PATH.
"""

import collections
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
AT_ONCE = int(sys.argv[2]) if len(sys.argv) > 2 else 64

# A job says who it is, runs children, and says how each ended.  $1 is the level, $2 the
# task; $T the directory of what is said.  A line is one write.
SCRIPT = """
echo "$2 $ELOG_JOB $ELOG_JOB_NUMBER" >>"$T/began"
elog-job value who "$2" level "$1"
if [ "$1" -lt 3 ]; then
    for i in 1 2; do
        elog-job run -t "$2.$i" --db "$T/elog.db" -- sh "$T/script" $(($1 + 1)) "$2.$i" &
    done
    wait
else
    sleep 0.0$(($$ % 10))
fi
[ "$1" != 3 ] || exit "${2##*.}"
"""
# What runs the first level, and notes the status that elog-job run had.
CALLER = """
elog-job run -t "$1" --db "$T/elog.db" -- sh "$T/script" 1 "$1"
echo "$1 $?" >>"$T/ended"
"""


def ours(root):
    """The processes whose environment names our directory: (pid, name)."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if f"SOAK={root}".encode() not in file.read():
                    continue
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                found.append((int(pid), file.read().strip()))
        except OSError:
            pass
    return found


def main():
    root = tempfile.mkdtemp(prefix="elog-job-soak.")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ELOG")}
    environment |= {"T": root, "SOAK": root, "ELOG_CONFIG": "/dev/null"}
    with open(f"{root}/script", "w", encoding="utf-8") as file:
        file.write(SCRIPT)
    project = f"{root}/p"
    subprocess.run(["elog-job", "init", project], check=True, env=environment)
    callers, made, killed = [], 0, collections.Counter()
    began = time.monotonic()
    with open(f"{root}/said", "wb") as said:
        while sum(killed.values()) < KILLS or callers:
            callers = [c for c in callers if c.poll() is None]
            while len(callers) < AT_ONCE and sum(killed.values()) < KILLS:
                callers.append(subprocess.Popen(
                    ["sh", "-c", CALLER, "sh", f"t{made}"], cwd=project, env=environment,
                    stdin=subprocess.DEVNULL, stdout=said, stderr=said))
                made += 1
            if sum(killed.values()) < KILLS:
                spared = {c.pid for c in callers}
                targets = [t for t in ours(root) if t[0] not in spared]
                loads = [t for t in targets if t[1] == "elog-load"]
                if loads and random.random() < 0.2:
                    targets = loads
                for pid, name in random.sample(targets, min(4, len(targets))):
                    try:
                        os.kill(pid, signal.SIGKILL)
                        killed[name] += 1
                    except ProcessLookupError:
                        pass
            time.sleep(0.05)
    # What was in the background ends by itself.
    end = time.monotonic() + 300
    while ours(root) and time.monotonic() < end:
        time.sleep(0.05)
    failures = check(root, project, environment)
    print(f"{made} trees, {sum(killed.values())} kills "
          f"({', '.join(f'{v} {k}' for k, v in killed.most_common())}), "
          f"{time.monotonic() - began:.0f} s, {failures} failures")
    if failures:
        print(f"what is left: {root}")
        return 1
    shutil.rmtree(root)
    return 0


def check(root, project, environment):
    failures = 0

    def fail(text):
        nonlocal failures
        failures += 1
        if failures < 20:
            print(text)

    listed = subprocess.run(
        ["elog-job", "ls", "--project", project, "--format", "json"], env=environment,
        check=True, stdout=subprocess.PIPE).stdout
    jobs = {j["uuid"]: j for j in map(json.loads, listed.splitlines())}
    spool = subprocess.run(["elog-job", "spool", "--project", project], env=environment,
                           check=True, stdout=subprocess.PIPE).stdout
    # The database has had some of it already, in pieces; now it gets all.
    for name in ("elog.db", "new.db"):
        done = subprocess.run(["elog-load", "--quiet", f"{root}/{name}"], input=spool,
                              env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            fail(f"{name}: elog-load exits with {done.returncode}")
    rows = {}
    for name in ("elog.db", "new.db"):
        db = sqlite3.connect(f"{root}/{name}")
        if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            fail(f"{name}: not sound")
        rows[name] = db.execute(
            "SELECT uuid, number, task, parent, status, exit_status, signal FROM jobs "
            "ORDER BY uuid").fetchall()
        rows[name + " values"] = db.execute(
            "SELECT job, name, value FROM job_values ORDER BY job, name").fetchall()
        db.close()
    if rows["elog.db"] != rows["new.db"] or \
            rows["elog.db values"] != rows["new.db values"]:
        fail("the tables depend on the order in which records came")
    by_uuid = {row[0]: row for row in rows["new.db"]}
    by_task = {}
    numbers = set()
    for uuid, number, task, parent, status, exit_status, sign in rows["new.db"]:
        if number in numbers:
            fail(f"{number}: twice")
        numbers.add(number)
        if task in by_task:
            fail(f"{task}: twice")
        by_task[task] = uuid
        if status in ("RUNNING", "PENDING", "QUEUED") or jobs[uuid]["status"] == "RUNNING":
            fail(f"{number} {task}: {status}")
        above = by_uuid.get(parent)
        if (above[2] if above else None) != (task.rpartition(".")[0] or None):
            fail(f"{number} {task}: its parent is {above}")
        if (above[1] if above else "") != number.rpartition(".")[0]:
            fail(f"{number} {task}: the number of its parent is {above}")
        if status == "FINISHED" and exit_status != 0 or \
                status == "FAILED" and not exit_status and not sign:
            fail(f"{number} {task}: {status} with {exit_status}, {sign}")
    with open(f"{root}/began", encoding="utf-8") as file:
        for line in file:
            task, uuid, number = line.split()
            if uuid not in by_uuid or by_uuid[uuid][1:3] != (number, task):
                fail(f"{task}: it ran as {number}, {by_uuid.get(uuid)}")
    with open(f"{root}/ended", encoding="utf-8") as file:
        for line in file:
            task, status = line.split()
            row = by_uuid.get(by_task.get(task))
            known = {"FINISHED": row and row[5], "FAILED": row and (row[5] or 128 + (row[6] or 0)),
                     "LOST": 137}.get(row[4] if row else None)
            # Killed once it had said all.
            if row is None and status == "137" or status == "137":
                continue
            if row is None or int(status) != known:
                fail(f"{task}: elog-job exited with {status}, {row}")
    for uuid, name, value in rows["new.db values"]:
        if name == "who" and by_uuid[uuid][2] != value:
            fail(f"{value}: its figure is of {by_uuid[uuid][2]}")
    return failures


sys.exit(main())
