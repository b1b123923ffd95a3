-- Jobs: commands that elog-job ran, what they read and wrote, and what came out.  All
-- keys are made where the records are, so that those of many machines go together.

CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT,
    directory TEXT,
    host TEXT,
    user TEXT,
    created_at TEXT,
    at TEXT NOT NULL
);

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    project TEXT NOT NULL,
    -- "1.2": the second job that job 1 of its project began.
    number TEXT NOT NULL,
    parent TEXT,
    task TEXT,
    title TEXT,
    status TEXT NOT NULL,
    experiment TEXT,
    run_number,
    argv TEXT,
    argv_hidden INTEGER,
    in_job_dir INTEGER,
    -- What else elog-job run was told, for another run.
    options TEXT,
    directory TEXT,
    host TEXT,
    user TEXT,
    -- The process that looks after it, of that boot, started at that tick.
    boot_id TEXT,
    pid INTEGER,
    pid_start INTEGER,
    batch_system TEXT,
    batch_id TEXT,
    environment TEXT,
    git_commit TEXT,
    git_dirty INTEGER,
    created_at TEXT,
    started_at TEXT,
    finished_at TEXT,
    exit_status INTEGER,
    signal INTEGER,
    stopped_by TEXT,
    message TEXT,
    attempts INTEGER,
    user_seconds REAL,
    system_seconds REAL,
    max_rss_kb INTEGER,
    read_bytes INTEGER,
    written_bytes INTEGER,
    output_unkept INTEGER,
    rerun_of TEXT,
    note TEXT,
    note_at TEXT,
    evaluation TEXT,
    evaluation_at TEXT,
    at TEXT
);
CREATE INDEX jobs_by_number ON jobs (project, number);
CREATE INDEX jobs_by_parent ON jobs (parent);
CREATE INDEX jobs_by_run ON jobs (experiment, run_number, task);
CREATE INDEX jobs_by_task ON jobs (task, status);
CREATE INDEX jobs_alive ON jobs (status)
WHERE status IN ('PENDING', 'QUEUED', 'RUNNING', 'RUNNING_REMOTELY');

CREATE TABLE job_files (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    -- NULL: it changed while it was read.
    sha256 TEXT,
    size INTEGER,
    type TEXT,
    subtype TEXT,
    content TEXT,
    note TEXT,
    path TEXT,
    -- JOB, IMPORT or ELSEWHERE.
    directory TEXT,
    modified_at TEXT,
    project TEXT,
    job TEXT,
    at TEXT
);
CREATE INDEX job_files_by_sha256 ON job_files (sha256);

CREATE TABLE job_file_uses (
    id INTEGER PRIMARY KEY,
    job TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('IN', 'OUT')),
    role TEXT NOT NULL,
    path TEXT NOT NULL,
    path_base64 TEXT,
    file TEXT NOT NULL,
    type TEXT,
    subtype TEXT,
    content TEXT,
    note TEXT,
    -- Of outputs, 0: it was there before the job, and the job left it as it was.
    written INTEGER,
    at TEXT NOT NULL,
    UNIQUE (job, direction, role, path)
);
CREATE INDEX job_file_uses_by_file ON job_file_uses (file, direction, job);
CREATE INDEX job_file_uses_by_path ON job_file_uses (path);

CREATE TABLE job_file_imports (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL,
    file TEXT NOT NULL,
    source TEXT NOT NULL,
    path TEXT,
    job TEXT,
    sha256 TEXT,
    at TEXT,
    UNIQUE (project, file, source)
);
CREATE INDEX job_file_imports_by_file ON job_file_imports (file);

-- A number is a number here, a text a text.
CREATE TABLE job_values (
    job TEXT NOT NULL,
    name TEXT NOT NULL,
    value,
    at TEXT NOT NULL,
    PRIMARY KEY (job, name)
) WITHOUT ROWID;
CREATE INDEX job_values_by_name ON job_values (name, value);
