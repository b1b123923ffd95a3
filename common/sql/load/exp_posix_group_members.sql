CREATE TEMP TABLE IF NOT EXISTS staged_exp_posix_group_members (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN exp_posix_group_members t ON t.experiment_id = e.id
WHERE e.name = :experiment AND t.data = :doc;

DELETE FROM exp_posix_group_members WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_exp_posix_group_members
        WHERE experiment = :experiment);

INSERT INTO exp_posix_group_members (experiment_id, data, updated_at)
SELECT :experiment_id, doc, :fetched_at FROM staged_exp_posix_group_members
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id) DO UPDATE SET
    data = excluded.data,
    updated_at = excluded.updated_at;
