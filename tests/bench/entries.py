#!/usr/bin/env python3
"""Make entries of many logbooks, of varied length and in five languages.

entries.py stream N       as records, for elog-load
entries.py mails N DIR    the same as mails, each a file, 1000 to a directory
entries.py queries N      N searches of two words that stand in one of the texts

Words are made of syllables and come as often as words do (Zipf); nothing is kept but
what is printed, and the same N gives the same again.
"""
import itertools
import json
import os
import random
import sys
import time

EXPERIMENT = 1000  # entries of each
# Consonants, vowels, and how many texts of ten thousand are in the language.
LANGUAGES = {
    "en": ("b c d f g h k l m n p r s t th w st tr ck ng", "a e i o u ea ou", 4000),
    "de": ("b d f g h k l m n r s t sch ch st z w ß", "a e i o u ä ö ü ei ie", 1500),
    "fr": ("b c d f g j l m n p r s t v qu ch", "a e i o u é è ê à ou ai", 1500),
    "ru": ("б в г д ж з к л м н п р с т х ч ш ст", "а е и о у ы я ю", 1500),
    "ja": ("", "", 1500),
}
AUTHORS = ["alice", "bob", "mcurie", "Jörg Müller", "Anaïs Léger", "Иван Петров", "daq"]
TAGS = ["DARK", "GOOD RUN", "laser", "beam", "sample", "SHIFT SUMMARY"]
START = 1451606400  # 2016


def vocabulary(rng, language):
    consonants, vowels, _ = LANGUAGES[language]
    if language == "ja":
        kana = [chr(c) for c in range(0x3042, 0x3094)]
        kanji = [chr(c) for c in rng.sample(range(0x4E00, 0x9000), 1500)]
        return ["".join(rng.choices(rng.choice((kana, kanji)), k=rng.randint(1, 4)))
                for _ in range(20000)]
    consonants, vowels = consonants.split(), vowels.split()
    words = {}
    while len(words) < 30000:  # the short ones first, as it is with words
        n = min(1 + len(words) // 200, rng.randint(1, 4))
        word = "".join(rng.choice(consonants) + rng.choice(vowels) for _ in range(n))
        word += rng.choice(consonants) if rng.random() < 0.5 else ""
        words[word.capitalize() if language == "de" and rng.random() < 0.3 else word] = True
    return list(words)


def sequence(rng, language):
    """Words as they follow each other; a text is a piece of it."""
    words = vocabulary(rng, language)
    weights = list(itertools.accumulate(1 / (i + 3) for i in range(len(words))))
    chosen = rng.choices(words, cum_weights=weights, k=1000000)
    for at in range(0, len(chosen), 12):
        chosen[at] += rng.choice((".", ",", ":", "\n", " -"))
    for at in range(5, len(chosen), 25):
        chosen[at] = rng.choice((
            "run %d" % rng.randint(1, 500), "%.3f mm" % rng.uniform(0, 100),
            "XPP:SB%d:MMS:%02d.RBV" % (rng.randint(1, 9), rng.randint(1, 40)),
            "%d" % rng.randint(0, 9999), "1e-%d" % rng.randint(1, 9)))
    return chosen


def entries(n):
    rng = random.Random(13)
    languages = list(LANGUAGES)
    shares = [LANGUAGES[l][2] for l in languages]
    sequences = {l: sequence(rng, l) for l in languages}
    for i in range(n):
        language = rng.choices(languages, shares)[0]
        sequence_ = sequences[language]
        length = min(int(rng.lognormvariate(3.2, 1)) + 1, 3000)
        at = rng.randrange(len(sequence_) - length)
        second = START + i // EXPERIMENT * 300000 * 1000 // max(n // 1000, 1) + i % EXPERIMENT * 400
        yield {
            "experiment": "%sl%06d" % (("mfx", "xpp", "cxi")[i // EXPERIMENT % 3], i // EXPERIMENT),
            "_id": "%024x" % (0x6b00a972be5c << 48 | i),
            "second": second + rng.randrange(400),
            "author": rng.choice(AUTHORS),
            "content": (" " if language != "ja" else "").join(sequence_[at:at + length]),
            "title": sequence_[at] if rng.random() < 0.1 else None,
            "tags": rng.sample(TAGS, 2) if rng.random() < 0.2 else None,
            "run": rng.randint(1, 300) if rng.random() < 0.5 else None,
        }


def stamp(second):
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(second))


def document(entry):
    made = {"experiment": entry["experiment"], "_id": entry["_id"],
            "insert_time": stamp(entry["second"]), "relevance_time": stamp(entry["second"]),
            "author": entry["author"], "content": entry["content"], "content_type": "TEXT"}
    for name, member in (("title", "title"), ("tags", "tags"), ("run", "run_num")):
        if entry[name] is not None:
            made[member] = entry[name]
    return made


def stream(n):
    def put(name, record):
        sys.stdout.write('{"type":"RECORD","stream":"%s","record":%s}\n' % (
            name, json.dumps(record, ensure_ascii=False, separators=(",", ":"))))
    for experiment, some in itertools.groupby(entries(n), lambda e: e["experiment"]):
        put("experiments", {"experiment": experiment, "name": experiment,
                            "instrument": experiment[:3].upper()})
        count = 0
        for entry in some:
            put("logbook_entries", document(entry))
            count += 1
        put("fetches", {"experiment": experiment, "status": "complete",
                        "fetched_at": "2026-01-01T00:00:00Z",
                        "records": {"experiments": 1, "logbook_entries": count}})


def mails(n, directory):
    for i, entry in enumerate(entries(n)):
        folder = "%s/%04d" % (directory, i // 1000)
        if i % 1000 == 0:
            os.makedirs(folder)
        head = "From: %s <%s@localhost>\nDate: %s\nMessage-ID: <%s@localhost>\nSubject: %s\n" % (
            "author", "author", time.strftime("%a, %d %b %Y %H:%M:%S +0000",
                                              time.gmtime(entry["second"])),
            entry["_id"], "entry")
        with open("%s/%d" % (folder, i), "w", encoding="utf-8") as file:
            file.write(head + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                       "Content-Transfer-Encoding: 8bit\n\n"
                       + (entry["title"] + "\n" if entry["title"] else "")
                       + entry["content"] + "\n")


def queries(n):
    rng = random.Random(17)
    for entry in entries(n * 20):
        words = [w for w in entry["content"].split() if w.isalpha() and len(w) > 2]
        if len(words) > 10 and ord(words[0][0]) < 0x3000:
            print(*rng.sample(words, 2))
            n -= 1
            if n == 0:
                break


if __name__ == "__main__":
    {"stream": lambda: stream(int(sys.argv[2])),
     "mails": lambda: mails(int(sys.argv[2]), sys.argv[3]),
     "queries": lambda: queries(int(sys.argv[2]))}[sys.argv[1]]()
