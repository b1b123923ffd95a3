-- The names of the directories in a directory.
SELECT CASE j.type WHEN 'object' THEN unbase64(j.value ->> 'name_b64')
    ELSE CAST(j.value AS TEXT) END
FROM hash_records r, json_each(r.dirs) j
WHERE r.site_id = :site AND r.path = :path;
