CREATE TEMP TABLE IF NOT EXISTS staged_experiments (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments WHERE name = :experiment AND doc = :doc;

UPDATE experiments SET updated_at = :fetched_at, doc = s.doc
FROM (SELECT doc FROM staged_experiments
    WHERE experiment = :experiment AND doc IS NOT NULL) s
WHERE experiments.id = :experiment_id;
