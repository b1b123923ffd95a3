-- Records as elog-hash put takes them: directories, files, links.
SELECT json_patch('{}', json_object('site_id', site_id,
    iif(typeof(path) = 'blob', 'path_b64', 'path'),
    iif(typeof(path) = 'blob', base64(path), path),
    'current_hash', current_hash, 'prev_hash', prev_hash,
    'current_dtg_first', current_dtg_first, 'current_dtg_latest', current_dtg_latest,
    'prev_dtg_latest', prev_dtg_latest, 'target_hash', target_hash,
    'session_id', session_id, 'dirs', json(dirs), 'files', json(files),
    'links', json(links)))
FROM hash_records
WHERE (:site IS NULL OR site_id = :site) AND (:path IS NULL OR path = :path
    OR (path > rtrim(:path, '/') || '/' AND path < rtrim(:path, '/') || '0')
        OR (path > x'' AND path_below(path, :path)))
UNION ALL
SELECT json_patch('{}', json_object('site_id', site_id,
    iif(typeof(directory) = 'blob' OR typeof(name) = 'blob', 'path_b64', 'path'),
    iif(typeof(directory) = 'blob' OR typeof(name) = 'blob',
        base64(CAST(path_join(directory, name) AS BLOB)), path),
    'sha256', sha256, 'size', size, 'mtime', mtime))
FROM hash_files
WHERE (:site IS NULL OR site_id = :site) AND (:path IS NULL OR directory = :path
    OR (directory > rtrim(:path, '/') || '/' AND directory < rtrim(:path, '/') || '0')
        OR (directory > x'' AND path_below(directory, :path)))
UNION ALL
SELECT json_patch('{}', json_object('site_id', site_id,
    iif(typeof(directory) = 'blob' OR typeof(name) = 'blob', 'path_b64', 'path'),
    iif(typeof(directory) = 'blob' OR typeof(name) = 'blob',
        base64(CAST(path_join(directory, name) AS BLOB)), path),
    iif(typeof(target) = 'blob', 'target_b64', 'target'),
    iif(typeof(target) = 'blob', base64(target), target)))
FROM hash_links
WHERE (:site IS NULL OR site_id = :site) AND (:path IS NULL OR directory = :path
    OR (directory > rtrim(:path, '/') || '/' AND directory < rtrim(:path, '/') || '0')
        OR (directory > x'' AND path_below(directory, :path)));
