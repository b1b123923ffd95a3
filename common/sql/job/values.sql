SELECT j.number, j.task, v.name, v.value, v.at AS set_at,
    (SELECT p.name FROM projects p WHERE p.uuid = j.project) AS project
FROM jobs j JOIN job_values v ON v.job = j.uuid
WHERE :uuid IS NULL OR j.uuid = :uuid
ORDER BY j.project, job_order(j.number), v.name;
