-- about: in a line
SELECT j.number, j.task, j.status, j.title, j.experiment, j.run_number,
    j.parent, (SELECT p.number FROM jobs p WHERE p.uuid = j.parent) AS parent_number
FROM jobs j WHERE j.uuid = :job;
-- children: the jobs that it ran
SELECT uuid, number, task, status FROM jobs WHERE parent = :job
ORDER BY job_order(number) LIMIT 500;
-- figures: what it gave
SELECT name, value FROM job_values WHERE job = :job ORDER BY name LIMIT 500;
-- read: the files that it read, with the job that wrote each last before
SELECT u.role, u.path, f.size, substr(f.sha256, 1, 12) AS sha256, w.uuid AS other,
    w.number AS other_number, w.task AS other_task
FROM job_file_uses u LEFT JOIN job_files f ON f.uuid = u.file
    LEFT JOIN jobs w ON w.uuid = coalesce(
        (SELECT o.job FROM job_file_uses o
        WHERE o.file = u.file AND o.direction = 'OUT' AND o.written IS NOT 0
            AND o.job IS NOT u.job AND o.at <= u.at AND o.path = u.path
        ORDER BY o.at DESC LIMIT 1),
        (SELECT o.job FROM job_file_uses o
        WHERE o.file = u.file AND o.direction = 'OUT' AND o.written IS NOT 0
            AND o.job IS NOT u.job AND o.at <= u.at AND f.size IS NOT 0
        ORDER BY o.at DESC LIMIT 1))
WHERE u.job = :job AND u.direction = 'IN' ORDER BY u.role, u.path LIMIT 100;
-- wrote: the files that it wrote, with the first that read each since
SELECT u.role, u.path, f.size, substr(f.sha256, 1, 12) AS sha256, r.uuid AS other,
    r.number AS other_number, r.task AS other_task
FROM job_file_uses u LEFT JOIN job_files f ON f.uuid = u.file
    LEFT JOIN jobs r ON r.uuid = (SELECT i.job FROM job_file_uses i
        WHERE i.file = u.file AND i.direction = 'IN' AND i.job IS NOT u.job
            AND i.at >= u.at ORDER BY i.at LIMIT 1)
WHERE u.job = :job AND u.direction = 'OUT' ORDER BY u.role, u.path LIMIT 100;
