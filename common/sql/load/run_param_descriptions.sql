CREATE TEMP TABLE IF NOT EXISTS staged_run_param_descriptions (experiment TEXT, key, subkey, doc TEXT,
    param_name);

SELECT 1 FROM experiments e JOIN run_param_descriptions t ON t.experiment_id = e.id
WHERE e.name = :experiment AND t.description_id = :key AND t.doc = :doc;

DELETE FROM run_param_descriptions WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_run_param_descriptions s
        WHERE s.experiment = :experiment AND s.key = run_param_descriptions.description_id);

INSERT INTO run_param_descriptions (experiment_id, description_id, param_name, doc)
SELECT :experiment_id, key, param_name, doc
FROM staged_run_param_descriptions
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, description_id) DO UPDATE SET
    param_name = excluded.param_name,
    doc = excluded.doc;
