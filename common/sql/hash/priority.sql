-- Directories that are not what they should be, and have none below them that is not,
-- which would explain it.
SELECT CAST(path AS TEXT) AS path, site_id, target_hash, current_hash, prev_hash,
    current_dtg_first, current_dtg_latest, prev_dtg_latest, session_id, dirs, files, links
FROM hash_records r
WHERE target_hash IS NOT NULL AND target_hash IS NOT current_hash
    AND (:site IS NULL OR site_id = :site)
    AND NOT EXISTS (SELECT 1 FROM hash_records below
        WHERE below.site_id = r.site_id
            AND below.target_hash IS NOT NULL
            AND below.target_hash IS NOT below.current_hash
            AND below.path > rtrim(r.path, '/') || '/'
            AND below.path < rtrim(r.path, '/') || '0')
ORDER BY path, site_id;
