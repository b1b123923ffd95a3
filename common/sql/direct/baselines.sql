-- A path is to become a hash.  What is the newest baseline of the path already is no
-- other one.
SELECT CASE
        WHEN :_sdc_deleted_at IS NOT NULL THEN NULL
        WHEN typeof(:path) <> 'text' OR substr(:path, 1, 1) <> '/'
            THEN 'a baseline needs its path, an absolute one'
        WHEN typeof(:hash) <> 'text' OR :hash = '' THEN 'a baseline needs its hash'
    END;

DELETE FROM baselines WHERE :_sdc_deleted_at IS NOT NULL AND update_id = :update_id;

INSERT INTO baselines (update_id, path, hash, set_at, set_by)
SELECT :update_id, :path, :hash,
    coalesce(:set_at, CAST(strftime('%s', 'now') AS INTEGER)), coalesce(:set_by, who())
WHERE :_sdc_deleted_at IS NULL
    AND (:update_id IS NOT NULL OR :hash IS NOT (SELECT hash FROM baselines
        WHERE path = :path ORDER BY update_id DESC LIMIT 1))
ON CONFLICT DO UPDATE SET path = excluded.path, hash = excluded.hash,
    set_at = excluded.set_at, set_by = excluded.set_by;
