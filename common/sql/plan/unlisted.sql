-- What is here and no longer listed (:names, a JSON array), and whether it is to be asked
-- for, to learn why: once.
SELECT name, NOT EXISTS (SELECT 1 FROM fetches f
    WHERE f.experiment = name AND f.status IN ('denied', 'gone'))
FROM (
    SELECT name FROM experiments WHERE doc IS NOT NULL
    UNION SELECT experiment FROM listed_experiments WHERE listed
)
WHERE name NOT IN (SELECT value FROM json_each(:names))
ORDER BY name;
