-- Conditions of the logbook stand in columns: one row for the values of one name in a
-- block of runs of one experiment.  What a document says is kept once: columns that repeat
-- it are generated.  What fills condition_columns is load/conditions.c, in the
-- transaction of this migration.

DROP VIEW Experiment;
DROP VIEW RunCompleteData;
DROP VIEW RunProductionData;
DROP VIEW Run;
DROP VIEW RunDetector;
DROP VIEW Detector;
DROP VIEW Logbook;
DROP VIEW Questionnaire;
DROP VIEW Workflow;

-- Tables that are made anew keep their names, and what refers to them stays as it is.
PRAGMA legacy_alter_table = ON;

-- value_type is what the values of a name have in common, or 'mixed'; kinds has a bit for
-- each type that any of them is of by itself (db/condition_type.h).  Of a type that
-- somebody declared value_type stays.
CREATE TABLE condition_types_7 (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    value_type TEXT NOT NULL CHECK (value_type IN
        ('bool', 'int', 'float', 'string', 'json', 'blob', 'time', 'mixed')),
    description TEXT,
    created_at TEXT,
    declared INTEGER NOT NULL DEFAULT 0,
    kinds INTEGER NOT NULL DEFAULT 0
);
INSERT INTO condition_types_7 (id, name, value_type, description, created_at, declared)
SELECT id, name, value_type, description, created_at, declared FROM condition_types;
DROP TABLE condition_types;
ALTER TABLE condition_types_7 RENAME TO condition_types;

-- data is a JSON object from run number to value (db/condition_column.h).  block has no
-- declared type: where run numbers are whole it is one, and a text where they are texts.
-- minimum and maximum are of the numbers; of a column without numbers, of its texts, where
-- these are short.
CREATE TABLE condition_columns (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    type_id INTEGER NOT NULL REFERENCES condition_types (id),
    block NOT NULL,
    n INTEGER NOT NULL,
    kinds INTEGER NOT NULL,
    minimum,
    maximum,
    data TEXT NOT NULL,
    UNIQUE (experiment_id, type_id, block)
);
CREATE INDEX condition_columns_by_type ON condition_columns (type_id, experiment_id, block);

-- What somebody set here, a row a value: it counts more than the logbook's.  value_type is
-- that of the value, or the declared one.
CREATE TABLE local_conditions (
    type_id INTEGER NOT NULL REFERENCES condition_types (id),
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    run_number NOT NULL,
    value NOT NULL,
    value_type TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at TEXT,
    PRIMARY KEY (type_id, experiment_id, run_number)
) WITHOUT ROWID;
CREATE INDEX local_conditions_by_run ON local_conditions (experiment_id, run_number);
-- What became a text because others of its name are texts is what it spells again: a
-- number or a bool, if that is all that it spells, or a JSON array or object.
INSERT INTO local_conditions
SELECT type_id, experiment_id, run_number,
    iif(kind IN ('integer', 'real', 'true', 'false'), json_extract(value, '$'), value),
    CASE kind WHEN 'integer' THEN 'int' WHEN 'real' THEN 'float' WHEN 'true' THEN 'bool'
        WHEN 'false' THEN 'bool' WHEN 'array' THEN 'json' WHEN 'object' THEN 'json'
        ELSE value_type END, set_by, set_at
FROM (
    SELECT c.type_id, r.experiment_id, r.run_number, c.value, t.value_type, c.set_by,
        c.set_at, CASE WHEN t.value_type = 'string' AND NOT t.declared
                AND json_valid(c.value) AND (json(c.value) = c.value
                    OR json_type(c.value) IN ('array', 'object'))
            THEN json_type(c.value) END AS kind
    FROM conditions c JOIN runs r ON r.id = c.run_id
        JOIN condition_types t ON t.id = c.type_id
    WHERE c.set_by IS NOT NULL
);
DROP TABLE conditions;

-- Each value of the columns as a row, in SQL that any client has.
CREATE VIEW logbook_conditions AS
SELECT c.type_id, c.experiment_id,
    iif(typeof(c.block) = 'integer', CAST(v.key AS INTEGER), v.key) AS run_number,
    CASE iif(t.declared, t.value_type, '')
        WHEN '' THEN v.value
        WHEN 'float' THEN iif(v.type IN ('integer', 'real', 'true', 'false'),
            CAST(v.value AS REAL), NULL)
        WHEN 'int' THEN iif(typeof(v.value) = 'integer', v.value, NULL)
        WHEN 'bool' THEN CASE WHEN v.value IN (1, 'true') THEN 1
            WHEN v.value IN (0, 'false') THEN 0 END
        WHEN 'string' THEN iif(v.type IN ('integer', 'real', 'true', 'false'),
            c.data -> v.fullkey, v.value)
        WHEN 'json' THEN c.data -> v.fullkey
        WHEN 'blob' THEN iif(v.type = 'text', CAST(v.value AS BLOB), NULL)
        WHEN 'time' THEN iif(v.type = 'text' AND julianday(v.value) IS NOT NULL, v.value,
            NULL)
    END AS value,
    CASE iif(t.declared, '', v.type)
        WHEN '' THEN t.value_type
        WHEN 'integer' THEN 'int'
        WHEN 'real' THEN 'float'
        WHEN 'text' THEN 'string'
        WHEN 'true' THEN 'bool'
        WHEN 'false' THEN 'bool'
        ELSE 'json'
    END AS value_type
