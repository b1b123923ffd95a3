CREATE TEMP TABLE IF NOT EXISTS staged_run_tables (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN run_tables t ON t.experiment_id = e.id
WHERE e.name = :experiment AND t.table_id = :key AND t.doc = :doc;

DELETE FROM run_tables WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_run_tables s
        WHERE s.experiment = :experiment AND s.key = run_tables.table_id);

INSERT INTO run_tables (experiment_id, table_id, doc)
SELECT :experiment_id, key, doc
FROM staged_run_tables
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, table_id) DO UPDATE SET
    doc = excluded.doc;
