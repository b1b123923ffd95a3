#!/usr/bin/python3
"""jobs.py NUMBER: the records of so many jobs, with five uses of files each.

Pipelines of a hundred jobs, one after the other: each job reads three files that jobs
before it in its pipeline wrote, and writes two.
"""

import hashlib
import json
import random
import sys


def uuid7(i):
    return f"0193{i >> 32:04x}-{i >> 16 & 0xffff:04x}-7000-8000-{i:012x}"


def content(i):
    h = hashlib.sha256(str(i).encode()).hexdigest()
    return h, f"{h[:8]}-{h[8:12]}-8{h[13:16]}-8{h[17:20]}-{h[20:32]}"


def at(i):
    return f"2026-{i // 2419200 % 12 + 1:02d}-{i // 86400 % 28 + 1:02d}T" \
           f"{i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d}.000000Z"


def record(stream, **members):
    print(json.dumps({"type": "RECORD", "stream": stream, "record": members}))


random.seed(1)
project = uuid7(0)
record("projects", uuid=project, name="bench", directory="/p", at=at(0))
for job in range(1, int(sys.argv[1]) + 1):
    when = at(job)
    record("jobs", uuid=uuid7(job), project=project, number=str(job), task=f"t{job % 7}",
           status="FINISHED", started_at=when, finished_at=when, host="bench",
           argv=["a", str(job)], exit_status=0, at=when)
    first = (job - 1) // 100 * 100 + 1
    for k in range(3):
        made = random.randint(first, job - 1) * 2 + random.randint(0, 1) \
            if job > first else 10**9 + job * 4 + k
        record("job_file_uses", job=uuid7(job), file=content(made)[1], direction="IN",
               role=f"I{k}", path=f"/p/f{made}", at=when)
    for k in range(2):
        made = job * 2 + k
        sha256, uuid = content(made)
        record("job_files", uuid=uuid, sha256=sha256, size=made + 1, path=f"/p/f{made}",
               at=when)
        record("job_file_uses", job=uuid7(job), file=uuid, direction="OUT", role=f"O{k}",
               path=f"/p/f{made}", at=when)
    record("job_values", job=uuid7(job), name="Rfactor", value=round(random.random(), 4),
           at=when)
