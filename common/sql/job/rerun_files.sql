SELECT u.direction, u.role, u.path, u.path_base64, f.sha256, u.type, u.subtype, u.content,
    u.note
FROM job_file_uses u LEFT JOIN job_files f ON f.uuid = u.file
WHERE u.job = :uuid ORDER BY u.direction, u.role, u.path;
