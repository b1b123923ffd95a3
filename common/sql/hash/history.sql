-- The hashes that a path, or any, had and has, oldest first.
SELECT CAST(path AS TEXT) AS path, site_id, hash, dtg_first, dtg_latest FROM (
    SELECT path, site_id, hash, dtg_first, dtg_latest FROM hash_history
    UNION ALL
    SELECT path, site_id, current_hash, current_dtg_first, current_dtg_latest
    FROM hash_records WHERE current_hash IS NOT NULL)
WHERE (:path IS NULL OR path = :path) AND (:site IS NULL OR site_id = :site)
ORDER BY path, site_id, dtg_first, dtg_latest;
