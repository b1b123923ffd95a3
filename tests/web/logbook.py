"""What the tests of elog-web share: a database of the saved logbooks, a server, a browser."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("ELOG_BUILD", TESTS.parent / "build"))

# Each would leave a mark, window.pwned, or ask for something elsewhere.
ATTACKS = [
    "<script>window.pwned = 1</script>",
    "<img src=x onerror=\"window.pwned = 2\">",
    "<svg onload=\"window.pwned = 3\"><script>window.pwned = 4</script></svg>",
    "<a href=\"javascript:window.pwned=5\">click</a>",
    "<iframe src=\"javascript:parent.pwned=6\"></iframe>",
    "<img src=\"http://evil.invalid/a.png\"><link rel=stylesheet href=\"http://evil.invalid/a.css\">",
    "<style>@import 'http://evil.invalid/b.css'; body { display: none }</style>",
    "<form action=\"http://evil.invalid/\"><input name=token><button>ok</button></form>",
    "<meta http-equiv=refresh content=\"0;url=http://evil.invalid/\">",
    "<base href=\"http://evil.invalid/\"><a href=\"x\">x</a>",
    "\"><script>window.pwned = 7</script>",
    "'-alert(1)-' ]]><!-- --><![CDATA[<script>window.pwned = 8</script>]]>",
    "<math><mtext><table><mglyph><style><img src=x onerror=\"window.pwned=9\">",
    "<template><script>window.pwned = 10</script></template>",
    "<details open ontoggle=\"window.pwned = 11\">x</details>",
]


def environment():
    kept = {k: v for k, v in os.environ.items() if not re.match("(FETCH_)?ELOG_", k)}
    kept["PATH"] = f"{BUILD}:{kept['PATH']}"
    kept["ELOG_CONFIG"] = "/dev/null"
    return kept


def tool(*arguments, **options):
    return subprocess.run(arguments, check=True, env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, **options).stdout


def record(stream, **members):
    return json.dumps({"type": "RECORD", "stream": stream, "record": members}) + "\n"


def attack_records(name="evil0001"):
    """An experiment all of whose texts are attacks."""
    first = ATTACKS[0]
    lines = [record("experiments", experiment=name, name=name, instrument=first,
                    description=first, contact_info=f"{first} (x@y.z)")]
    for i, attack in enumerate(ATTACKS):
        for kind in ({}, {"title": attack}):
            lines.append(record("logbook_entries", experiment=name, _id=f"a{i}{len(kind)}",
                                insert_time=f"2026-01-01T{i:02}:00:00+00:00", author=attack,
                                content=attack, run_num=1, tags=[attack], **kind))
    lines.append(record("runs", experiment=name, num=1, type=first, params={first: first, "speed": 1},
                        begin_time="2026-01-01T00:00:00+00:00"))
    lines.append(record("fetches", experiment=name, status="complete",
                        records={"experiments": 1, "logbook_entries": 2 * len(ATTACKS), "runs": 1},
                        fetched_at="2026-03-01T00:00:00Z"))
    return "".join(lines)


def mirror(database):
    """All saved logbooks, the attacks, jobs, sites and a saved search."""
    for sample in (TESTS / "sample", TESTS / "sample-2", TESTS / "web" / "sample"):
        folder = sample / "ws-kerb" / "lgbk" / "lgbk"
        names = "".join(f"{p.name}\n" for p in sorted(folder.iterdir()) if (p / "ws" / "info").exists())
        got = subprocess.run(["elog-get", "--url", f"file://{sample}"], env=environment(), input=names.encode(),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
        tool("elog-load", "-q", database, input=got)
    tool("elog-load", "-q", database, input=attack_records().encode())
    tool("elog-cond", "alias", "--db", database, "long", "duration > 100")
    tool("elog-search", "--save", "jets", "jet", database)
    tool("elog-site", "add", "--db", database, "alpha", "beta")


def jobs(database, folder):
    """A project with two jobs, one of which reads what the other wrote."""
    os.makedirs(folder)
    pathlib.Path(folder, "a.txt").write_text("a\n")
    tool("elog-job", "init", ".", cwd=folder)
    for task, command, given, made in (("copy", "cat a.txt >b.txt; echo R = 0.21", "a.txt", "b.txt"),
                                       ("count", "wc b.txt >c.txt", "b.txt", "c.txt")):
        tool("elog-job", "run", "--db", database, "-t", task, "--title", ATTACKS[0], "--experiment", "mfxl200025",
             "--run", "3", "--in", f"IN={given}", "--out", f"OUT={made}",
             "--figures-regex", r"R = (?<Rfactor>[\d.]+)", "--", "sh", "-c", command, cwd=folder)


class Server:
    """elog-web on a free port."""

    def __init__(self, database, *options):
        self.process = subprocess.Popen(["elog-web", "--port", "0", *options, database], env=environment(),
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split()[1]
        self.base, self.token = self.url.split("/?token=")
        self.cookie = f"elog-web-{self.base.rsplit(':', 1)[1]}={self.token}"

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(200)
        self.process.stdout.close()


class Place:
    """A folder with a database and a server."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="elog-web-test.")
        self.database = os.path.join(self.folder, "elog.db")
        self.fill()
        self.server = Server(self.database)

    def fill(self):
        mirror(self.database)
        jobs(self.database, os.path.join(self.folder, "project"))

    def close(self):
        self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def browser(width=1280, height=900):
    """Chromium, with a profile of its own, that notes what it asks for."""
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    options = Options()
    profile = tempfile.mkdtemp(prefix="elog-web-profile.")
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-dev-shm-usage", "--lang=en", f"--user-data-dir={profile}",
                 f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    driver.profile = profile
    driver.set_page_load_timeout(300)
    return driver


def quit_browser(driver):
    driver.quit()
    shutil.rmtree(driver.profile, ignore_errors=True)


def wait_for(condition, seconds=200):
    """Poll until a condition gives something true, which is returned."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.02)


def asked_for(driver):
    """The addresses that the browser asked for since the last call."""
    urls = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            urls.append(message["params"]["request"]["url"])
    return urls


class Tap:
    """Tests as functions, in order, with TAP (Test Anything Protocol 12) on stdout."""

    def __init__(self):
        self.n = self.failed = 0

    def run(self, function, *arguments):
        import traceback
        name = (function.__doc__ or function.__name__).strip().split("\n")[0].rstrip(".")
        self.n += 1
        try:
            function(*arguments)
            print(f"ok {self.n} - {name}", flush=True)
        except Exception:
            self.failed += 1
            print(f"not ok {self.n} - {name}", flush=True)
            for line in traceback.format_exc().rstrip().split("\n"):
                print(f"# {line[:500]}", flush=True)

    def end(self):
        print(f"1..{self.n}")
        return 1 if self.failed else 0
