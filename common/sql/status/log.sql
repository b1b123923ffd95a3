SELECT created_at, user, program, experiment, run_number AS run, table_name AS 'table',
    action, message AS what, old_value AS old, new_value AS new
FROM (SELECT * FROM log_records ORDER BY id DESC LIMIT :rows)
ORDER BY id;
