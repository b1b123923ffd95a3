CREATE TEMP TABLE IF NOT EXISTS staged_runs (experiment TEXT, key, subkey, doc TEXT,
    begin_time, end_time, type, sample, "sample.name");

SELECT 1 FROM experiments e JOIN runs r ON r.experiment_id = e.id
WHERE e.name = :experiment AND r.run_number = :key AND r.doc = :doc;

-- A run that vanished goes, unless somebody set a condition of it here, keeps a file of it
-- or made it: then what the service told of it goes.
DELETE FROM runs WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_runs s
        WHERE s.experiment = :experiment AND s.key = runs.run_number)
    AND NOT EXISTS (SELECT 1 FROM local_conditions c
        WHERE c.experiment_id = runs.experiment_id AND c.run_number = runs.run_number)
    AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.run_id = runs.id)
    AND NOT EXISTS (SELECT 1 FROM local_runs l
        WHERE l.experiment = :experiment AND l.run_number = runs.run_number);

UPDATE runs SET doc = NULL
WHERE experiment_id = :experiment_id AND doc IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM staged_runs s
        WHERE s.experiment = :experiment AND s.key = runs.run_number);

INSERT INTO runs (experiment_id, run_number, start_time, end_time, type, sample, doc)
SELECT :experiment_id, key, begin_time, end_time, type, coalesce("sample.name", sample), doc
FROM staged_runs
WHERE experiment = :experiment AND doc IS NOT NULL
ORDER BY key
ON CONFLICT (experiment_id, run_number) DO UPDATE SET
    start_time = excluded.start_time,
    end_time = excluded.end_time,
    type = excluded.type,
    sample = excluded.sample,
    doc = excluded.doc;
