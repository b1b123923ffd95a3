-- The file of a content, by its SHA-256 or what that begins with.
SELECT uuid, path, at FROM job_files
WHERE sha256 >= :path AND sha256 < :path || 'g' AND length(:path) >= 8
    AND :path NOT GLOB '*[^0-9a-f]*' LIMIT 1;
