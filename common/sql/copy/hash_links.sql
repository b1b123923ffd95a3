-- A link of a directory, as another database has it.
SELECT iif(coalesce(:target_b64, :target) IS NULL AND :_sdc_deleted_at IS NULL,
        'a link needs its target', NULL),
    path_directory(key) AS directory, path_name(key) AS name, coalesce(:site_id, '') AS site
FROM (SELECT coalesce(unbase64(:path_b64), :path) AS key);

DELETE FROM hash_links WHERE :_sdc_deleted_at IS NOT NULL AND site_id = :site
    AND directory = :directory AND name = :name;

INSERT INTO hash_links (site_id, directory, name, target)
SELECT :site, :directory, :name, coalesce(unbase64(:target_b64), :target)
WHERE :_sdc_deleted_at IS NULL
ON CONFLICT DO UPDATE SET target = excluded.target
WHERE target IS NOT excluded.target;
