CREATE TEMP TABLE IF NOT EXISTS staged_files (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN files f ON f.experiment_id = e.id
WHERE e.name = :experiment AND f.path = :key AND f.run_number IS :subkey
    AND f.doc = :doc;

-- What vanished, and what changed: a file has no other name to be updated by.
DELETE FROM files WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_files s
        WHERE s.experiment = :experiment AND s.key = files.path
        AND s.subkey IS files.run_number AND s.doc IS NULL);

INSERT INTO files (experiment_id, path, run_number, doc)
SELECT :experiment_id, key, subkey, doc
FROM staged_files
WHERE experiment = :experiment AND doc IS NOT NULL;
