-- problems: what is not complete, what can be mended first
SELECT f.status, f.experiment, f.stream, f.http_status, f.message, f.fetched_at,
    f.completed_at, EXISTS (SELECT 1 FROM experiments e WHERE e.name = f.experiment) AS here
FROM fetches f WHERE f.status <> 'complete'
ORDER BY f.status IN ('denied', 'gone'), f.status, f.experiment LIMIT 1000;
-- log: the newest changes to local data
SELECT created_at, user, program, experiment, run_number AS run, table_name, action,
    message, old_value, new_value
FROM log_records ORDER BY id DESC LIMIT 30;
