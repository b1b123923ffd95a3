-- Sets of files (file_sets): how many of the values that are expected were listed, how
-- many came, and which lack.  One that is not complete is late when its time is more than
-- :late seconds ago.
WITH member AS (
    SELECT s.name, s.expected, r.source, r.time,
        (SELECT group_concat(f.value || '=' || (r.fields ->> ('$."' || f.value || '"')), ' ')
            FROM json_each(s.shared) f) AS shared,
        r.fields ->> ('$."' || s.varies || '"') AS value,
        EXISTS (SELECT 1 FROM downloads d WHERE d.url = r.url
            AND d.status = 'complete') AS here
    FROM file_sets s CROSS JOIN remote_files r
    WHERE (r.fields ->> ('$."' || s.varies || '"')) IN (SELECT value FROM json_each(s.expected))
        AND NOT EXISTS (SELECT 1 FROM json_each(s.shared) f
            WHERE r.fields ->> ('$."' || f.value || '"') IS NULL)
), counted AS (
    SELECT name, source, time, shared, expected, count(DISTINCT value) AS listed,
        count(DISTINCT iif(here, value, NULL)) AS came,
        json_group_array(iif(here, value, NULL)) AS values_here
    FROM member GROUP BY name, source, time, shared
)
SELECT name AS "set", source, time, shared,
    CASE WHEN came = json_array_length(expected) THEN 'complete'
        WHEN julianday('now') - julianday(time) > :late / 86400.0 THEN 'late'
        ELSE 'partial' END AS status,
    came, listed, json_array_length(expected) AS expected,
    (SELECT group_concat(e.value, ' ') FROM json_each(expected) e
        WHERE e.value NOT IN (SELECT h.value FROM json_each(values_here) h
            WHERE h.value IS NOT NULL)) AS lacking
FROM counted ORDER BY source, time, name, shared;
