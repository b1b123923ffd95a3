SELECT u.direction, u.role, u.path, u.path_base64, f.sha256,
    -- What was said of it, as --in takes it; a note is all that is left.
    ifnull(',type=' || u.type, '') || ifnull(',subtype=' || u.subtype, '')
        || ifnull(',content=' || u.content, '') || ifnull(',note=' || u.note, '')
FROM job_file_uses u LEFT JOIN job_files f ON f.uuid = u.file
WHERE u.job = :uuid ORDER BY u.direction, u.role, u.path;
