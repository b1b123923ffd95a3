-- A file of a directory whose hash is recorded.
SELECT CASE
        WHEN key IS NULL OR substr(CAST(key AS TEXT), 1, 1) <> '/'
            THEN 'a file needs its path, an absolute one'
        WHEN :_sdc_deleted_at IS NOT NULL THEN NULL
        WHEN typeof(:sha256) <> 'text' OR length(:sha256) <> 64
            OR :sha256 GLOB '*[^0-9a-f]*'
            THEN substr(CAST(key AS TEXT), 1, 150) || ': sha256 is no SHA-256'
        WHEN :size IS NOT NULL AND (typeof(:size) <> 'integer' OR :size < 0)
            THEN substr(CAST(key AS TEXT), 1, 150) || ': size is no number of bytes'
    END,
    key, path_directory(key) AS directory, path_name(key) AS name, site,
    iif(:_sdc_deleted_at IS NOT NULL, 1, 3) AS next
FROM (SELECT coalesce(unbase64(:path_b64), :path) AS key, coalesce(:site_id, '') AS site);

DELETE FROM hash_files WHERE :_sdc_deleted_at IS NOT NULL AND site_id = :site
    AND directory = :directory AND name = :name;

DELETE FROM hash_files WHERE :_sdc_deleted_at IS NOT NULL AND :tree AND site_id = :site
    AND (directory = :key OR (directory > :key || '/' AND directory < :key || '0')
        OR (directory > x'' AND path_below(directory, :key)));

INSERT INTO hash_files (site_id, directory, name, digest, size, mtime_ns, ctime_ns, inode,
    device, noted_ns)
SELECT :site, :directory, :name, unhex_digest(:sha256), :size,
    coalesce(:mtime_ns, CAST(:mtime * 1000000000 AS INTEGER)), :ctime_ns, :inode,
    :device, :noted_ns
WHERE :_sdc_deleted_at IS NULL
ON CONFLICT DO UPDATE SET digest = excluded.digest, size = excluded.size,
    mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode,
    device = excluded.device, noted_ns = excluded.noted_ns;
