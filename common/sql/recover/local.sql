-- What somebody set in another database of ours, attached as other, and nobody in this
-- one: it was lost when databases were copies of each other.  What was removed here since
-- stays away.  The first statement says why it must not.
SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM other.sqlite_schema WHERE name = 'run_files')
    THEN 'its schema is older than local data: there is nothing to recover' END;

SELECT 'condition_types', json_object('name', o.name, 'value_type', o.value_type,
    'description', o.description, 'mode', 'ensure', 'set_at', o.created_at, 'user', who(),
    'program', 'elog-load')
FROM other.condition_types o
WHERE o.declared AND NOT EXISTS (SELECT 1 FROM main.condition_types m WHERE m.name = o.name);

SELECT 'conditions', json_object('experiment', e.name, 'run', r.run_number,
    'name', t.name, 'value', json(CASE t.value_type
        WHEN 'bool' THEN iif(c.value, 'true', 'false')
        WHEN 'json' THEN iif(json_valid(c.value), c.value, json_quote(c.value))
        WHEN 'blob' THEN json_object('$base64', base64(c.value))
        WHEN 'float' THEN iif(abs(c.value) = 9e999, json_quote(value_text(c.value, 'float')),
            value_text(c.value, 'float'))
        ELSE json_quote(c.value) END),
    'mode', 'replace', 'set_by', c.set_by, 'set_at', c.set_at, 'user', who(),
    'program', 'elog-load')
FROM other.conditions c JOIN other.condition_types t ON t.id = c.type_id
    JOIN other.runs r ON r.id = c.run_id JOIN other.experiments e ON e.id = r.experiment_id
WHERE c.set_by IS NOT NULL
    AND NOT EXISTS (SELECT 1
        FROM main.experiments me JOIN main.runs mr ON mr.experiment_id = me.id
            JOIN main.condition_types mt ON mt.name = t.name
            JOIN main.conditions m ON m.run_id = mr.id AND m.type_id = mt.id
        WHERE me.name = e.name AND mr.run_number = r.run_number AND m.set_by IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM main.log_records l
        WHERE l.table_name = 'conditions' AND l.action = 'delete' AND l.message = t.name
        AND l.experiment = e.name AND l.run_number = r.run_number
        AND l.created_at >= c.set_at)
ORDER BY t.name, r.id;

SELECT 'aliases', json_object('name', o.name, 'expression', o.expression,
    'description', o.description, 'set_by', o.set_by, 'set_at', o.set_at, 'user', who(),
    'program', 'elog-load')
FROM other.aliases o
WHERE NOT EXISTS (SELECT 1 FROM main.aliases m WHERE m.name = o.name)
    AND NOT EXISTS (SELECT 1 FROM main.log_records l
        WHERE l.table_name = 'aliases' AND l.action = 'delete' AND l.message = o.name
        AND l.created_at >= o.set_at);

SELECT 'run_periods', json_object('name', o.name, 'run_min', o.run_min,
    'run_max', o.run_max, 'start_time', o.start_time, 'end_time', o.end_time,
    'description', o.description, 'set_by', o.set_by, 'set_at', o.set_at, 'user', who(),
    'program', 'elog-load')
FROM other.run_periods o
WHERE NOT EXISTS (SELECT 1 FROM main.run_periods m WHERE m.name = o.name)
    AND NOT EXISTS (SELECT 1 FROM main.log_records l
        WHERE l.table_name = 'run_periods' AND l.action = 'delete' AND l.message = o.name
        AND l.created_at >= o.set_at);

SELECT 'run_files', json_object('experiment', e.name, 'run', r.run_number, 'path', f.path,
    'sha256', f.sha256, 'importance', f.importance, 'description', f.description,
    'content', base64(b.content), 'set_by', f.set_by, 'set_at', f.set_at, 'user', who(),
    'program', 'elog-load')
FROM other.run_files f JOIN other.file_contents b ON b.sha256 = f.sha256
    JOIN other.runs r ON r.id = f.run_id JOIN other.experiments e ON e.id = r.experiment_id
WHERE NOT EXISTS (SELECT 1
        FROM main.experiments me JOIN main.runs mr ON mr.experiment_id = me.id
            JOIN main.run_files m ON m.run_id = mr.id
        WHERE me.name = e.name AND mr.run_number = r.run_number AND m.path = f.path
            AND m.sha256 = f.sha256)
    AND NOT EXISTS (SELECT 1 FROM main.log_records l
        WHERE l.table_name = 'run_files' AND l.action = 'delete' AND l.message = f.path
        AND l.experiment = e.name AND l.run_number = r.run_number
        AND l.created_at >= f.set_at);
