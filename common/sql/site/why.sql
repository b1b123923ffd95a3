-- Why a site is in its class: a row a path that has baselines.
SELECT p.path, CASE WHEN has IS NULL THEN 'sync_unknown' WHEN has = newest
            THEN 'sync_current' WHEN has = before THEN 'sync_1_behind'
        WHEN :now - current_dtg_latest < 86400 THEN 'sync_l24_behind'
        ELSE 'sync_g24_behind' END AS sync,
    n.hash AS should_be, newest AS update_id, current_hash AS is_hash, has AS is_update,
    current_dtg_latest
FROM site_paths p JOIN baselines n ON n.update_id = p.newest
WHERE p.site_id = :site
ORDER BY p.path;
