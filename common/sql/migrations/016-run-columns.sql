-- What every run has stands in columns, too, as conditions do: a plot of a million runs
-- against their time reads 4,000 texts, not a million rows with a document each.  data is
-- a JSON object from run number to value: of start_time and end_time microseconds since
-- 1970, of type and sample a text.  block is as in condition_columns; runs whose numbers
-- are texts are left out.  elog-load writes them (load/run_columns.h) from runs.
CREATE TABLE run_columns (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    block INTEGER NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (experiment_id, name, block)
);

-- Blocks that are to be written anew, whoever changed their runs: before the transaction
-- ends, if it was elog-load.
CREATE TABLE run_columns_due (
    id INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL,
    block INTEGER NOT NULL,
    UNIQUE (experiment_id, block)
);

CREATE TRIGGER runs_added AFTER INSERT ON runs WHEN typeof(new.run_number) = 'integer' BEGIN
    INSERT INTO run_columns_due (experiment_id, block)
    VALUES (new.experiment_id, new.run_number >> 8) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER runs_removed AFTER DELETE ON runs WHEN typeof(old.run_number) = 'integer' BEGIN
    INSERT INTO run_columns_due (experiment_id, block)
    VALUES (old.experiment_id, old.run_number >> 8) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER runs_changed
AFTER UPDATE OF experiment_id, run_number, start_time, end_time, type, sample ON runs
WHEN (old.experiment_id, old.run_number, old.start_time, old.end_time, old.type, old.sample)
    IS NOT (new.experiment_id, new.run_number, new.start_time, new.end_time, new.type,
        new.sample)
BEGIN
    INSERT INTO run_columns_due (experiment_id, block)
    SELECT old.experiment_id, old.run_number >> 8 WHERE typeof(old.run_number) = 'integer'
    ON CONFLICT DO NOTHING;
    INSERT INTO run_columns_due (experiment_id, block)
    SELECT new.experiment_id, new.run_number >> 8 WHERE typeof(new.run_number) = 'integer'
    ON CONFLICT DO NOTHING;
END;

INSERT INTO run_columns_due (experiment_id, block)
SELECT DISTINCT experiment_id, run_number >> 8 FROM runs
WHERE typeof(run_number) = 'integer';
