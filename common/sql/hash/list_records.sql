-- A record of each directory of a list, without its hash; :root is the one that the list
-- is about.
WITH named (directory, type, json) AS (
    SELECT directory, type, json(CASE typeof(name)
        WHEN 'blob' THEN json_object('name_b64', base64(name)) ELSE json_quote(name) END)
    FROM entries)
INSERT INTO hash_records (site_id, path, dirs, files, links)
SELECT '', d.path,
    (SELECT json_group_array(json(json)) FROM named WHERE directory = d.path AND type = 'd'),
    (SELECT json_group_array(json(json)) FROM named WHERE directory = d.path AND type = 'f'),
    (SELECT json_group_array(json(json)) FROM named WHERE directory = d.path AND type = 'l')
FROM (SELECT :root AS path
    UNION SELECT path_join(directory, name) FROM entries WHERE type = 'd') d;
