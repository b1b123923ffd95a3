SELECT json_object('id', id, 'created_at', created_at, 'user', user, 'program', program,
    'experiment', experiment, 'run_number', run_number, 'table_name', table_name,
    'action', action, 'old_value', old_value, 'new_value', new_value,
    'message', message)
FROM (SELECT * FROM log_records ORDER BY id DESC LIMIT :rows)
ORDER BY id;
