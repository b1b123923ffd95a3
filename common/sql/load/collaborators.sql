CREATE TEMP TABLE IF NOT EXISTS staged_collaborators (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN collaborators t ON t.experiment_id = e.id
WHERE e.name = :experiment AND t.uid = :key AND t.doc = :doc;

DELETE FROM collaborators WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_collaborators s
        WHERE s.experiment = :experiment AND s.key = collaborators.uid);

INSERT INTO collaborators (experiment_id, uid, doc)
SELECT :experiment_id, key, doc
FROM staged_collaborators
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, uid) DO UPDATE SET
    doc = excluded.doc;
