#!/usr/bin/env python3
"""Hold elog-search against a search by brute force over the same texts.

search_check.py generate DIR: a stream of entries in five languages to DIR/stream, their
texts to DIR/entries.json.
search_check.py check DIR DATABASE N SEED: N queries; says what differs, and exits 1.
"""
import functools
import json
import random
import re
import subprocess
import sys
import unicodedata

WORDS = """nozzle clogged beam drift laser timing tool Detector Straße naïve café über
Müller Ärger größe hôtel élève déjà vu señal niño año corazón лазер пучок детектор ошибка
run-12 20.04 XPP:SB2:MMS:01.RBV C++ #7 a_b e-mail 5µm CO₂ ﬁlter Ångström Å 1e-3 x/y
<5mm AND OR NOT "quoted" it's 50% don't""".split()
SPACELESS = ["束流不稳定", "激光时间工具", "ビームが止まった", "レーザーの調整", "ノズル詰まり"]


def is_spaceless(c):
    return any(a <= ord(c) <= b for a, b in (
        (0x0E00, 0x0EFF), (0x3005, 0x3007), (0x3041, 0x30FF), (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)))


@functools.lru_cache(maxsize=None)
def fold(text):
    out = []
    for c in unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()):
        if is_spaceless(c):
            out.append(c)
        else:
            out += [d for d in unicodedata.normalize("NFD", c)
                    if unicodedata.category(d) != "Mn"]
    return "".join(out)


@functools.lru_cache(maxsize=None)
def words(text):
    found, word = [], ""
    for c in fold(text):
        if is_spaceless(c):
            found += [word, c]
            word = ""
        elif unicodedata.category(c)[0] in "LN":
            word += c
        else:
            found.append(word)
            word = ""
    return [w for w in found + [word] if w]


def has_row(wanted, there, prefix):
    n = len(wanted)
    for i in range(len(there) - n + 1):
        if there[i:i + n - 1] == wanted[:-1] and (
                there[i + n - 1].startswith(wanted[-1]) if prefix
                else there[i + n - 1] == wanted[-1]):
            return True
    return False


def texts(entry):
    return [entry.get("title") or "", entry["content"], entry["author"],
            ", ".join(entry.get("tags", []))]


def one(query, entry):
    """Does one word, phrase, prefix or part of a word match?"""
    if query.startswith("author:"):
        return has_row(words(query[7:]), words(entry["author"]), False)
    if query.startswith("~"):
        return any(fold(query[1:]) in fold(t) for t in texts(entry))
    if query.startswith("/"):
        return any(re.search(query[1:-1], t, re.I) for t in texts(entry) if t)
    prefix = query.endswith("*") and len(query) > 1
    text = query[:-1] if prefix else query
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    wanted = words(text)
    exact = sum(len(w) for w in wanted) == len(fold(text).replace(" ", ""))
    for t in texts(entry):
        if wanted and not has_row(wanted, words(t), prefix):
            continue
        if (wanted and exact) or fold(text) in fold(t):
            return True
    return False


def matches(terms, entry):
    """terms: lists of alternatives; a leading minus sign is without."""
    return all(any(not one(q[1:], entry) if q[0] == "-" else one(q, entry)
                   for q in group) for group in terms)


def generate(directory):
    random.seed(7)
    entries = []
    for i in range(400):
        some = random.choices(WORDS, k=random.randint(1, 9))
        if random.random() < 0.3:
            some.insert(random.randint(0, len(some)), random.choice(SPACELESS))
        entry = {"_id": "%024x" % i, "content": " ".join(some),
                 "author": random.choice(["alice", "Bob Müller", "mcurie"]),
                 "insert_time": "2026-01-%02dT00:%02d:%02dZ" % (1 + i % 28, i // 60 % 60, i % 60),
                 "content_type": "TEXT"}
        if random.random() < 0.2:
            entry["tags"] = random.sample(["DARK", "GOOD RUN", "laser"], 2)
        entries.append(entry)
    with open(directory + "/entries.json", "w") as file:
        json.dump(entries, file)
    with open(directory + "/stream", "w") as file:
        def put(stream, record):
            file.write(json.dumps({"type": "RECORD", "stream": stream,
                                   "record": {"experiment": "mfx1", **record}}) + "\n")
        put("experiments", {"name": "mfx1", "instrument": "MFX"})
        for entry in entries:
            put("logbook_entries", entry)
        put("fetches", {"status": "complete", "fetched_at": "2026-02-01T00:00:00Z",
                        "records": {"experiments": 1, "logbook_entries": len(entries)}})


def query(pick):
    def term():
        word = pick.choice(WORDS + SPACELESS)
        kind = pick.random()
        if word in SPACELESS:
            at = pick.randint(0, len(word) - 2)
            return word[at:at + pick.randint(1, 3)]
        if kind < 0.1 and word.isalpha():
            return word[:pick.randint(1, len(word))] + "*"
        if kind < 0.2 and len(word) > 2 and word.isalpha():
            return "~" + word[1:-1]
        if kind < 0.25 and word.isascii() and word.isalpha():
            return "/%s/" % (word[0] + "." + word[2:])
        if kind < 0.35:
            other = pick.choice(WORDS)
            if '"' not in word + other:
                return '"%s %s"' % (word, other)
        if kind < 0.4:
            return "author:" + pick.choice(["alice", "müller", "bob"])
        return word.upper() if kind > 0.9 and word.isascii() else word

    terms = []
    for _ in range(pick.randint(1, 3)):
        group = [term()]
        if pick.random() < 0.2:
            group.append(term())
        elif pick.random() < 0.2:
            group = ["-" + group[0]]
        terms.append([g for g in group if g not in ("OR", "-OR")] or ["beam"])
    return terms


def check(directory, database, n, seed):
    with open(directory + "/entries.json") as file:
        entries = json.load(file)
    pick = random.Random(seed)
    wrong = 0
    for _ in range(n):
        terms = query(pick)
        arguments = []
        for group in terms:
            for i, q in enumerate(group):
                arguments += ["OR"] * (i > 0) + [q]
        result = subprocess.run(["elog-search", "--format", "json", *arguments, database],
                                capture_output=True, text=True, check=False)
        got = {json.loads(line)["entry_id"] for line in result.stdout.splitlines()}
        want = {e["_id"] for e in entries if matches(terms, e)}
        if result.returncode != 0 or got != want:
            wrong += 1
            print("%r: exit %d, %d found, %d expected, such as %s; %s" % (
                arguments, result.returncode, len(got), len(want),
                sorted(got ^ want)[:2], result.stderr))
    sys.exit(wrong > 0)


if sys.argv[1] == "generate":
    generate(sys.argv[2])
else:
    check(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
