-- What is not complete, for a person: what can be mended first.  A refusal for want of a
-- ticket (401) is another one than that of what is not ours to read.
SELECT kind, count(*) OVER (PARTITION BY kind) AS n, experiment, stream, message, fetched_at
FROM (
    SELECT CASE WHEN status = 'denied' AND http_status = 401 THEN 'login' ELSE status END
        AS kind, experiment, stream, message, fetched_at
    FROM fetches WHERE status <> 'complete'
)
ORDER BY kind IN ('denied', 'gone'), kind, experiment;
