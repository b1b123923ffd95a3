CREATE TEMP TABLE IF NOT EXISTS staged_dm_locations (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN dm_locations t ON t.experiment_id = e.id
WHERE e.name = :experiment AND t.data = :doc;

DELETE FROM dm_locations WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_dm_locations
        WHERE experiment = :experiment);

INSERT INTO dm_locations (experiment_id, data, updated_at)
SELECT :experiment_id, doc, :fetched_at FROM staged_dm_locations
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id) DO UPDATE SET
    data = excluded.data,
    updated_at = excluded.updated_at;
