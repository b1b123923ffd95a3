SELECT j.number, j.task, u.direction, u.role, u.path, f.size,
    coalesce(u.type, f.type) AS type, f.sha256, coalesce(u.subtype, f.subtype) AS subtype,
    coalesce(u.content, f.content) AS content, coalesce(u.note, f.note) AS note,
    f.directory, f.modified_at,
    (SELECT p.name FROM projects p WHERE p.uuid = j.project) AS project
FROM jobs j JOIN job_file_uses u ON u.job = j.uuid
    LEFT JOIN job_files f ON f.uuid = u.file
WHERE :uuid IS NULL OR j.uuid = :uuid
ORDER BY j.project, job_order(j.number), u.direction, u.role, u.path;
