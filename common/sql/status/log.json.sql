SELECT id, created_at, user, program, experiment, run_number, table_name, action,
    old_value, new_value, message
FROM (SELECT * FROM log_records ORDER BY id DESC LIMIT :rows)
ORDER BY id;
