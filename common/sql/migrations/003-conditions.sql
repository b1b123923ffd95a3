-- Typed values attached to runs, over all experiments.  The rows of one condition are
-- one contiguous range of conditions; those of one run are found by the index.  What
-- values of each type look like: elog-schema(5).

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

-- set_by and set_at tell a local value from a mirrored one, where they are NULL.
CREATE TABLE conditions (
    type_id INTEGER NOT NULL REFERENCES condition_types (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    value NOT NULL,
    set_by TEXT,
    set_at TEXT,
    PRIMARY KEY (type_id, run_id)
) WITHOUT ROWID;
CREATE INDEX conditions_by_run ON conditions (run_id);

-- Expressions of the query language that @NAME stands for.
CREATE TABLE aliases (
    name TEXT PRIMARY KEY,
    expression TEXT NOT NULL,
    description TEXT,
    set_by TEXT,
    set_at TEXT
);

-- Named stretches of data taking; NULL is no limit on that side.
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

-- The parameters of runs that an older schema loaded wait to become conditions.
INSERT INTO metadata (key, value)
SELECT 'conditions_pending', 'all' WHERE EXISTS (SELECT 1 FROM runs);
