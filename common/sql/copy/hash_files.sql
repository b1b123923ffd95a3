-- A file of a directory, as another database has it.
SELECT iif(unhex_digest(:sha256) IS NULL AND :_sdc_deleted_at IS NULL,
        'a file needs its sha256', NULL),
    path_directory(key) AS directory, path_name(key) AS name, coalesce(:site_id, '') AS site
FROM (SELECT coalesce(unbase64(:path_b64), :path) AS key);

DELETE FROM hash_files WHERE :_sdc_deleted_at IS NOT NULL AND site_id = :site
    AND directory = :directory AND name = :name;

INSERT INTO hash_files (site_id, directory, name, digest, size, mtime_ns, ctime_ns, inode,
    device, noted_ns)
SELECT :site, :directory, :name, unhex_digest(:sha256), :size, :mtime_ns, :ctime_ns,
    :inode, :device, :noted_ns
WHERE :_sdc_deleted_at IS NULL
ON CONFLICT DO UPDATE SET digest = excluded.digest, size = excluded.size,
    mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode,
    device = excluded.device, noted_ns = excluded.noted_ns
WHERE (digest, size, mtime_ns, ctime_ns, inode, device, noted_ns)
    IS NOT (excluded.digest, excluded.size, excluded.mtime_ns, excluded.ctime_ns,
        excluded.inode, excluded.device, excluded.noted_ns);
