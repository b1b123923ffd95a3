-- What the service itself does: an experiment's _id is its address and its name a label;
-- samples and shifts of one name; streams that come or do not come by themselves; and more
-- of what it has.

-- The address takes the place of the label where they differ, in every table that names
-- experiments; a name that both have stays.
ALTER TABLE experiments ADD COLUMN label TEXT AS (json_extract(doc, '$.name')) VIRTUAL;
UPDATE OR IGNORE experiments SET name = doc ->> '_id'
WHERE doc ->> '_id' <> name AND doc ->> '_id' = replace(name, ' ', '_');
UPDATE OR IGNORE fetches SET experiment = replace(experiment, ' ', '_')
WHERE experiment LIKE '% %';
UPDATE OR IGNORE attachments SET experiment = replace(experiment, ' ', '_')
WHERE experiment LIKE '% %';
UPDATE log_records SET experiment = replace(experiment, ' ', '_')
WHERE experiment LIKE '% %';

-- The newest outcome of each stream of each experiment.  Its rows are as of completed_at.
CREATE TABLE fetched_streams (
    experiment TEXT NOT NULL,
    stream TEXT NOT NULL,
    status TEXT NOT NULL,
    http_status INTEGER,
    attempts INTEGER,
    message TEXT,
    records INTEGER,
    fetched_at TEXT,
    completed_at TEXT,
    PRIMARY KEY (experiment, stream)
);
INSERT INTO fetched_streams (experiment, stream, status, records, fetched_at, completed_at)
SELECT f.experiment, r.key, 'complete', r.value, f.completed_at, f.completed_at
FROM fetches f, json_each(f.records) r
WHERE f.completed_at IS NOT NULL AND json_valid(f.records);
-- Those that did not come in the newest fetch: {"runs": {"status": "failed", ...}}.
ALTER TABLE fetches ADD COLUMN streams TEXT;

-- Nothing keeps the service from two samples, or shifts, of one name.
PRAGMA legacy_alter_table = ON;
CREATE TABLE samples_of_ids (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    sample_id TEXT NOT NULL,
    name TEXT AS (doc ->> 'name'),
    description TEXT AS (doc ->> 'description'),
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, sample_id)
);
INSERT INTO samples_of_ids (id, experiment_id, sample_id, doc)
SELECT id, experiment_id, coalesce(doc ->> '_id', name), doc FROM samples;
DROP TABLE samples;
ALTER TABLE samples_of_ids RENAME TO samples;

CREATE TABLE shifts_of_ids (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    shift_id TEXT NOT NULL,
    name TEXT AS (doc ->> 'name'),
    leader TEXT AS (doc ->> 'leader'),
    start_time TEXT AS (doc ->> 'begin_time'),
    description TEXT AS (doc ->> 'description'),
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, shift_id)
);
INSERT INTO shifts_of_ids (id, experiment_id, shift_id, doc)
SELECT id, experiment_id, coalesce(doc ->> '_id', name), doc FROM shifts;
DROP TABLE shifts;
ALTER TABLE shifts_of_ids RENAME TO shifts;
PRAGMA legacy_alter_table = OFF;

-- The service gives a run its whole sample; the column is its name.
UPDATE runs SET sample = sample ->> 'name' WHERE sample LIKE '{%' AND json_valid(sample);

-- More of what the service has of an experiment.
CREATE TABLE run_tables (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    table_id TEXT NOT NULL,
    name TEXT AS (doc ->> 'name'),
    description TEXT AS (doc ->> 'description'),
    sort_index INTEGER AS (doc ->> 'sort_index'),
    coldefs TEXT AS (nullif(doc -> 'coldefs', 'null')),
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, table_id)
);

CREATE TABLE run_param_descriptions (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    description_id TEXT NOT NULL,
    param_name TEXT,
    description TEXT AS (doc ->> 'description'),
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, description_id)
);
CREATE INDEX run_param_descriptions_by_name ON run_param_descriptions (param_name);

CREATE TABLE collaborators (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    uid TEXT NOT NULL,
    is_group INTEGER AS (doc ->> 'is_group'),
    full_name TEXT AS (doc ->> 'full_name'),
    roles TEXT AS (nullif(doc -> 'roles', 'null')),
    doc TEXT NOT NULL,
    UNIQUE (experiment_id, uid)
);

-- Arrays, kept whole.
CREATE TABLE exp_posix_group_members (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL UNIQUE REFERENCES experiments (id),
    data TEXT NOT NULL,
    updated_at TEXT,
    doc TEXT AS (data)
);

CREATE TABLE get_elog_tags (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL UNIQUE REFERENCES experiments (id),
    data TEXT NOT NULL,
    updated_at TEXT,
    doc TEXT AS (data)
);

CREATE TABLE dm_locations (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL UNIQUE REFERENCES experiments (id),
    data TEXT NOT NULL,
    updated_at TEXT,
    doc TEXT AS (data)
);

-- And of itself.
CREATE TABLE instruments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    doc TEXT NOT NULL,
    description TEXT AS (doc ->> 'description'),
    params TEXT AS (doc -> 'params'),
    roles TEXT AS (doc -> 'roles')
);

-- What the service lists, by which a sync sees what is new, what moved and what is gone.
-- changed_at is when that was last something else than before; listed is 0 for what it no
-- longer lists.
CREATE TABLE listed_experiments (
    id INTEGER PRIMARY KEY,
    experiment TEXT NOT NULL UNIQUE,
    listed INTEGER NOT NULL,
    listed_since TEXT,
    changed_at TEXT,
    doc TEXT,
    label TEXT AS (doc ->> 'name'),
    run_count INTEGER AS (doc ->> 'run_count'),
    last_run TEXT AS (doc -> 'last_run')
);
