CREATE TEMP TABLE IF NOT EXISTS staged_samples (experiment TEXT, key, subkey, doc TEXT,
    description);

SELECT 1 FROM experiments e JOIN samples s ON s.experiment_id = e.id
WHERE e.name = :experiment AND s.name = :key AND s.doc = :doc;

DELETE FROM samples WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_samples s
        WHERE s.experiment = :experiment AND s.key = samples.name);

INSERT INTO samples (experiment_id, name, description, doc)
SELECT :experiment_id, key, description, doc
FROM staged_samples
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, name) DO UPDATE SET
    description = excluded.description,
    doc = excluded.doc;
