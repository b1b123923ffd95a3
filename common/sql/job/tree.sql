-- The jobs, or those below one, each with its depth and figures.
WITH RECURSIVE below(uuid, depth) AS (
    SELECT uuid, 0 FROM jobs WHERE uuid = :uuid
        OR (:uuid IS NULL AND (parent IS NULL
            OR NOT EXISTS (SELECT 1 FROM jobs p WHERE p.uuid = jobs.parent)))
    UNION
    SELECT j.uuid, b.depth + 1 FROM below b JOIN jobs j ON j.parent = b.uuid
)
SELECT b.depth, j.number, j.task, j.status,
    round((julianday(coalesce(j.finished_at, 'now')) - julianday(j.started_at)) * 86400, 3)
        AS duration,
    j.title,
    (SELECT group_concat(name || '=' || iif(length(value) > 40,
        substr(value, 1, 37) || '...', value), ' ')
        FROM (SELECT name, value FROM job_values WHERE job = j.uuid ORDER BY name LIMIT 6))
        AS figures,
    (SELECT p.name FROM projects p WHERE p.uuid = j.project) AS project, j.uuid
FROM below b JOIN jobs j ON j.uuid = b.uuid
ORDER BY j.project, job_order(j.number);
