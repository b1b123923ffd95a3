CREATE TEMP TABLE IF NOT EXISTS staged_samples (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN samples s ON s.experiment_id = e.id
WHERE e.name = :experiment AND s.sample_id = :key AND s.doc = :doc;

DELETE FROM samples WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_samples s
        WHERE s.experiment = :experiment AND s.key = samples.sample_id);

INSERT INTO samples (experiment_id, sample_id, doc)
SELECT :experiment_id, key, doc
FROM staged_samples
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, sample_id) DO UPDATE SET
    doc = excluded.doc;
