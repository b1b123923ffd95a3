-- A symbolic link of a directory whose hash is recorded.
SELECT CASE
        WHEN key IS NULL OR substr(CAST(key AS TEXT), 1, 1) <> '/'
            THEN 'a link needs its path, an absolute one'
        WHEN :_sdc_deleted_at IS NOT NULL THEN NULL
        WHEN coalesce(:target, :target_b64) IS NULL
            THEN substr(CAST(key AS TEXT), 1, 150) || ': a link needs its target'
    END,
    key, path_directory(key) AS directory, path_name(key) AS name, site,
    iif(:_sdc_deleted_at IS NOT NULL, 1, 3) AS next
FROM (SELECT coalesce(unbase64(:path_b64), :path) AS key, coalesce(:site_id, '') AS site);

DELETE FROM hash_links WHERE :_sdc_deleted_at IS NOT NULL AND site_id = :site
    AND directory = :directory AND name = :name;

DELETE FROM hash_links WHERE :_sdc_deleted_at IS NOT NULL AND :tree AND site_id = :site
    AND (directory = :key OR (directory > :key || '/' AND directory < :key || '0')
        OR (directory > x'' AND path_below(directory, :key)));

INSERT INTO hash_links (site_id, directory, name, target)
SELECT :site, :directory, :name, coalesce(:target, unbase64(:target_b64))
WHERE :_sdc_deleted_at IS NULL
ON CONFLICT DO UPDATE SET target = excluded.target;
