-- A database of schema 6, as elog-load of that time wrote it: conditions as rows.
PRAGMA application_id = 0x656c6f67;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO schema_version VALUES(1,'001-mirror','2026-11-21T18:15:17Z');
INSERT INTO schema_version VALUES(2,'002-older-views','2026-11-21T18:15:17Z');
INSERT INTO schema_version VALUES(3,'003-conditions','2026-11-21T18:15:17Z');
INSERT INTO schema_version VALUES(4,'004-local','2026-11-21T18:15:17Z');
INSERT INTO schema_version VALUES(5,'005-remote-files','2026-11-21T18:15:17Z');
INSERT INTO schema_version VALUES(6,'006-downloads','2026-11-21T18:15:17Z');
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
INSERT INTO experiments VALUES(1,'e1',NULL,NULL,NULL,NULL,'Ann','ann@x',NULL,NULL,'L1',NULL,NULL,'2026-01-02T00:00:00Z','{"name":"e1","contact_info":"Ann (ann@x)","params":{"PNR":"L1"}}');
INSERT INTO experiments VALUES(2,'e2',NULL,NULL,NULL,NULL,'Ann','ann@x',NULL,NULL,'L1',NULL,NULL,'2026-01-02T00:00:00Z','{"name":"e2","contact_info":"Ann (ann@x)","params":{"PNR":"L1"}}');
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
INSERT INTO logbook_entries VALUES(1,1,'a1','ann','Run number 2: Running','2026-01-01T00:00:00.000000+00:00','["t"]',2,1,NULL,NULL,NULL,NULL,NULL,NULL,'{"_id":"a1","insert_time":"2026-01-01T00:00:00.000000+00:00","author":"ann","content":"Run number 2: Running","tags":["t"]}');
INSERT INTO logbook_entries VALUES(2,2,'a1','ann','Run number 2: Running','2026-01-01T00:00:00.000000+00:00','["t"]',2,1,NULL,NULL,NULL,NULL,NULL,NULL,'{"_id":"a1","insert_time":"2026-01-01T00:00:00.000000+00:00","author":"ann","content":"Run number 2: Running","tags":["t"]}');
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
INSERT INTO runs VALUES(1,1,1,'2026-01-01T00:00:01.000000+00:00',NULL,'DATA',NULL,'{"x":"0.10", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":1.50,"n":null}','{"num":1,"begin_time":"2026-01-01T00:00:01.000000+00:00","type":"DATA","params":{"x":"0.10", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":1.50,"n":null},"editable_params":{"note":{"value":"é \"q\""}}}');
INSERT INTO runs VALUES(2,1,2,'2026-01-01T00:00:02.000000+00:00',NULL,'DATA',NULL,'{"x":"0.20", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":2.50,"n":null}','{"num":2,"begin_time":"2026-01-01T00:00:02.000000+00:00","type":"DATA","params":{"x":"0.20", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":2.50,"n":null},"editable_params":{"note":{"value":"é \"q\""}}}');
INSERT INTO runs VALUES(3,1,3,'2026-01-01T00:00:03.000000+00:00',NULL,'DATA',NULL,'{"x":"0.30", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":3.50,"n":null}','{"num":3,"begin_time":"2026-01-01T00:00:03.000000+00:00","type":"DATA","params":{"x":"0.30", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":3.50,"n":null},"editable_params":{"note":{"value":"é \"q\""}}}');
INSERT INTO runs VALUES(4,1,300,'2026-01-01T00:00:03.000000+00:00',NULL,'DATA',NULL,'{"x":"0.3000", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":300.50,"n":null}','{"num":300,"begin_time":"2026-01-01T00:00:03.000000+00:00","type":"DATA","params":{"x":"0.3000", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":300.50,"n":null},"editable_params":{"note":{"value":"é \"q\""}}}');
INSERT INTO runs VALUES(5,2,1,'2026-01-01T00:00:01.000000+00:00',NULL,'DATA',NULL,'{"x":"0.10", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":1.50,"n":null}','{"num":1,"begin_time":"2026-01-01T00:00:01.000000+00:00","type":"DATA","params":{"x":"0.10", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":1.50,"n":null},"editable_params":{"note":{"value":"é \"q\""}}}');
INSERT INTO runs VALUES(6,2,2,'2026-01-01T00:00:02.000000+00:00',NULL,'DATA',NULL,'{"x":"0.20", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":2.50,"n":null}','{"num":2,"begin_time":"2026-01-01T00:00:02.000000+00:00","type":"DATA","params":{"x":"0.20", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":2.50,"n":null},"editable_params":{"note":{"value":"é \"q\""}}}');
INSERT INTO runs VALUES(7,2,3,'2026-01-01T00:00:03.000000+00:00',NULL,'DATA',NULL,'{"x":"RETRACTED", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":3.50,"n":null}','{"num":3,"begin_time":"2026-01-01T00:00:03.000000+00:00","type":"DATA","params":{"x":"RETRACTED", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":3.50,"n":null},"editable_params":{"note":{"value":"é \"q\""}}}');
INSERT INTO runs VALUES(8,2,300,'2026-01-01T00:00:03.000000+00:00',NULL,'DATA',NULL,'{"x":"0.3000", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":300.50,"n":null}','{"num":300,"begin_time":"2026-01-01T00:00:03.000000+00:00","type":"DATA","params":{"x":"0.3000", "big": 9007199254740993, "ok":true,"j":[1, {"a":2}],"MFX:A\uff0eRBV":300.50,"n":null},"editable_params":{"note":{"value":"é \"q\""}}}');
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
INSERT INTO files VALUES(1,1,'/f',5,NULL,1,NULL,'c',NULL,'{"path":"/f","run_num":1,"size":5,"checksum":"c"}');
INSERT INTO files VALUES(2,2,'/f',5,NULL,1,NULL,'c',NULL,'{"path":"/f","run_num":1,"size":5,"checksum":"c"}');
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
INSERT INTO fetches VALUES('e1','complete',NULL,NULL,NULL,NULL,'{"runs":4,"logbook_entries":1,"files":1,"experiments":1}','2026-01-02T00:00:00Z','2026-01-02T00:00:00Z');
INSERT INTO fetches VALUES('e2','complete',NULL,NULL,NULL,NULL,'{"runs":4,"logbook_entries":1,"files":1,"experiments":1}','2026-01-02T00:00:00Z','2026-01-02T00:00:00Z');
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
INSERT INTO metadata VALUES('last_update','2026-01-02T00:00:00Z');
CREATE TABLE condition_types (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    value_type TEXT NOT NULL
        CHECK (value_type IN ('bool', 'int', 'float', 'string', 'json', 'blob', 'time')),
    description TEXT,
    created_at TEXT,
    -- Somebody said what its type is, so that it does not widen.
    declared INTEGER NOT NULL DEFAULT 0
);
INSERT INTO condition_types VALUES(1,'note','string',NULL,'2026-01-02T00:00:00Z',0);
INSERT INTO condition_types VALUES(2,'x','string',NULL,'2026-01-02T00:00:00Z',0);
INSERT INTO condition_types VALUES(3,'big','int',NULL,'2026-01-02T00:00:00Z',0);
INSERT INTO condition_types VALUES(4,'ok','bool',NULL,'2026-01-02T00:00:00Z',0);
INSERT INTO condition_types VALUES(5,'j','json',NULL,'2026-01-02T00:00:00Z',0);
INSERT INTO condition_types VALUES(6,'MFX:A.RBV','string',NULL,'2026-01-02T00:00:00Z',1);
INSERT INTO condition_types VALUES(7,'hit_rate','float',NULL,'2026-11-21T18:15:17Z',0);
INSERT INTO condition_types VALUES(8,'blob','blob',NULL,'2026-11-21T18:15:17Z',0);
CREATE TABLE conditions (
    type_id INTEGER NOT NULL REFERENCES condition_types (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    value NOT NULL,
    set_by TEXT,
    set_at TEXT,
    PRIMARY KEY (type_id, run_id)
) WITHOUT ROWID;
INSERT INTO conditions VALUES(1,1,'é "q"',NULL,NULL);
INSERT INTO conditions VALUES(1,2,'é "q"',NULL,NULL);
INSERT INTO conditions VALUES(1,3,'é "q"',NULL,NULL);
INSERT INTO conditions VALUES(1,4,'é "q"',NULL,NULL);
INSERT INTO conditions VALUES(1,5,'é "q"',NULL,NULL);
INSERT INTO conditions VALUES(1,6,'é "q"',NULL,NULL);
INSERT INTO conditions VALUES(1,7,'é "q"',NULL,NULL);
INSERT INTO conditions VALUES(1,8,'é "q"',NULL,NULL);
INSERT INTO conditions VALUES(2,1,'7','ann','2026-11-21T18:15:17Z');
INSERT INTO conditions VALUES(2,2,'0.20',NULL,NULL);
INSERT INTO conditions VALUES(2,3,'0.30',NULL,NULL);
INSERT INTO conditions VALUES(2,4,'0.3000',NULL,NULL);
INSERT INTO conditions VALUES(2,5,'0.10',NULL,NULL);
INSERT INTO conditions VALUES(2,6,'0.20',NULL,NULL);
INSERT INTO conditions VALUES(2,7,'RETRACTED',NULL,NULL);
INSERT INTO conditions VALUES(2,8,'0.3000',NULL,NULL);
INSERT INTO conditions VALUES(3,1,9007199254740993,NULL,NULL);
INSERT INTO conditions VALUES(3,2,9007199254740993,NULL,NULL);
INSERT INTO conditions VALUES(3,3,9007199254740993,NULL,NULL);
INSERT INTO conditions VALUES(3,4,9007199254740993,NULL,NULL);
INSERT INTO conditions VALUES(3,5,9007199254740993,NULL,NULL);
INSERT INTO conditions VALUES(3,6,9007199254740993,NULL,NULL);
INSERT INTO conditions VALUES(3,7,9007199254740993,NULL,NULL);
INSERT INTO conditions VALUES(3,8,9007199254740993,NULL,NULL);
INSERT INTO conditions VALUES(4,1,1,NULL,NULL);
INSERT INTO conditions VALUES(4,2,1,NULL,NULL);
INSERT INTO conditions VALUES(4,3,1,NULL,NULL);
INSERT INTO conditions VALUES(4,4,1,NULL,NULL);
INSERT INTO conditions VALUES(4,5,1,NULL,NULL);
INSERT INTO conditions VALUES(4,6,1,NULL,NULL);
INSERT INTO conditions VALUES(4,7,1,NULL,NULL);
INSERT INTO conditions VALUES(4,8,1,NULL,NULL);
INSERT INTO conditions VALUES(5,1,'[1, {"a":2}]',NULL,NULL);
INSERT INTO conditions VALUES(5,2,'[1, {"a":2}]',NULL,NULL);
INSERT INTO conditions VALUES(5,3,'[1, {"a":2}]',NULL,NULL);
INSERT INTO conditions VALUES(5,4,'[1, {"a":2}]',NULL,NULL);
INSERT INTO conditions VALUES(5,5,'[1, {"a":2}]',NULL,NULL);
INSERT INTO conditions VALUES(5,6,'[1, {"a":2}]',NULL,NULL);
INSERT INTO conditions VALUES(5,7,'[1, {"a":2}]',NULL,NULL);
INSERT INTO conditions VALUES(5,8,'[1, {"a":2}]',NULL,NULL);
INSERT INTO conditions VALUES(6,1,'1.50',NULL,NULL);
INSERT INTO conditions VALUES(6,2,'2.50',NULL,NULL);
INSERT INTO conditions VALUES(6,3,'3.50',NULL,NULL);
INSERT INTO conditions VALUES(6,4,'300.50',NULL,NULL);
INSERT INTO conditions VALUES(6,5,'1.50',NULL,NULL);
INSERT INTO conditions VALUES(6,6,'2.50',NULL,NULL);
INSERT INTO conditions VALUES(6,7,'3.50',NULL,NULL);
INSERT INTO conditions VALUES(6,8,'300.50',NULL,NULL);
INSERT INTO conditions VALUES(7,2,0.30999999999999999777,'ann','2026-11-21T18:15:17Z');
INSERT INTO conditions VALUES(8,6,X'00ff','ann','2026-11-21T18:15:17Z');
CREATE TABLE aliases (
    name TEXT PRIMARY KEY,
    expression TEXT NOT NULL,
    description TEXT,
    set_by TEXT,
    set_at TEXT
);
INSERT INTO aliases VALUES('good','hit_rate > 0.2',NULL,'ann','2026-11-21T18:15:17Z');
CREATE TABLE run_periods (
    name TEXT PRIMARY KEY,
    run_min INTEGER,
    run_max INTEGER,
    start_time TEXT,
    end_time TEXT,
    description TEXT,
    set_by TEXT,
    set_at TEXT
);
CREATE TABLE file_contents (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    content BLOB NOT NULL
);
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
INSERT INTO log_records VALUES(1,'2026-11-21T18:15:17Z','ann','elog-load','e1',NULL,NULL,'sync',NULL,'{"experiments":1,"logbook_entries":1,"runs":4,"files":1,"conditions":30}',NULL);
INSERT INTO log_records VALUES(2,'2026-11-21T18:15:17Z','ann','elog-load','e2',NULL,NULL,'sync',NULL,'{"experiments":1,"logbook_entries":1,"runs":4,"files":1,"conditions":37}',NULL);
INSERT INTO log_records VALUES(3,'2026-11-21T18:15:17Z','ann','elog-cond','e1',NULL,'condition_types','insert',NULL,'float','hit_rate');
INSERT INTO log_records VALUES(4,'2026-11-21T18:15:17Z','ann','elog-cond','e1',2,'conditions','insert',NULL,'0.31','hit_rate');
INSERT INTO log_records VALUES(5,'2026-11-21T18:15:17Z','ann','elog-cond','e1',1,'conditions','update','0.10','7','x');
INSERT INTO log_records VALUES(6,'2026-11-21T18:15:17Z','ann','elog-cond','e2',NULL,'condition_types','insert',NULL,'blob','blob');
INSERT INTO log_records VALUES(7,'2026-11-21T18:15:17Z','ann','elog-cond','e2',2,'conditions','insert',NULL,'sha256:427f93cafd9cc19be6eec03e590c9c6cdf9f688a5eaf21fa8d72351e2b15fd05','blob');
INSERT INTO log_records VALUES(8,'2026-11-21T18:15:17Z','ann','elog-cond',NULL,NULL,'condition_types','update','float','string','MFX:A.RBV');
INSERT INTO log_records VALUES(9,'2026-11-21T18:15:17Z','ann','elog-cond',NULL,NULL,'aliases','insert',NULL,'hit_rate > 0.2','good');
CREATE TABLE remote_files (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    -- Below the directory of the sources, not encoded: RMA1/2025/01/01/18/3020/NAME.
    path TEXT NOT NULL,
    size INTEGER,
    -- As exact as the listing has it: 2025-01-01T18:30:20Z, 2025-01-01T18:30Z, 2025-01-01.
    modified TEXT,
    -- When it was first listed so.
    observed_at TEXT NOT NULL,
    -- What its path and name say, in UTC: 2025-01-01T18:30:20Z.
    time TEXT,
    -- What else they say: {"field": "DBZH", "volume": "01"}.
    fields TEXT
);
CREATE TABLE scanned_directories (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    -- The stretch of time that its path names; "until" is the first second behind it.  Of
    -- one that failed: what was looked for of it.
    time TEXT,
    until TEXT,
    status TEXT NOT NULL CHECK (status IN ('listed', 'failed')),
    entries INTEGER,
    -- The newest "modified" of its entries; its own as the directory above shows it.
    newest_change TEXT,
    modified TEXT,
    -- All below it was listed, and it was older than --settle then: not listed again.
    settled INTEGER NOT NULL DEFAULT 0,
    -- A hash of what was looked for below it: the template and the choice of files.
    selection TEXT,
    message TEXT,
    -- Attempts in a row that failed.
    attempts INTEGER NOT NULL DEFAULT 0,
    listed_at TEXT,
    tried_at TEXT
);
CREATE TABLE downloads (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    modified TEXT,
    mtime TEXT,
    started TEXT,
    finished TEXT NOT NULL,
    attempts INTEGER,
    resumed_from INTEGER,
    source TEXT,
    time TEXT,
    observed_at TEXT,
    status TEXT NOT NULL
);
CREATE TABLE partial_downloads (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    path TEXT,
    bytes INTEGER NOT NULL,
    total INTEGER,
    sha256 TEXT,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    last_attempt TEXT NOT NULL,
    source TEXT,
    time TEXT,
    observed_at TEXT,
    status TEXT NOT NULL CHECK (status IN ('partial', 'failed'))
);
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    experiment TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    attachment_id TEXT NOT NULL,
    name TEXT,
    type TEXT,
    size INTEGER,
    path TEXT NOT NULL,
    url TEXT NOT NULL,
    -- When the entry was written.
    time TEXT,
    observed_at TEXT,
    UNIQUE (experiment, entry_id, attachment_id)
);
CREATE INDEX logbook_entries_by_run ON logbook_entries (experiment_id, run_number);
CREATE INDEX logbook_entries_by_time ON logbook_entries (created_at);
CREATE INDEX runs_by_time ON runs (start_time);
CREATE INDEX files_by_path ON files (experiment_id, path);
CREATE INDEX files_by_run ON files (experiment_id, run_number);
CREATE VIEW Experiment AS
SELECT name AS experiment_id, name, instrument, start_time, end_time, pi, pi_email,
    leader_account, description, slack_channels, analysis_queues,
    proposal AS urawi_proposal
