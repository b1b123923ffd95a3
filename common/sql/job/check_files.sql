-- Outputs by the path that they were last seen under, of this machine's jobs.
SELECT j.number, j.task, u.role, u.path, f.sha256, j.uuid, u.path_base64
FROM job_file_uses u JOIN jobs j ON j.uuid = u.job JOIN job_files f ON f.uuid = u.file
WHERE u.direction = 'OUT' AND j.host = :host AND (:project IS NULL OR j.project = :project)
    AND NOT EXISTS (SELECT 1 FROM job_file_uses n WHERE n.path = u.path
        AND n.direction = 'OUT' AND n.at > u.at)
ORDER BY j.project, job_order(j.number), u.role, u.path;
