-- The records of a path.
SELECT CAST(path AS TEXT) AS path, site_id, current_hash, prev_hash, current_dtg_first,
    current_dtg_latest, prev_dtg_latest, target_hash, session_id, dirs, files, links
FROM hash_records
WHERE path = :path AND (:site IS NULL OR site_id = :site)
ORDER BY site_id;