FROM experiments;
CREATE VIEW Run AS
SELECT r.id AS run_id, r.run_number, e.name AS experiment_id,
    replace(substr(r.start_time, 1, instr(r.start_time || '+', '+') - 1), 'T', ' ')
        AS start_time,
    replace(substr(r.end_time, 1, instr(r.end_time || '+', '+') - 1), 'T', ' ')
        AS end_time
FROM runs r JOIN experiments e ON e.id = r.experiment_id;
CREATE VIEW RunProductionData AS
SELECT r.id AS run_data_id, r.id AS run_id,
    r.parameters ->> 'DAQ Detector Totals/Events' AS n_events,
    r.parameters ->> 'DAQ Detector Totals/Damaged' AS n_damaged,
    r.parameters ->> 'N dropped Shots' AS n_dropped,
    r.parameters ->> 'Prod_start' AS prod_start,
    r.parameters ->> 'Prod_end' AS prod_end,
    (SELECT nullif(count(*), 0) FROM files f
        WHERE f.experiment_id = r.experiment_id AND f.run_number = r.run_number)
        AS number_of_files,
    (SELECT sum(size) FROM files f
        WHERE f.experiment_id = r.experiment_id AND f.run_number = r.run_number)
        AS total_size_bytes
FROM runs r;
CREATE VIEW RunCompleteData AS
SELECT r.run_id, r.run_number, r.experiment_id, r.start_time, r.end_time,
    p.n_events, p.n_damaged, p.n_dropped, p.prod_start, p.prod_end,
    p.number_of_files, p.total_size_bytes
