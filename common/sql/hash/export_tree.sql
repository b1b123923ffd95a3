-- All entries of a directory by their paths, for mtree: each directory before what is in
-- it.
SELECT CAST(path AS TEXT) AS path, 'dir' AS type, NULL AS size, NULL AS sha256, NULL AS target
FROM hash_records r
WHERE (:site IS NULL OR site_id = :site)
    AND ((path > rtrim(:path, '/') || '/' AND path < rtrim(:path, '/') || '0')
        OR (path > x'' AND path_below(path, :path)))
    AND dirs IS NOT NULL AND EXISTS (SELECT 1 FROM hash_records p, json_each(p.dirs) j
        WHERE p.site_id = r.site_id AND p.path = path_directory(r.path)
        AND (j.value = path_name(r.path)
            OR j.value = json_object('name_b64', base64(path_name(r.path)))))
UNION ALL
SELECT path, 'file', size, sha256, NULL FROM hash_files
WHERE (:site IS NULL OR site_id = :site) AND (directory = :path
    OR (directory > rtrim(:path, '/') || '/' AND directory < rtrim(:path, '/') || '0')
        OR (directory > x'' AND path_below(directory, :path)))
UNION ALL
SELECT path, 'link', NULL, NULL, CAST(target AS TEXT) FROM hash_links
WHERE (:site IS NULL OR site_id = :site) AND (directory = :path
    OR (directory > rtrim(:path, '/') || '/' AND directory < rtrim(:path, '/') || '0')
        OR (directory > x'' AND path_below(directory, :path)))
ORDER BY 1;