FROM condition_columns c JOIN condition_types t ON t.id = c.type_id, json_each(c.data) v;

-- A run is found by its number, or the columns by their run: the plus sign keeps SQLite
-- from going through all runs of an experiment for each column.
CREATE VIEW conditions AS
SELECT l.type_id, r.id AS run_id, l.value, l.set_by, l.set_at
FROM local_conditions l
    JOIN runs r ON r.experiment_id = l.experiment_id AND r.run_number = l.run_number
UNION ALL
SELECT c.type_id, r.id, c.value, NULL, NULL
FROM logbook_conditions c
    JOIN runs r ON c.experiment_id = +r.experiment_id AND r.id = (SELECT x.id FROM runs x
        WHERE x.experiment_id = c.experiment_id AND x.run_number = c.run_number)
WHERE c.value IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM local_conditions l WHERE l.type_id = c.type_id
        AND l.experiment_id = c.experiment_id AND l.run_number = c.run_number);

CREATE VIEW condition_values AS
SELECT e.name AS experiment, l.run_number, t.name, l.value, l.value_type, l.set_by, l.set_at
FROM local_conditions l JOIN condition_types t ON t.id = l.type_id
    JOIN experiments e ON e.id = l.experiment_id
UNION ALL
SELECT e.name, c.run_number, t.name, c.value, c.value_type, NULL, NULL
FROM logbook_conditions c JOIN condition_types t ON t.id = c.type_id
    JOIN experiments e ON e.id = c.experiment_id
WHERE c.value IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM local_conditions l WHERE l.type_id = c.type_id
        AND l.experiment_id = c.experiment_id AND l.run_number = c.run_number);

-- What repeats a document.  A run keeps its times, its type and its sample where it has no
-- document any more, and its document is too long to be read for them.
-- The columns of the large tables ask json_valid(): see load/stage.h.

CREATE TABLE experiments_7 (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    updated_at TEXT,
    doc TEXT,
    instrument TEXT AS (doc ->> 'instrument'),
    start_time TEXT AS (doc ->> 'start_time'),
    end_time TEXT AS (doc ->> 'end_time'),
    description TEXT AS (doc ->> 'description'),
    -- contact_info is "Name (mail)", or a name alone; rtrim() leaves what ends with the
    -- last opening bracket.
    pi TEXT AS (trim(iif(doc ->> 'contact_info' LIKE '%(%)%',
        substr(doc ->> 'contact_info', 1, length(rtrim(doc ->> 'contact_info',
            replace(doc ->> 'contact_info', '(', ''))) - 1),
        doc ->> 'contact_info'))),
    pi_email TEXT AS (CASE WHEN doc ->> 'contact_info' LIKE '%(%)%' THEN
        trim(substr(substr(doc ->> 'contact_info', length(rtrim(doc ->> 'contact_info',
                replace(doc ->> 'contact_info', '(', ''))) + 1), 1,
            instr(substr(doc ->> 'contact_info', length(rtrim(doc ->> 'contact_info',
                replace(doc ->> 'contact_info', '(', ''))) + 1) || ')', ')') - 1)) END),
    leader_account TEXT AS (doc ->> 'leader_account'),
    posix_group TEXT AS (doc ->> 'posix_group'),
    proposal TEXT AS (doc ->> '$.params.PNR'),
    slack_channels TEXT AS (doc ->> '$.params.slack_channels'),
    analysis_queues TEXT AS (doc ->> '$.params.analysis_queues')
);
INSERT INTO experiments_7 (id, name, updated_at, doc)
SELECT id, name, updated_at, doc FROM experiments;
DROP TABLE experiments;
ALTER TABLE experiments_7 RENAME TO experiments;

CREATE TABLE logbook_entries_7 (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    entry_id TEXT NOT NULL,
    created_at TEXT,
    run_number,
    run_inferred INTEGER NOT NULL DEFAULT 0,
    doc TEXT NOT NULL,
    author TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'author' END),
    content TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'content' END),
    tags TEXT AS (CASE WHEN json_valid(doc) THEN nullif(doc -> 'tags', 'null') END),
    title TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'title' END),
    content_type TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'content_type' END),
    parent TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'parent' END),
    deleted_by TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'deleted_by' END),
    deleted_at TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'deleted_time' END),
    previous_version TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'previous_version' END),
    UNIQUE (experiment_id, entry_id)
);
INSERT INTO logbook_entries_7 (id, experiment_id, entry_id, created_at, run_number,
    run_inferred, doc)
SELECT id, experiment_id, entry_id, created_at, run_number, run_inferred, doc
FROM logbook_entries;
DROP TABLE logbook_entries;
ALTER TABLE logbook_entries_7 RENAME TO logbook_entries;
CREATE INDEX logbook_entries_by_run ON logbook_entries (experiment_id, run_number);
CREATE INDEX logbook_entries_by_time ON logbook_entries (created_at);

