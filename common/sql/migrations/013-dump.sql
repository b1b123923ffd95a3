-- What elog-dump --state needs: which rows changed since when.  A generation is a
-- transaction of elog-load that changed anything.

-- A random token for each run of elog-load tells its generations from those of another
-- file with the same numbers: a copy, or what a backup brought back.
CREATE TABLE dump_generations (
    generation INTEGER PRIMARY KEY,
    token TEXT NOT NULL,
    schema INTEGER NOT NULL
);
INSERT INTO dump_generations VALUES (1, lower(hex(randomblob(8))), 13);

-- Rows that were written: of a table, those with a rowid from first to last.
CREATE TABLE dump_rows (
    generation INTEGER NOT NULL,
    stream TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (generation, stream, first)
) WITHOUT ROWID;

-- Keys of rows that were removed, or that have no rowid: JSON arrays of the values of the
-- stream's key_properties.
CREATE TABLE dump_keys (
    generation INTEGER NOT NULL,
    stream TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (generation, stream, key)
);

-- To see whether a line of the log is there already.
CREATE INDEX log_records_by_time ON log_records (created_at, message, run_number);
