-- What people attach to runs beside their conditions, and who did what when.

-- Contents of files, each once, by the SHA-256 of it in hexadecimal.
CREATE TABLE file_contents (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    content BLOB NOT NULL
);

-- Files of runs, such as configurations.  Many runs share a content, and one path has
-- as many versions as it has contents.
CREATE TABLE run_files (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES file_contents (sha256),
    importance INTEGER NOT NULL DEFAULT 0,
    description TEXT,
    set_by TEXT,
    set_at TEXT,
    PRIMARY KEY (run_id, path, sha256)
) WITHOUT ROWID;
CREATE INDEX run_files_by_path ON run_files (path);
CREATE INDEX run_files_by_content ON run_files (sha256);

-- Every change to local data, and one row for each experiment that a sync changed.
CREATE TABLE log_records (
    id INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL,
    user TEXT,
    program TEXT,
    experiment TEXT,
    run_number,
    table_name TEXT,
    action TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    message TEXT
);