CREATE TABLE runs_7 (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    run_number NOT NULL,
    start_time TEXT,
    end_time TEXT,
    type TEXT,
    sample TEXT,
    doc TEXT,
    parameters TEXT AS (CASE WHEN json_valid(doc)
        THEN coalesce(nullif(doc -> 'params', 'null'), '{}') ELSE '{}' END),
    UNIQUE (experiment_id, run_number)
);
INSERT INTO runs_7 (id, experiment_id, run_number, start_time, end_time, type, sample, doc)
SELECT id, experiment_id, run_number, start_time, end_time, type, sample, doc FROM runs;
DROP TABLE runs;
ALTER TABLE runs_7 RENAME TO runs;
CREATE INDEX runs_by_time ON runs (start_time);

CREATE TABLE files_7 (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    path TEXT NOT NULL,
    run_number,
    doc TEXT NOT NULL,
    size INTEGER AS (CASE WHEN json_valid(doc) THEN doc ->> 'size' END),
    created_at TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'create_timestamp' END),
    modified_at TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'modify_timestamp' END),
    checksum TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'checksum' END),
    absolute_path TEXT AS (CASE WHEN json_valid(doc) THEN doc ->> 'absolute_path' END)
);
INSERT INTO files_7 (id, experiment_id, path, run_number, doc)
SELECT id, experiment_id, path, run_number, doc FROM files;
DROP TABLE files;
ALTER TABLE files_7 RENAME TO files;
CREATE INDEX files_by_path ON files (experiment_id, path);
CREATE INDEX files_by_run ON files (experiment_id, run_number);

CREATE TABLE workflow_jobs_7 (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    job_id TEXT NOT NULL,
    doc TEXT NOT NULL,
    run_number AS (doc ->> 'run_num'),
    name TEXT AS (doc ->> '$.def.name'),
    status TEXT AS (doc ->> 'status'),
    user TEXT AS (doc ->> 'user'),
    submitted_at TEXT AS (doc ->> 'submit_time'),
    UNIQUE (experiment_id, job_id)
);
INSERT INTO workflow_jobs_7 (id, experiment_id, job_id, doc)
SELECT id, experiment_id, job_id, doc FROM workflow_jobs;
DROP TABLE workflow_jobs;
ALTER TABLE workflow_jobs_7 RENAME TO workflow_jobs;

PRAGMA legacy_alter_table = OFF;

-- Views under the names and columns of the older tool, elogfetch, as in 002; parameters
-- are read from the documents.

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
    r.doc ->> '$.params."DAQ Detector Totals/Events"' AS n_events,
    r.doc ->> '$.params."DAQ Detector Totals/Damaged"' AS n_damaged,
    r.doc ->> '$.params."N dropped Shots"' AS n_dropped,
    r.doc ->> '$.params.Prod_start' AS prod_start,
    r.doc ->> '$.params.Prod_end' AS prod_end,
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
FROM (SELECT DISTINCT p.key AS name FROM runs r, json_each(r.doc, '$.params') p
    WHERE p.key LIKE 'DAQ Detectors/%');

-- Every detector that any run of the experiment names, for every run of it.
CREATE VIEW RunDetector AS
WITH named AS MATERIALIZED (
    SELECT r.id AS run_id, r.experiment_id, p.key AS name,
        p.type NOT IN ('false', 'null') AND p.value NOT IN (0, '') AS checked
    FROM runs r, json_each(r.doc, '$.params') p WHERE p.key LIKE 'DAQ Detectors/%'
)
SELECT r.id AS run_id, d.detector_id,
    CASE WHEN n.checked THEN 'Checked' ELSE 'Unchecked' END AS status
FROM (SELECT DISTINCT experiment_id, name FROM named) e
    JOIN Detector d ON d.detector_name = e.name
    JOIN runs r ON r.experiment_id = e.experiment_id
    LEFT JOIN named n ON n.run_id = r.id AND n.name = e.name;

-- Deleted entries and the old texts of edited ones stay out.
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

DELETE FROM metadata WHERE key = 'conditions_pending';

-- How many rows there are, about, and how many of them share the first columns of an index:
-- without that SQLite takes all tables for equally long, and goes through the views above
-- the long way.  ANALYZE makes it exact.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE tbl IN ('experiments', 'runs', 'condition_types',
    'condition_columns', 'local_conditions');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('experiments', 'sqlite_autoindex_experiments_1', '2000 1'),
    ('runs', 'sqlite_autoindex_runs_1', '500000 250 1'),
    ('condition_types', 'sqlite_autoindex_condition_types_1', '5000 1'),
    ('condition_columns', 'sqlite_autoindex_condition_columns_1', '1000000 500 2 1'),
    ('condition_columns', 'condition_columns_by_type', '1000000 200 2 1'),
    ('local_conditions', 'local_conditions', '100000 100 50 1'),
    ('local_conditions', 'local_conditions_by_run', '100000 50 2 1');
