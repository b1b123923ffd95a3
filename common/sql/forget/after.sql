-- And then.
DELETE FROM experiments WHERE name = :experiment;

DELETE FROM file_contents
WHERE NOT EXISTS (SELECT 1 FROM run_files f WHERE f.sha256 = file_contents.sha256);

INSERT INTO log_records (created_at, user, program, experiment, action, old_value)
VALUES (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), who(), 'elog-load', :experiment, 'forget',
    json_object('runs', :runs, 'rows', :rows));
