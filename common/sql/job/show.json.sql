-- The same as one row.
SELECT j.*,
    (SELECT json_group_array(json_object('direction', u.direction, 'role', u.role,
        'path', u.path, 'sha256', f.sha256, 'size', f.size,
        'type', coalesce(u.type, f.type), 'subtype', coalesce(u.subtype, f.subtype),
        'content', coalesce(u.content, f.content), 'note', coalesce(u.note, f.note)))
        FROM job_file_uses u LEFT JOIN job_files f ON f.uuid = u.file
        WHERE u.job = j.uuid) AS files,
    (SELECT json_group_object(name, value) FROM job_values WHERE job = j.uuid) AS "values"
FROM jobs j WHERE j.uuid = :uuid;
