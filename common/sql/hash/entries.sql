-- The entries of a directory: type, name, SHA-256, size, target of a link.
WITH listed (type, name) AS MATERIALIZED (
    SELECT 'd', CASE j.type WHEN 'object' THEN unbase64(j.value ->> 'name_b64')
        ELSE CAST(j.value AS TEXT) END
    FROM hash_records r, json_each(r.dirs) j
    WHERE r.site_id = :site AND r.path = :path
    UNION ALL
    SELECT 'f', CASE j.type WHEN 'object' THEN unbase64(j.value ->> 'name_b64')
        ELSE CAST(j.value AS TEXT) END
    FROM hash_records r, json_each(r.files) j
    WHERE r.site_id = :site AND r.path = :path
    UNION ALL
    SELECT 'l', CASE j.type WHEN 'object' THEN unbase64(j.value ->> 'name_b64')
        ELSE CAST(j.value AS TEXT) END
    FROM hash_records r, json_each(r.links) j
    WHERE r.site_id = :site AND r.path = :path
)
SELECT l.type, l.name, f.digest, f.size, k.target
FROM listed l
    LEFT JOIN hash_files f ON l.type = 'f' AND f.site_id = :site
        AND f.directory = :path AND f.name = l.name
    LEFT JOIN hash_links k ON l.type = 'l' AND k.site_id = :site
        AND k.directory = :path AND k.name = l.name;
