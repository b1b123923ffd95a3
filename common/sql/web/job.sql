-- about: in a line
SELECT j.number, j.task,
    CASE WHEN j.status IN ('PENDING', 'QUEUED', 'RUNNING', 'RUNNING_REMOTELY')
        AND NOT job_alive(j.host, j.boot_id, j.pid, j.pid_start) THEN 'LOST'
        ELSE j.status END AS status, j.title, j.experiment, j.run_number,
    j.parent, (SELECT p.number FROM jobs p WHERE p.uuid = j.parent) AS parent_number
FROM jobs j WHERE j.uuid = :job;
-- children: the jobs that it ran
SELECT uuid, number, task,
    CASE WHEN status IN ('PENDING', 'QUEUED', 'RUNNING', 'RUNNING_REMOTELY')
        AND NOT job_alive(host, boot_id, pid, pid_start) THEN 'LOST'
        ELSE status END AS status
FROM jobs WHERE parent = :job
ORDER BY job_order(number) LIMIT 500;
-- figures: what it gave
SELECT name, value FROM job_values WHERE job = :job ORDER BY name LIMIT 500;
-- files: what it read and wrote
SELECT u.direction, u.role, u.path, f.size, f.sha256, (SELECT count(*)
    FROM job_file_uses a WHERE a.job = :job) AS n
FROM job_file_uses u LEFT JOIN job_files f ON f.uuid = u.file
WHERE u.job = :job ORDER BY u.direction, u.role, u.path LIMIT 500;
