#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# elogdb.py: jobs of elog-job from Python.

load ../lib/common

setup() {
    common_setup
    unset ELOG_JOB ELOG_JOB_PROJECT
    export PYTHONPATH=$root/contrib/python PYTHONDONTWRITEBYTECODE=1
    mkdir "$BATS_TEST_TMPDIR/p"
    cd "$BATS_TEST_TMPDIR/p" || return
    elog-job init .
}

@test "a job with files and figures, and jobs in it" {
    echo 1 >a.mtz
    echo 2 >b.mtz
    /usr/bin/python3 - <<'END'
import os, subprocess, elogdb
with elogdb.job("refine", title="x", experiment="e1", run=12,
                inputs={"HKLIN": "a.mtz", "MORE": ["a.mtz", "b.mtz"]}, values={"n": 3}) as job:
    job.value("Rfactor", 0.21)
    job.value("neg", -1.5e-7)
    job.value("big", 2**60)
    job.value("code", "007")
    job.value("long", "x" * 100000)
    job.value("ok", True)
    with elogdb.job("inner") as inner:
        assert elogdb.current() is inner and inner.number == "1.1"
        subprocess.run(["elog-job", "run", "-t", "shell", "--", "true"], check=True)
    assert elogdb.current() is job
    open("c.pdb", "w").write("3")
    job.output("XYZOUT", "c.pdb", type="chemical/x-pdb", note="last, but one")
    job.note("done")
assert "ELOG_JOB" not in os.environ
assert [j["number"] for j in elogdb.jobs("Rfactor < 0.25")] == ["1"]
END
    equal "$(elog-job ls | cut -f 1-3)" $'1\trefine\tFINISHED\n1.1\tinner\tFINISHED\n1.1.1\tshell\tFINISHED'
    elog-job spool | elog-load --quiet "$db" >/dev/null
    equal "$(sql -separator '|' "$db" "SELECT name, substr(value, 1, 20), length(value) FROM job_values ORDER BY name")" \
        $'Rfactor|0.21|4\nbig|1152921504606846976|19\ncode|007|3\nlong|xxxxxxxxxxxxxxxxxxxx|100000\nn|3|1\nneg|-1.5e-07|8\nok|1|1'
    equal "$(sql -separator '|' "$db" "SELECT direction, role, count(*), max(type), max(note) FROM job_file_uses GROUP BY 1, 2")" \
        $'IN|HKLIN|1||\nIN|MORE|2||\nOUT|XYZOUT|1|chemical/x-pdb|last, but one'
    equal "$(sql -separator '|' "$db" "SELECT title, experiment, run_number, note, exit_status FROM jobs WHERE number = '1'")" "x|e1|12|done|0"
}

@test "an exception is a failure with its text" {
    /usr/bin/python3 - <<'END'
import elogdb
for error in (ValueError("no beam"), KeyboardInterrupt()):
    try:
        with elogdb.job("bad"):
            raise error
    except BaseException as seen:
        assert seen is error
try:
    with elogdb.job("lacking", outputs={"X": "nosuch*"}):
        pass
except elogdb.Error as seen:
    assert "nosuch" in str(seen)
else:
    raise SystemExit("not told")
try:
    elogdb.job("elsewhere", project="/").__enter__()
except elogdb.Error as seen:
    assert "elog-job init" in str(seen)
END
    equal "$(elog-job ls --format json | jq -r .status | paste -sd ,)" FAILED,INTERRUPTED,FAILED
    equal "$(elog-job show 1 --format json | jq -r .message)" "ValueError: no beam"
}

@test "asyncio: jobs side by side have the right parents" {
    /usr/bin/python3 - <<'END'
import asyncio, elogdb
async def one(i):
    async with elogdb.job(f"outer{i}") as job:
        await asyncio.sleep(0.01)
        async with elogdb.job(f"inner{i}"):
            job.value("i", i)
async def main():
    async with elogdb.job("all"):
        await asyncio.gather(*(one(i) for i in range(8)))
    task = asyncio.create_task(sleep(began := asyncio.Event()))
    await began.wait()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
async def sleep(began):
    async with elogdb.job("cancelled"):
        began.set()
        await asyncio.sleep(600)
asyncio.run(main())
END
    elog-job spool | elog-load --quiet "$db" >/dev/null
    equal "$(sql "$db" "SELECT count(*) FROM jobs c JOIN jobs p ON p.uuid = c.parent WHERE c.task = replace(p.task, 'outer', 'inner')")" 8
    equal "$(sql "$db" "SELECT count(*) FROM jobs c JOIN jobs p ON p.uuid = c.parent WHERE p.task = 'all' AND c.task LIKE 'outer%'")" 8
    equal "$(sql "$db" "SELECT status FROM jobs WHERE task = 'cancelled'")" INTERRUPTED
}

