-- Is something recorded of a path, or of what is below it?
SELECT 1 FROM hash_records
WHERE (:site IS NULL OR site_id = :site)
    AND (path = :path
        OR (path > rtrim(:path, '/') || '/' AND path < rtrim(:path, '/') || '0')
        OR (path > x'' AND path_below(path, :path)))
LIMIT 1;
