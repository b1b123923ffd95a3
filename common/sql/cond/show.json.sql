WITH this AS (
    SELECT r.id FROM experiments e JOIN runs r ON r.experiment_id = e.id
    WHERE e.name = :experiment AND r.run_number IN (:run, CAST(:run AS INTEGER))
        AND CAST(r.run_number AS TEXT) = :run
)
SELECT object FROM (
    SELECT 1 AS nth, t.name, json_object('name', t.name,
        'type', t.value_type, 'value', CASE t.value_type
            WHEN 'bool' THEN json(iif(c.value, 'true', 'false'))
            WHEN 'json' THEN iif(json_valid(c.value), json(c.value), c.value)
            WHEN 'blob' THEN json_object('$base64', base64(c.value))
            WHEN 'float' THEN iif(abs(c.value) = 9e999, value_text(c.value, 'float'),
                json(value_text(c.value, 'float')))
            ELSE c.value END,
        'set_by', c.set_by, 'set_at', c.set_at) AS object
        FROM this JOIN conditions c ON c.run_id = this.id
            JOIN condition_types t ON t.id = c.type_id
    UNION ALL
    SELECT 2, f.path, json_object('path', f.path, 'type', 'file',
        'sha256', f.sha256, 'size', (SELECT size FROM file_contents
            WHERE sha256 = f.sha256),
        'importance', f.importance, 'description', f.description,
        'set_by', f.set_by, 'set_at', f.set_at)
        FROM this JOIN run_files f ON f.run_id = this.id
)
ORDER BY nth, name;
