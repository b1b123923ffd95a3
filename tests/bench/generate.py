#!/usr/bin/env python3
"""Write a made-up logbook, laid out as tests/sample, for benchmarks and fault tests.

The same seed gives the same bytes.  Experiment number i does not depend on how many
there are, so a logbook at --scale 16 begins with the one at --scale 1: one web server
serves all sizes, and names.txt lists the experiments in their order.
"""

import argparse
import os
import random

EXPERIMENTS = 54
AUTHORS = ["mcurie", "bob", "wu", "alice", "lmeitner", "noether", "daq"]
PEOPLE = ["Marie Curie (mcurie@example.org)", "Chien-Shiung Wu (wu@example.org) ",
          "Lise Meitner", "Emmy N\\u00f6ther (noether@example.org)"]
TAGS = ["800nm", "THz", "GOOD RUN", "dark", "vide\\u00e9"]
SENTENCES = [
    "Detector distance moved to %d mm",
    "attenuation 1e-%d\\nsecond line\\ttabbed \\\"quoted\\\" back\\\\slash",
    "Injector clogged after %d minutes; sample changed, nozzle cleaned, "
    "pressures back to where they were before",
    "Timing tool drifts by %d fs an hour \\u2014 feedback on",
    "Jet looks good at %d \\u00b5m, hit rate rising \\ud83e\\uddca",
    "beam is back, %d \\u03bcJ on the gas detector, MCC confirms the schedule for the night",
    "<b>Hutch searched</b> and closed by shift %d &amp; beam requested",
]
# The text of a parameter's value, as the service writes it, and how often it occurs.
VALUES = ([('"0.%04d"', 10000)] * 5 + [('"1"', 0)] * 4 + [("%d", 9999999)] * 5 +
          [("%d.612532", 100)] * 4 + [("0.%d16696209947984", 1000)] * 3 +
          [("9007199254740%03d", 999)] * 2 + [("true", 0), ("false", 0)] +
          [('"RETRACTED"', 0), ('"d\\u00e9plac\\u00e9 %d"', 50), ("NaN", 0), ("null", 0)])


def time(rng, day, hour):
    return "2026-%02d-%02dT%02d:%02d:%02d.%03d000+00:00" % (
        1 + day // 28 % 12, 1 + day % 28, hour % 24,
        rng.randrange(60), rng.randrange(60), rng.randrange(1000))


def envelope(documents):
    return '{"success": true, "value": [%s]}' % ", ".join(documents)


def parameter_names(count):
    stands = ["MFX:DIA:MMS:", "XPP:USR:MMS:", "CXI:SND:MMS:", "AT1L0:HFP:ATT:",
              "MFX:USR:EVR:", "GATT:FEE1:", "SIOC:SYS0:ML00:AO"]
    fields = ["\\uff0eRBV", "\\uff0eVAL", "_EGU", "", "\\uff0eDESC\\uff04"]
    names = []
    for i in range(count - 9 if count > 20 else count):
        names.append("%s%02d%s" % (stands[i % 7], i, fields[i * 3 % 5]))
    if count > 20:
        names += ["DAQ Detectors/" + name for name in
                  ("MfxEndstation-0|Epix10ka2M-0", "EpicsArch-0|NoDevice-0",
                   "XppGon-0|Jungfrau-1", "BldEb-0|NoDevice-1")]
        names += ["DAQ Detector Totals/Events", "DAQ Detector Totals/Damaged",
                  "DAQ Detector Totals/Size", "N dropped Shots", "Prod_start"]
    return names


