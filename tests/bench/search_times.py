#!/usr/bin/env python3
"""Time searches, from exec to exit, in turns.

search_times.py ROUNDS QUERIES COMMAND...: each COMMAND is a program with its options, in
one argument, where {} stands for the two words of a query.  For each, a line with the
median and the 95th percentile in milliseconds over the queries, of each the best round;
and with how many lines came of all.
"""
import os
import shlex
import sys
import time


def run(argv):
    read, write = os.pipe()
    null = os.open("/dev/null", os.O_WRONLY)
    begin = time.perf_counter()
    child = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_DUP2, null, 2),
        (os.POSIX_SPAWN_CLOSE, read)])
    os.close(write)
    os.close(null)
    lines = 0
    while block := os.read(read, 1 << 16):
        lines += block.count(b"\n")
    os.waitpid(child, 0)
    taken = time.perf_counter() - begin
    os.close(read)
    return taken * 1000, lines


rounds = int(sys.argv[1])
with open(sys.argv[2], encoding="utf-8") as file:
    queries = [line.split() for line in file]
commands = [shlex.split(text) for text in sys.argv[3:]]
best = [[float("inf")] * len(queries) for _ in commands]
lines = [0] * len(commands)
for round_ in range(rounds):
    for i, query in enumerate(queries):
        for k, command in enumerate(commands):
            argv = []
            for word in command:
                argv += query if word == "{}" else [word]
            taken, n = run(argv)
            best[k][i] = min(best[k][i], taken)
            lines[k] += n if round_ == 0 else 0
for k, times in enumerate(best):
    times.sort()
    print("%.2f %.2f %d" % (times[len(times) // 2],
                            times[min(len(times) * 95 // 100, len(times) - 1)], lines[k]))
