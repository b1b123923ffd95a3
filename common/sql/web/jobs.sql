-- tree: a page of jobs that no other ran, the newest first, each with those that it ran
WITH RECURSIVE top (uuid, rank) AS (
    SELECT uuid, row_number() OVER (ORDER BY created_at DESC, id DESC) FROM (
        SELECT uuid, created_at, id FROM jobs
        WHERE :q IS NULL AND parent IS NULL
        ORDER BY created_at DESC, id DESC
        LIMIT 51 OFFSET 50 * max(0, CAST(coalesce(:page, '1') AS INTEGER) - 1))
), below (uuid, depth, rank) AS (
    SELECT uuid, 0, rank FROM top WHERE rank <= 50
    UNION
    SELECT j.uuid, b.depth + 1, b.rank FROM below b JOIN jobs j ON j.parent = b.uuid
    WHERE b.depth < 12
)
SELECT min(b.depth, 6) AS depth, j.number, j.uuid, j.task, j.title, j.user, j.host,
    CASE WHEN j.status IN ('PENDING', 'QUEUED', 'RUNNING', 'RUNNING_REMOTELY')
        AND NOT job_alive(j.host, j.boot_id, j.pid, j.pid_start) THEN 'LOST'
        ELSE j.status END AS status,
    j.created_at, j.started_at, round((julianday(coalesce(j.finished_at, 'now'))
        - julianday(j.started_at)) * 86400, 1) AS seconds,
    (SELECT group_concat(name || '=' || iif(length(value) > 40,
        substr(value, 1, 37) || '...', value), ' ')
        FROM (SELECT name, value FROM job_values WHERE job = j.uuid ORDER BY name LIMIT 6))
        AS figures,
    (SELECT p.name FROM projects p WHERE p.uuid = j.project) AS project,
    j.experiment, j.run_number, (SELECT count(*) FROM top) > 50 AS more
FROM below b JOIN jobs j ON j.uuid = b.uuid
ORDER BY b.rank, job_order(j.number) LIMIT 2000;