FROM Run r LEFT JOIN RunProductionData p ON p.run_id = r.run_id;
CREATE VIEW Detector AS
SELECT row_number() OVER (ORDER BY name) AS detector_id, name AS detector_name,
    NULL AS description
FROM (SELECT DISTINCT p.key AS name FROM runs r, json_each(r.parameters) p
    WHERE p.key LIKE 'DAQ Detectors/%');
CREATE VIEW RunDetector AS
WITH named AS MATERIALIZED (
    SELECT r.id AS run_id, r.experiment_id, p.key AS name,
        p.type NOT IN ('false', 'null') AND p.value NOT IN (0, '') AS checked
    FROM runs r, json_each(r.parameters) p WHERE p.key LIKE 'DAQ Detectors/%'
)
SELECT r.id AS run_id, d.detector_id,
    CASE WHEN n.checked THEN 'Checked' ELSE 'Unchecked' END AS status
FROM (SELECT DISTINCT experiment_id, name FROM named) e
    JOIN Detector d ON d.detector_name = e.name
    JOIN runs r ON r.experiment_id = e.experiment_id
    LEFT JOIN named n ON n.run_id = r.id AND n.name = e.name;
CREATE VIEW Logbook AS
SELECT l.id AS log_id, e.name AS experiment_id, r.id AS run_id,
    l.created_at AS timestamp, l.content,
    (SELECT group_concat(value) FROM json_each(l.tags)) AS tags, l.author
