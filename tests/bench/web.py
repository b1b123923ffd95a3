#!/usr/bin/env python3
"""Measure elog-web, for bench.sh.

web.py fill DATABASE EXPERIMENTS ENTRIES: records of experiments with entries, to stdout.
web.py measure DATABASE SECONDS: prints WHAT, OURS, PEER, RATIO and BAR, with tabs between.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
WORDS = ("jet nozzle clogged beam stable dark scan laser timing motor aligned attenuator energy pulse sample detector "
         "calibration mirror slit focus hit rate low high good bad moved lost").split()


def fill(experiments, entries):
    each = entries // experiments
    for e in range(experiments):
        name = f"tstx{e:05}"
        print(json.dumps({"type": "RECORD", "stream": "experiments", "record": {
            "experiment": name, "_id": name, "name": name, "instrument": "TST",
            "description": f"Experiment number {e}", "contact_info": "Marie Curie (m@example.org)",
            "start_time": f"2026-01-{1 + e % 28:02}T00:00:00+00:00"}}))
        for i in range(each):
            scattered = (e * each + i) * 2654435761 & 0xFFFFFFFF
            text = " ".join(WORDS[(scattered >> k) % len(WORDS)] for k in range(12))
            print('{"type":"RECORD","stream":"logbook_entries","record":{"experiment":"%s","_id":"%d","insert_time":'
                  '"2026-%02d-%02dT%02d:%02d:%02d+00:00","author":"%s","content":"%s %d","run_num":%d}}' % (
                      name, e * each + i, 1 + e % 12, 1 + i // 36 % 28, i % 24, i * 7 % 60, i % 60,
                      ("alice", "bob", "mcurie", "daq")[scattered % 4], text, scattered % 9973, 1 + i // 10))
        print(json.dumps({"type": "RECORD", "stream": "fetches", "record": {
            "experiment": name, "status": "complete", "records": {"experiments": 1, "logbook_entries": each},
            "fetched_at": "2026-03-01T00:00:00Z"}}))


class Server:
    def __init__(self, database):
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(["elog-web", "--port", "0", database], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        base, self.token = self.process.stdout.readline().split()[1].split("/?token=")
        self.host = base.removeprefix("http://")
        self.port = int(self.host.split(":")[1])
        self.cookie = f"elog-web-{self.port}={self.token}"
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        self.used = 0

    def get(self, path):
        """Milliseconds until it came whole, and its bytes."""
        if time.perf_counter() - self.used > 5:
            self.connection.close()
        begun = self.used = time.perf_counter()
        self.connection.request("GET", path, headers={"Cookie": self.cookie, "Host": self.host})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"web.py: {path}: {answer.status}: {body[:300]}")
        return (time.perf_counter() - begun) * 1000, body

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def line(what, ours, peer, ratio, bar):
    print("\t".join((what, ours, peer, f"{ratio:.4g}", bar)), flush=True)


def p95(values):
    return sorted(values)[max(int(len(values) * 0.95) - 1, 0)]


def load(url, clients, seconds, cookie=None):
    """Requests a second, and how many failed."""
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "20s"]
    if cookie:
        command += ["-H", f"Cookie: {cookie}"]
    out = subprocess.run(command + [url], stdout=subprocess.PIPE, text=True, check=True).stdout
    errors = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", out))
    for numbers in re.findall(r"Socket errors: (.*)", out):
        errors += sum(int(n) for n in re.findall(r"\d+", numbers))
    return float(re.search(r"Requests/sec:\s*([\d.]+)", out).group(1)), errors


def touch(database, n):
    """A commit that changes nothing that a page shows."""
    with sqlite3.connect(database, timeout=30) as db:
        db.execute("INSERT OR REPLACE INTO metadata VALUES ('bench', ?)", (str(n),))
    db.close()


def times(server, what, paths):
    server.get(paths[0])
    taken = p95([server.get(path)[0] for path in paths[1:]])
    line(f"elog-web, {what}: p95, ms", f"{taken:.1f}", "-", taken, "<= 20")


def against_python(server, database, seconds):
    peer = subprocess.Popen([HERE / "web_peer.py", database], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            text=True)
    try:
        port = int(peer.stdout.readline())
        same = [(load(f"http://127.0.0.1:{server.port}/", 8, seconds, server.cookie)[0],
                 load(f"http://127.0.0.1:{port}/", 8, seconds)[0]) for _ in range(3)]
        ours, theirs = max(a for a, _ in same), max(b for _, b in same)
        line("elog-web, first page, requests a second; python3", f"{ours:.0f}", f"{theirs:.0f}", ours / theirs, ">= 30")
        # One at a time, a commit in front of each.
        connection = http.client.HTTPConnection("127.0.0.1", port)
        mine, its = [], []
        for n in range(40):
            touch(database, n)
            mine.append(server.get("/")[0])
            begun = time.perf_counter()
            connection.request("GET", "/")
            connection.getresponse().read()
            its.append((time.perf_counter() - begun) * 1000)
        a, b = sorted(mine)[20], sorted(its)[20]
        line("  the same, computed anew: ms a request", f"{a:.2f}", f"{b:.2f}", b / a, ">= 5")
    finally:
        peer.kill()
        peer.wait()


def while_a_sync_writes(database, seconds):
    """64 clients; the tool itself loads an experiment over and over beside them."""
    server = Server(database)
    stop = threading.Event()
    loads = [0]

    def write():
        while not stop.is_set():
            record = {"type": "RECORD", "stream": "fetches", "record": {
                "experiment": "tstx00000", "status": "failed", "message": f"load {loads[0]}",
                "fetched_at": "2026-03-02T00:00:00Z"}}
            subprocess.run(["elog-load", "-q", database], input=json.dumps(record).encode() + b"\n", check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            loads[0] += 1
            stop.wait(0.2)
    writer = threading.Thread(target=write)
    writer.start()
    rate, errors = load(f"http://127.0.0.1:{server.port}/", 64, seconds, server.cookie)
    stop.set()
    writer.join()
    server.close()
    line(f"  64 clients for {seconds} s, {loads[0]} loads beside them: errors", f"{errors}", f"{rate:.0f}/s", errors, "<= 0")


def measure(database, seconds):
    if not shutil.which("wrk"):
        raise SystemExit("web.py: wrk is missing")
    starts = []
    for _ in range(5):
        server = Server(database)
        server.get("/static/icon.svg")
        starts.append((time.perf_counter() - server.begun) * 1000)
        server.close()
    server = Server(database)
    server.get("/")
    times(server, "first page", ["/?page=" + "0" * i + "1" for i in range(40)])
    times(server, "1,000 runs", [f"/runs?v=c{i:03},c{i + 1:03},c{i + 2:03}" for i in range(40)])
    times(server, "search", [f"/search?q={a}+{b}" for a, b in zip(WORDS, WORDS[3:] + WORDS[:3])])
    against_python(server, database, 3)
    for i in range(10000):
        server.get(("/", f"/e/tstx{i % 500:05}/runs", f"/search?q={WORDS[i % 20]}", f"/e/tstx{i % 700:05}")[i % 4])
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    memory = int(re.search(r"VmRSS:\s*(\d+)", status).group(1)) / 1000
    line("elog-web, after 10,000 requests: MB", f"{memory:.1f}", "-", memory, "<= 48")
    line("  start to first byte: ms", f"{sorted(starts)[2]:.1f}", "-", sorted(starts)[2], "<= 30")
    server.close()
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "copy.db")
        shutil.copy(database, copy)
        while_a_sync_writes(copy, seconds)


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]), int(sys.argv[3]))
    else:
        measure(sys.argv[2], int(sys.argv[3]))