class Experiment:
    def __init__(self, number, options):
        self.o = options
        self.rng = random.Random(options.seed * 1000003 + number)
        self.instrument = ("MFX", "XPP", "CXI", "TMO", "RIX")[number % 5]
        self.year = 22 + number % 5
        self.name = "%sl%05d%02d" % (self.instrument.lower(), 10000 + number, self.year)
        self.proposal = "L%05d" % (10000 + number)
        self.day = number * 5 % 300
        self.id_base = "6b%06x" % number

    def new_id(self, kind, i):
        return "%s%04x%012x" % (self.id_base, kind, i)

    def info(self):
        rng = self.rng
        return ('{"success": true, "value": {"_id": "%s", "name": "%s", "instrument": "%s", '
                '"description": "Serial fs crystallography \\u2116%d: \'quotes\' & <tags>", '
                '"start_time": "%s", "end_time": "%s", "registration_time": "%s", '
                '"leader_account": "pi%d", "contact_info": "%s", "posix_group": "%s", '
                '"params": {"PNR": "%s", "slack_channels": "#exp%d", '
                '"analysis_queues": "psanaq,milano", "dm_locations": "S3DF"}}}' % (
                    self.name, self.name, self.instrument, rng.randrange(99),
                    time(rng, self.day, 9), time(rng, self.day + 5, 9),
                    time(rng, self.day, 1), rng.randrange(50), rng.choice(PEOPLE),
                    self.name, self.proposal, rng.randrange(99)))

    def elog(self):
        rng, documents = self.rng, []
        for i in range(self.o.entries):
            run = i * max(self.o.runs, 1) // self.o.entries + 1
            when = time(rng, self.day + i // 48, i // 2)
            text = " ".join(rng.choice(SENTENCES).replace("%d", str(rng.randrange(100)))
                            for _ in range(rng.choice((1, 1, 1, 2, 3))))
            more = ""
            if i % 3 == 0:
                text = "Run number %d: Running with %d uJ" % (run, rng.randrange(99))
            if i % 4 == 1:
                more += ', "run_num": %d' % run
            if i % 5 == 2:
                more += ', "tags": ["%s", "%s"]' % (rng.choice(TAGS), rng.choice(TAGS))
            if i % 25 == 7:
                more += (', "attachments": [{"_id": "%s", "name": "shot.png", '
                         '"type": "image/png", "url": "mongo://%s"}]' % (
                             self.new_id(9, i), self.new_id(8, i)))
            if i % 40 == 9:
                more += ', "deleted_by": "bob", "deleted_time": "%s"' % when
            if i % 100 == 50:
                text = "\\n".join([text] * 60)
            documents.append('{"_id": "%s", "insert_time": "%s", "relevance_time": "%s", '
                             '"author": "%s", "content": "%s", "content_type": "TEXT"%s}' % (
                                 self.new_id(1, i), when, when, rng.choice(AUTHORS), text,
                                 more))
        return envelope(documents)

    def runs(self):
        rng, documents = self.rng, []
        names = parameter_names(self.o.params)
        pool = []
        for _ in range(4000):
            form, most = rng.choice(VALUES)
            pool.append(form % rng.randrange(most) if most else form)
        last = names[-9:] if len(names) > 20 else []
        template = ", ".join('"%s": %%s' % name for name in names[:len(names) - len(last)])
        detectors = ""
        for number in range(self.o.runs, 0, -1):
            when = time(rng, self.day + number // 20, number)
            values = rng.choices(pool, k=template.count("%s"))
            if last:
                detectors = ", " + ", ".join('"%s": %s' % pair for pair in zip(
                    last, [rng.choice(("true", "false")) for _ in range(4)] +
                    [rng.randrange(99999), rng.randrange(99), "5.929512383552949",
                     rng.randrange(50), '"2026/03/01_12:00:00"']))
            end = ', "end_time": "%s"' % when if number < self.o.runs else ""
            documents.append(
                '{"num": %d, "type": "DATA", "begin_time": "%s"%s, "params": {%s%s}, '
                '"editable_params": {}, "_id": "%s"}' % (
                    number, when, end, template % tuple(values), detectors,
                    self.new_id(2, number)))
        return envelope(documents)

    def files(self):
        rng, documents = self.rng, []
        low = self.instrument.lower()
        for i in range(self.o.files):
            run, stream = i // 3 + 1, i % 3
            path = "/%s/%s/xtc/%s-r%04d-s%02d-c00.xtc2" % (
                low, self.name, self.name, run, stream)
            when = time(rng, self.day + i // 60, i // 3)
            documents.append(
                '{"path": "%s", "absolute_path": "/u2/pcds/pds%s", "hostname": "daq-%s-%d", '
                '"gen": 2, "run_num": %d, "create_timestamp": "%s", "modify_timestamp": "%s", '
                '"size": %d, "checksum": "%032x", "locations": {"S3DF": {"asof": "%s"}}, '
                '"_id": "%s"}' % (path, path, low, stream, run, when, when,
                                  rng.randrange(10 ** 12), rng.getrandbits(128), when,
                                  self.new_id(3, i)))
        return envelope(documents)

    def definition(self, i):
        return ('{"_id": "%s", "name": "%s", "executable": "/sdf/arp/%s.sh", '
                '"parameters": "--nevents 1000", "trigger": "END_OF_RUN", '
                '"run_as_user": "alice", "location": "S3DF"}' % (
                    self.new_id(4, i), ("smd", "cube")[i], ("smd", "cube")[i]))

    def workflow_definitions(self):
        return envelope([self.definition(1), self.definition(0)])

    def workflow_jobs(self):
        return envelope([
            '{"run_num": %d, "def_id": "%s", "user": "alice", "status": "DONE", '
            '"submit_time": "%s", "tool_id": %d, "counters": [{"key": "<b>Last Event</b>", '
            '"value": "<i>920</i>"}], "_id": "%s", "def": %s, "experiment": "%s"}' % (
                run, self.new_id(4, 0), time(self.rng, self.day, run), 500 + run,
                self.new_id(5, run), self.definition(0), self.name)
            for run in range(1, min(20, self.o.runs) + 1)])

    def samples(self):
        return envelope(['{"name": "lysozyme", "description": "std", "params": {}, '
                         '"_id": "%s"}' % self.new_id(6, 0)])

    def shifts(self):
        return envelope(['{"name": "Day %d", "leader": "alice", "begin_time": "%s", '
                         '"description": "", "params": {}, "_id": "%s"}' % (
                             i, time(self.rng, self.day + i, 9), self.new_id(7, i))
                         for i in range(1, 6)])

    def questionnaire(self):
        rng, categories = self.rng, []
        for category in ("xray", "laser", "env", "data", "contact"):
            categories.append('"%s": [%s]' % (category, ", ".join(
                '{"id": "%s-field%d", "val": "%s", "modified_time": "%s", '
                '"modified_uid": "mcurie"}' % (
                    category, i, rng.choice(("11.9", "keV", "\\u2264 3 \\u00b5m", "", "yes")),
                    time(rng, self.day, i)) for i in range(8))))
        return "{%s}" % ", ".join(categories)

    def listed(self):
        return ('{"_id": "%s", "name": "%s", "instrument": "%s", "description": "d", '
                '"run_count": %d}' % (self.name, self.name, self.instrument, self.o.runs))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", help="becomes the root of a web server")
    parser.add_argument("--scale", type=int, default=1, help="this many times 54 experiments")
    parser.add_argument("--experiments", type=int, help="this many experiments instead")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--params", type=int, default=300, help="parameters of each run")
    parser.add_argument("--entries", type=int, default=200)
    parser.add_argument("--files", type=int, default=180)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kerb = os.path.join(options.directory, "ws-kerb")
    experiments = [Experiment(i, options)
                   for i in range(options.experiments or EXPERIMENTS * options.scale)]
    for e in experiments:
        for resource in ("info", "elog", "runs", "files", "workflow_definitions",
                         "workflow_jobs", "samples", "shifts"):
            write(os.path.join(kerb, "lgbk/lgbk", e.name, "ws", resource),
                  getattr(e, resource)())
        write(os.path.join(kerb, "questionnaire/ws/proposal/attribute/run%02d" % e.year,
                           e.proposal), e.questionnaire())
    listed = envelope([e.listed() for e in experiments])
    write(os.path.join(kerb, "lgbk/lgbk/ws/experiments"), listed)
    write(os.path.join(kerb, "lgbk/lgbk/ws/activeexperiments"), listed)
    write(os.path.join(options.directory, "ws/lgbk/lgbk/ws/experiment_names_updated_within"),
          envelope(['"%s"' % e.name for e in experiments]))
    write(os.path.join(options.directory, "names.txt"),
          "".join(e.name + "\n" for e in experiments))


if __name__ == "__main__":
    main()
