-- The files of a directory, or of all, with their SHA-256.
SELECT path, sha256 FROM hash_files
WHERE (:site IS NULL OR site_id = :site)
    AND (:path IS NULL OR directory = :path
        OR (directory > rtrim(:path, '/') || '/' AND directory < rtrim(:path, '/') || '0')
        OR (directory > x'' AND path_below(directory, :path)))
ORDER BY site_id, directory, name;
