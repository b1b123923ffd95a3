CREATE TEMP TABLE IF NOT EXISTS staged_get_elog_tags (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN get_elog_tags t ON t.experiment_id = e.id
WHERE e.name = :experiment AND t.data = :doc;

DELETE FROM get_elog_tags WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_get_elog_tags
        WHERE experiment = :experiment);

INSERT INTO get_elog_tags (experiment_id, data, updated_at)
SELECT :experiment_id, doc, :fetched_at FROM staged_get_elog_tags
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id) DO UPDATE SET
    data = excluded.data,
    updated_at = excluded.updated_at;
