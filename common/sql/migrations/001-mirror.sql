-- The tables that mirror the service, one row a document.  doc is the document
-- byte for byte as the server sent it.  run_number has no declared type: run
-- numbers are integers at some sites and texts at others, and "007" must not
-- become 7.  elog-schema(5) describes every column.

CREATE TABLE experiments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    instrument TEXT,
    start_time TEXT,
    end_time TEXT,
    description TEXT,
    pi TEXT,
    pi_email TEXT,
    leader_account TEXT,
    posix_group TEXT,
    proposal TEXT,
    slack_channels TEXT,
    analysis_queues TEXT,
    updated_at TEXT,
    doc TEXT
);

CREATE TABLE logbook_entries (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    entry_id TEXT NOT NULL,
    author TEXT,
    content TEXT,
    created_at TEXT,
    tags TEXT,
    run_number,
    run_inferred INTEGER NOT NULL DEFAULT 0,
    title TEXT,
    content_type TEXT,
    parent TEXT,
    deleted_by TEXT,
    deleted_at TEXT,
    previous_version TEXT,
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, entry_id)
);
CREATE INDEX logbook_entries_by_run ON logbook_entries (experiment_id, run_number);
CREATE INDEX logbook_entries_by_time ON logbook_entries (created_at);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    run_number NOT NULL,
    start_time TEXT,
    end_time TEXT,
    type TEXT,
    sample TEXT,
    parameters TEXT,
    doc TEXT,
    UNIQUE (experiment_id, run_number)
);
CREATE INDEX runs_by_time ON runs (start_time);

CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    path TEXT NOT NULL,
    size INTEGER,
    created_at TEXT,
    run_number,
    modified_at TEXT,
    checksum TEXT,
    absolute_path TEXT,
    doc TEXT NOT NULL
);
CREATE INDEX files_by_path ON files (experiment_id, path);
CREATE INDEX files_by_run ON files (experiment_id, run_number);

CREATE TABLE questionnaires (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL UNIQUE REFERENCES experiments (id),
    data TEXT NOT NULL,
    updated_at TEXT,
    doc TEXT AS (data)
);

CREATE TABLE workflows (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL UNIQUE REFERENCES experiments (id),
    data TEXT NOT NULL,
    updated_at TEXT,
    doc TEXT AS (data)
);

CREATE TABLE workflow_jobs (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    job_id TEXT NOT NULL,
    run_number,
    name TEXT,
    status TEXT,
    user TEXT,
    submitted_at TEXT,
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, job_id)
);

CREATE TABLE samples (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    description TEXT,
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, name)
);

CREATE TABLE shifts (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    leader TEXT,
    start_time TEXT,
    description TEXT,
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, name)
);

-- The newest outcome of each experiment, as elog-get told it.  completed_at is
-- the fetched_at of the last one that was complete.
CREATE TABLE fetches (
    experiment TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    stream TEXT,
    http_status INTEGER,
    attempts INTEGER,
    message TEXT,
    records TEXT,
    fetched_at TEXT,
    completed_at TEXT
);

-- Records of streams that elog does not know, whole.
CREATE TABLE other_records (
    stream TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (stream, key)
);

CREATE TABLE metadata (
    key TEXT PRIMARY KEY,
    value TEXT
);
