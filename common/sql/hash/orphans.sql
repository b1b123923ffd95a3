-- Records that their parent, which is recorded, does not list.
SELECT CAST(r.path AS TEXT) AS path, r.site_id, r.current_hash, r.prev_hash,
    r.current_dtg_first, r.current_dtg_latest, r.prev_dtg_latest, r.target_hash,
    r.session_id, r.dirs, r.files, r.links
FROM hash_records r
    JOIN hash_records p ON p.site_id = r.site_id AND p.path = path_directory(r.path)
WHERE r.path <> '/' AND (:site IS NULL OR r.site_id = :site)
    AND NOT EXISTS (SELECT 1 FROM json_each(ifnull(p.dirs, '[]')) j
        WHERE j.value = path_name(r.path)
            OR j.value = json_object('name_b64', base64(path_name(r.path))))
    AND NOT EXISTS (SELECT 1 FROM json_each(ifnull(p.files, '[]')) j
        WHERE j.value = path_name(r.path))
    AND NOT EXISTS (SELECT 1 FROM json_each(ifnull(p.links, '[]')) j
        WHERE j.value = path_name(r.path))
ORDER BY 1, 2;
