"""Jobs of elog-job(1), from Python.

    import elogdb

    with elogdb.job("refine", inputs={"HKLIN": "a.mtz"}, run=12) as job:
        ...
        job.value("Rfactor", 0.21)
        job.output("XYZOUT", "b.pdb")

A job within a job is its child, also in asyncio ("async with") and threads that copy
their context; so is what elog-job run starts in a process of ours.  A job that is left
with an exception FAILED, with the exception's text; KeyboardInterrupt and
asyncio.CancelledError make it INTERRUPTED.  If this process dies, the job is LOST.

Everything is written by the program elog-job, which must be in PATH, or which the
variable ELOG_JOB_COMMAND names.  Nothing but the standard library is used.
"""

import asyncio
import contextvars
import json
import numbers
import os
import subprocess
import threading

__all__ = ["Error", "Job", "current", "job", "jobs"]

_current = contextvars.ContextVar("elogdb_job", default=None)


class Error(RuntimeError):
    """What elog-job said when it failed."""


def _run(*arguments, parent=None):
    """Run elog-job; what it prints."""
    environment = dict(os.environ)
    if parent is not None:
        environment["ELOG_JOB"] = parent
    done = subprocess.run(
        [os.environ.get("ELOG_JOB_COMMAND") or "elog-job", *map(os.fspath, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        raise Error(os.fsdecode(done.stderr).strip() or f"elog-job: {done.returncode}")
    return done.stdout


def _is_number(value):
    return isinstance(value, numbers.Real) or hasattr(value, "__float__")


def _text(value):
    """A number so that it reads back as the same; a truth value as 1 or 0."""
    if isinstance(value, numbers.Integral) or isinstance(value, bool):
        return str(int(value))
    return repr(float(value))


def _paths(value):
    if isinstance(value, (str, bytes, os.PathLike)):
        return [value]
    return list(value)


def _spec(role, path, more):
    """ROLE=PATH,key=value: bytes, since a path may be any."""
    text = os.fsencode(role) + b"=" + os.fsencode(path)
    # A note takes all that is left, so it comes last.
    for key in ("type", "subtype", "content", "note"):
        if more.get(key) is not None:
            text += b"," + key.encode() + b"=" + str(more[key]).encode()
    return text


class Job:
    """A job that begins and ends with a "with" statement.

    task, title    what it does, in a word and for people
    experiment, run   what it is about
    inputs         {role: path or paths}
    outputs        {role: pattern}: must be there in the end, and are recorded then
    values         {name: value}
    project, db    directory of the project; a database that is loaded in the end
    """

    def __init__(self, task=None, *, title=None, experiment=None, run=None, inputs=None,
                 outputs=None, values=None, project=None, db=None):
        self.task = task
        self.uuid = None
        self._about = {"task": task, "title": title, "experiment": experiment, "run": run}
        self._inputs = dict(inputs or {})
        self._outputs = dict(outputs or {})
        self._values = dict(values or {})
        self._project = [] if project is None else ["--project", os.fspath(project)]
        self._db = [] if db is None else ["--db", os.fspath(db)]
        self._token = None
        self._before = None

    # ---- what is recorded of it ----------------------------------------------------

    def value(self, name, value):
        """Set a figure: a number, or a text of any length."""
        self.values({name: value})

    def values(self, values):
        """Set many at once."""
        texts, figures = [], []
        for name, value in values.items():
            if _is_number(value):
                figures += [str(name), _text(value)]
            else:
                texts += [str(name), str(value)]
        if figures:
            self._tell("value", "--job", self.uuid, "--", *figures)
        if texts:
            self._tell("value", "--job", self.uuid, "--text", "--", *texts)

    def input(self, role, path, **more):
        """It read that file, or those; more: type, subtype, content, note."""
        self._files("in", role, path, more)

    def output(self, role, path, **more):
        """It wrote that file, or those."""
        self._files("out", role, path, more)

    def note(self, text):
        """Note something about it."""
        self._tell("note", "--", self.uuid, text)

    @property
    def environ(self):
        """The environment for a process that is to be a part of this job."""
        return dict(os.environ, ELOG_JOB=self.uuid)

    @property
    def number(self):
        """1.2 and so on."""
        shown = _run("show", *self._project, "--format", "json", self.uuid)
        return json.loads(shown)["number"]

    def _tell(self, subcommand, *arguments):
        return _run(subcommand, *self._project, *arguments)

    def _files(self, way, role, path, more):
        specs = [_spec(role, one, more) for one in _paths(path)]
        if specs:
            self._tell("file", "--job", self.uuid, "--", way, *specs)

    # ---- beginning and end -----------------------------------------------------------

    def _begin(self, parent):
        options = []
        for name, value in self._about.items():
            if value is not None:
                options += ["--" + name, str(value)]
        created = _run("create", *self._project, *options, parent=parent)
        self.uuid = created.decode().strip()
        self._tell("start", "--pid", str(os.getpid()), self.uuid)
        try:
            for role, path in self._inputs.items():
                self.input(role, path)
            self.values(self._values)
        except BaseException as error:
            self._end(error)
            raise

    def _end(self, error):
        lacking = None
        for role, pattern in self._outputs.items():
            try:
                self.output(role, pattern)
            except Error as why:
                lacking = lacking or why
        error = error or lacking
        if error is None:
            self._tell("finish", *self._db, "--exit", "0", self.uuid)
        else:
            name = type(error).__name__
            text = f"{name}: {error}" if str(error) else name
            stopped = isinstance(error, (KeyboardInterrupt, asyncio.CancelledError))
            self._tell("fail", *self._db, "--message", text,
                       *(["--status", "INTERRUPTED"] if stopped else []), self.uuid)
        return lacking

    def _parent(self):
        parent = _current.get()
        return parent.uuid if parent is not None else None

    def __enter__(self):
        self._begin(self._parent())
        self._token = _current.set(self)
        # Processes that know nothing of us are children, too.  One environment is all
        # that a process has, so only its main thread says so.
        if threading.current_thread() is threading.main_thread():
            self._before = (os.environ.get("ELOG_JOB"),)
            os.environ["ELOG_JOB"] = self.uuid
        return self

    def __exit__(self, kind, error, trace):
        _current.reset(self._token)
        if self._before is not None:
            if self._before[0] is None:
                os.environ.pop("ELOG_JOB", None)
            else:
                os.environ["ELOG_JOB"] = self._before[0]
            self._before = None
        lacking = self._end(error)
        if error is None and lacking is not None:
            raise lacking
        return False

    async def __aenter__(self):
        await asyncio.to_thread(self._begin, self._parent())
        self._token = _current.set(self)
        return self

    async def __aexit__(self, kind, error, trace):
        _current.reset(self._token)
        # Being cancelled must not keep us from saying so.
        lacking = await asyncio.shield(asyncio.to_thread(self._end, error))
        if error is None and lacking is not None:
            raise lacking
        return False


def job(task=None, **about):
    """A job; see Job."""
    return Job(task, **about)


def current():
    """The job that we are in, or None."""
    return _current.get()


def jobs(expression=None, project=None, db=None):
    """The jobs for which an expression of elog-query(7) is true, a dict each."""
    arguments = ["--format", "json"]
    if project is not None:
        arguments += ["--project", project]
    if db is not None:
        arguments += ["--db", db]
    listed = _run("ls", *arguments, "--", *([] if expression is None else [expression]))
    return [json.loads(line) for line in listed.splitlines()]