FROM logbook_entries l JOIN experiments e ON e.id = l.experiment_id
    LEFT JOIN runs r ON r.experiment_id = l.experiment_id
        AND r.run_number = l.run_number
WHERE l.deleted_by IS NULL;
CREATE VIEW Questionnaire AS
SELECT row_number() OVER (ORDER BY q.id, c.id, f.key) AS questionnaire_id,
    e.name AS experiment_id, e.proposal, c.key AS category,
    f.value ->> 'id' AS field_id,
    replace(f.value ->> 'id', c.key || '-', '') AS field_name,
    f.value ->> 'val' AS field_value,
    f.value ->> 'modified_time' AS modified_time,
    f.value ->> 'modified_uid' AS modified_uid
FROM questionnaires q JOIN experiments e ON e.id = q.experiment_id,
    json_each(q.data) c, json_each(c.value) f
WHERE c.type = 'array' AND f.type = 'object' AND f.value ->> 'id' <> '';
CREATE VIEW Workflow AS
SELECT row_number() OVER (ORDER BY w.id, d.key) AS workflow_id,
    e.name AS experiment_id, d.value ->> '_id' AS mongo_id, d.value ->> 'name' AS name,
    d.value ->> 'executable' AS executable, d.value ->> 'trigger' AS trigger,
    d.value ->> 'location' AS location, d.value -> 'parameters' AS parameters,
    d.value ->> 'run_param_name' AS run_param_name,
    d.value ->> 'run_param_value' AS run_param_value,
    d.value ->> 'run_as_user' AS run_as_user
FROM workflows w JOIN experiments e ON e.id = w.experiment_id, json_each(w.data) d
WHERE d.type = 'object';
CREATE INDEX run_files_by_path ON run_files (path);
CREATE INDEX run_files_by_content ON run_files (sha256);
CREATE INDEX remote_files_by_time ON remote_files (time);
CREATE INDEX remote_files_by_source ON remote_files (source, time);
CREATE INDEX scanned_directories_by_source ON scanned_directories (source, time);
CREATE INDEX scanned_directories_failed ON scanned_directories (status, source, time)
WHERE status = 'failed';
CREATE INDEX downloads_by_source ON downloads (source, time, size);
CREATE INDEX downloads_by_time ON downloads (time, source, size);
CREATE INDEX downloads_by_finish ON downloads (finished, size);
CREATE INDEX downloads_by_path ON downloads (path);
CREATE INDEX downloads_by_sha256 ON downloads (sha256);
CREATE INDEX partial_downloads_by_source ON partial_downloads (source, time);
CREATE INDEX attachments_by_url ON attachments (url);
CREATE INDEX conditions_by_run ON conditions (run_id);
COMMIT;