@test "a process that dies leaves a job that is LOST" {
    run /usr/bin/python3 -c 'import elogdb, os
elogdb.job("dies").__enter__()
os.kill(os.getpid(), 9)'
    equal "$(elog-job ls | cut -f 2,3)" $'dies\tLOST'
}

# A database as Django makes it from CCP4i2's models, here with the fields that are read.
make_ccp4i2() {
    /usr/bin/python3 - "$1" <<'END'
import datetime, sys, uuid
import django
from django.conf import settings
settings.configure(USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}})
django.setup()
from django.db import connection, models as m

def model(_name, **fields):
    fields["__module__"] = __name__
    fields["Meta"] = type("Meta", (), {"app_label": "ccp4x"})
    return type(_name, (m.Model,), fields)

new = lambda: m.UUIDField(default=uuid.uuid4, unique=True)
Project = model("Project", uuid=new(), name=m.CharField(max_length=100, unique=True),
    directory=m.TextField(unique=True), creation_time=m.DateTimeField(),
    creation_user=m.TextField(), creation_host=m.TextField(), last_job_number=m.IntegerField(default=0))
Job = model("Job", uuid=new(), project=m.ForeignKey(Project, m.CASCADE),
    parent=m.ForeignKey("self", m.CASCADE, blank=True, null=True),
    number=m.CharField(max_length=50), title=m.CharField(max_length=255),
    status=m.IntegerField(default=0), evaluation=m.IntegerField(default=0),
    comments=m.TextField(blank=True), creation_time=m.DateTimeField(),
    finish_time=m.DateTimeField(blank=True, null=True), task_name=m.CharField(max_length=100),
    process_id=m.IntegerField(blank=True, null=True))
JobValueKey = model("JobValueKey", name=m.CharField(max_length=50, primary_key=True), description=m.TextField())
JobFloatValue = model("JobFloatValue", job=m.ForeignKey(Job, m.CASCADE),
    key=m.ForeignKey(JobValueKey, m.RESTRICT), value=m.FloatField())
JobCharValue = model("JobCharValue", job=m.ForeignKey(Job, m.CASCADE),
    key=m.ForeignKey(JobValueKey, m.RESTRICT), value=m.CharField(max_length=255))
FileType = model("FileType", name=m.CharField(max_length=50, primary_key=True), description=m.TextField())
File = model("File", uuid=new(), name=m.TextField(), directory=m.IntegerField(),
    type=m.ForeignKey(FileType, m.RESTRICT), sub_type=m.IntegerField(blank=True, null=True),
    content=m.IntegerField(blank=True, null=True), annotation=m.TextField(blank=True),
    job=m.ForeignKey(Job, m.CASCADE, blank=True, null=True), job_param_name=m.CharField(max_length=32, blank=True))
FileImport = model("FileImport", file=m.OneToOneField(File, on_delete=m.CASCADE, primary_key=True),
    time=m.DateTimeField(), name=m.TextField(), checksum=m.CharField(max_length=32),
    last_modified=m.DateTimeField(blank=True, null=True))
FileUse = model("FileUse", file=m.ForeignKey(File, m.CASCADE), job=m.ForeignKey(Job, m.CASCADE),
    role=m.IntegerField(), job_param_name=m.CharField(max_length=32, blank=True))

with connection.schema_editor() as editor:
    for one in (Project, Job, JobValueKey, JobFloatValue, JobCharValue, FileType, File, FileImport, FileUse):
        editor.create_model(one)

at = lambda n: datetime.datetime(2026, 3, 1, 12, 0, n, 250000, tzinfo=datetime.timezone.utc)
p = Project.objects.create(uuid=uuid.UUID(int=1), name="gamma", directory="/data/gamma",
    creation_time=at(0), creation_user="alice", creation_host="xtal")
one = Job.objects.create(project=p, number="1", title="Import", status=6, task_name="ProvideAsuContents",
    creation_time=at(1), finish_time=at(2))
two = Job.objects.create(project=p, number="2", title="Refinement", status=6, evaluation=1,
    comments="lovely", task_name="prosmart_refmac", creation_time=at(3), finish_time=at(9))
sub = Job.objects.create(project=p, parent=two, number="2.1", title="refmac", status=5,
    task_name="refmac", creation_time=at(4), finish_time=at(8))
