-- Children that a parent lists and nobody recorded.
WITH child (site_id, parent, type, name) AS (
    SELECT r.site_id, r.path, 'directory', CASE j.type WHEN 'object'
        THEN unbase64(j.value ->> 'name_b64') ELSE CAST(j.value AS TEXT) END
    FROM hash_records r, json_each(r.dirs) j
    UNION ALL
    SELECT r.site_id, r.path, 'file', CASE j.type WHEN 'object'
        THEN unbase64(j.value ->> 'name_b64') ELSE CAST(j.value AS TEXT) END
    FROM hash_records r, json_each(r.files) j
    UNION ALL
    SELECT r.site_id, r.path, 'link', CASE j.type WHEN 'object'
        THEN unbase64(j.value ->> 'name_b64') ELSE CAST(j.value AS TEXT) END
    FROM hash_records r, json_each(r.links) j
)
SELECT rtrim(parent, '/') || '/' || name AS path, site_id, CAST(parent AS TEXT) AS parent,
    CAST(name AS TEXT) AS name, type
FROM child c
WHERE (:site IS NULL OR site_id = :site)
    AND NOT EXISTS (SELECT 1 FROM hash_records r WHERE r.site_id = c.site_id
        AND r.path = path_join(c.parent, c.name))
    AND NOT EXISTS (SELECT 1 FROM hash_files f WHERE f.site_id = c.site_id
        AND f.directory = c.parent AND f.name = c.name)
    AND NOT EXISTS (SELECT 1 FROM hash_links l WHERE l.site_id = c.site_id
        AND l.directory = c.parent AND l.name = c.name)
ORDER BY 1, 2;
