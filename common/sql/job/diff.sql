-- What differs between two jobs: each fact of either, with its value in both.
WITH facts(job, what, name, value, shown) AS (
    SELECT j.uuid, 'argument', printf('%d', a.key), a.value, a.value
        FROM jobs j, json_each(j.argv) a WHERE j.uuid IN (:a, :b)
    UNION ALL SELECT uuid, 'task', '', task, task FROM jobs WHERE uuid IN (:a, :b)
    UNION ALL SELECT uuid, 'directory', '', directory, directory FROM jobs
        WHERE uuid IN (:a, :b)
    UNION ALL SELECT uuid, 'host', '', host, host FROM jobs WHERE uuid IN (:a, :b)
    UNION ALL SELECT uuid, 'git', '', git_commit || iif(git_dirty, ' and changes', ''),
        git_commit || iif(git_dirty, ' and changes', '') FROM jobs WHERE uuid IN (:a, :b)
    UNION ALL SELECT uuid, 'status', '', status, status FROM jobs WHERE uuid IN (:a, :b)
    UNION ALL SELECT uuid, 'exit', '', coalesce(signal + 128, exit_status),
        coalesce(signal + 128, exit_status) FROM jobs WHERE uuid IN (:a, :b)
    UNION ALL SELECT j.uuid, 'environment', e.key, e.value, e.value
        FROM jobs j, json_each(j.environment) e WHERE j.uuid IN (:a, :b)
    -- Of a role, the files in the order of their names: contents count, not names.
    UNION ALL SELECT u.job, iif(u.direction = 'IN', 'input', 'output'),
        u.role || iif(row_number() OVER (PARTITION BY u.job, u.direction, u.role
            ORDER BY u.path) = 1, '', ' ' || row_number() OVER (PARTITION BY u.job,
            u.direction, u.role ORDER BY u.path)),
        coalesce(f.sha256, u.file), u.path || ' ' || coalesce(substr(f.sha256, 1, 12), '')
        FROM job_file_uses u LEFT JOIN job_files f ON f.uuid = u.file
        WHERE u.job IN (:a, :b)
    UNION ALL SELECT job, 'figure', name, value, value FROM job_values
        WHERE job IN (:a, :b)
)
SELECT n.what, n.name, x.shown AS "left", y.shown AS "right"
FROM (SELECT DISTINCT what, name FROM facts) n
    LEFT JOIN facts x ON x.job = :a AND x.what = n.what AND x.name = n.name
    LEFT JOIN facts y ON y.job = :b AND y.what = n.what AND y.name = n.name
WHERE x.value IS NOT y.value
ORDER BY CASE n.what WHEN 'argument' THEN 1 WHEN 'input' THEN 2 WHEN 'output' THEN 3
    WHEN 'figure' THEN 4 ELSE 5 END, n.what,
    iif(n.what = 'argument', CAST(n.name AS INTEGER), 0), n.name;