Job.objects.create(project=p, number="3", title="", status=10, task_name="x", creation_time=at(10))
mtz = FileType.objects.create(name="application/CCP4-mtz", description="mtz")
raw = File.objects.create(name="raw.mtz", directory=2, type=mtz, sub_type=1, content=4,
    annotation="from beamline", job=one, job_param_name="HKLIN")
FileImport.objects.create(file=raw, time=at(1), name="/mnt/beam/raw.mtz", checksum="d41d8cd98f00b204e9800998ecf8427e")
out = File.objects.create(name="XYZOUT.pdb", directory=1, type=mtz, job=one, job_param_name="XYZOUT")
final = File.objects.create(name="final.mtz", directory=1, type=mtz, job=two, job_param_name="FPHIOUT")
FileUse.objects.create(file=raw, job=one, role=1, job_param_name="HKLIN")
FileUse.objects.create(file=out, job=two, role=1, job_param_name="XYZIN")
for name, value in (("RFactor", 0.2013), ("RFree", 0.25)):
    JobFloatValue.objects.create(job=two, key=JobValueKey.objects.create(name=name, description=""), value=value)
JobCharValue.objects.create(job=two, key=JobValueKey.objects.create(name="spaceGroup", description=""), value="P 21 21 21")
END
}

@test "CCP4i2's database, as Django makes it, becomes records" {
    make_ccp4i2 "$BATS_TEST_TMPDIR/db.sqlite3"
    cd ..
    elog-job import-ccp4i2 db.sqlite3 >records
    equal "$(jq -r 'select(.type == "RECORD") | .stream' records | sort | uniq -c | awk '{print $2 "=" $1}' | paste -sd ' ')" \
        "job_file_imports=1 job_file_uses=4 job_files=3 job_values=3 jobs=4 projects=1"
    elog-load --quiet "$db" <records >/dev/null
    before=$(sqlite3 "$db" 'SELECT * FROM jobs; SELECT * FROM job_values; SELECT * FROM job_file_uses')
    run --separate-stderr elog-job import-ccp4i2 db.sqlite3 --db "$db"
    status_is 0
    silent
    equal "$output" ""
    equal "$(sqlite3 "$db" 'SELECT * FROM jobs; SELECT * FROM job_values; SELECT * FROM job_file_uses')" "$before"
    equal "$(sql -separator '|' "$db" "SELECT number, task, status, evaluation, note, directory FROM jobs ORDER BY number")" \
        '1|ProvideAsuContents|FINISHED|||/data/gamma/CCP4_JOBS/job_1
2|prosmart_refmac|FINISHED|best|lovely|/data/gamma/CCP4_JOBS/job_2
2.1|refmac|FAILED|||/data/gamma/CCP4_JOBS/job_2/job_1
3|x|UNSATISFACTORY|||/data/gamma/CCP4_JOBS/job_3'
    equal "$(sql "$db" "SELECT p.number FROM jobs j JOIN jobs p ON p.uuid = j.parent")" 2
    equal "$(sql -separator '|' "$db" "SELECT name, directory, host, created_at, uuid FROM projects")" \
        "gamma|/data/gamma|xtal|2026-03-01T12:00:00.250000Z|00000000-0000-0000-0000-000000000001"
    equal "$(elog-job ls --db "$db" "RFactor < 0.21 and spaceGroup == 'P 21 21 21'" | cut -f 1)" 2
    equal "$(elog-job lineage --db "$db" --up /data/gamma/CCP4_JOBS/job_2/final.mtz --format json |
        jq -r '[.number, .direction, .role, .imported_from] | join(" ")')" \
        $'2 OUT FPHIOUT \n2 IN XYZIN \n1 OUT XYZOUT \n1 IN HKLIN /mnt/beam/raw.mtz'
    equal "$(elog-job files --db "$db" 1 --format json | jq -r 'select(.role == "HKLIN") | [.subtype, .content, .note, .directory] | join(",")')" \
        "1,4,from beamline,IMPORT"
}

@test "what is no database of CCP4i2 is told" {
    cd ..
    run --separate-stderr elog-job import-ccp4i2 nosuch
    status_is 1
    says elog-job 'nosuch: No such file'
    echo x >text
    run --separate-stderr elog-job import-ccp4i2 text
    status_is 1
    sqlite3 other.db 'CREATE TABLE x_jobfloatvalue (a)'
    run --separate-stderr elog-job import-ccp4i2 other.db
    status_is 1
    says elog-job 'no database of CCP4i2'
}
