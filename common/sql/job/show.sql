-- All that is known of a job, a fact a row.
WITH j AS MATERIALIZED (SELECT * FROM jobs WHERE uuid = :uuid),
facts(nth, name, value) AS (
    SELECT 1, 'number', number FROM j
    UNION ALL SELECT 2, 'task', task FROM j
    UNION ALL SELECT 3, 'title', title FROM j
    UNION ALL SELECT 4, 'status', status FROM j
    UNION ALL SELECT 5, 'message', message FROM j
    UNION ALL SELECT 6, 'exit status', exit_status FROM j
    UNION ALL SELECT 7, 'signal', signal FROM j
    UNION ALL SELECT 8, 'stopped by', stopped_by FROM j
    UNION ALL SELECT 9, 'attempts', nullif(attempts, 1) FROM j
    UNION ALL SELECT 10, 'evaluation', evaluation FROM j
    UNION ALL SELECT 11, 'note', note FROM j
    UNION ALL SELECT 12, 'experiment', experiment FROM j
    UNION ALL SELECT 13, 'run', run_number FROM j
    UNION ALL SELECT 14, 'command', argv FROM j
    UNION ALL SELECT 15, 'directory', directory FROM j
    UNION ALL SELECT 16, 'host', host FROM j
    UNION ALL SELECT 17, 'user', user FROM j
    UNION ALL SELECT 18, 'batch', batch_system || ' ' || batch_id FROM j
    UNION ALL SELECT 19, 'git', git_commit || iif(git_dirty, ' and changes', '') FROM j
    UNION ALL SELECT 20, 'created', created_at FROM j
    UNION ALL SELECT 21, 'started', started_at FROM j
    UNION ALL SELECT 22, 'finished', finished_at FROM j
    UNION ALL SELECT 23, 'seconds', round((julianday(coalesce(finished_at, 'now'))
        - julianday(started_at)) * 86400, 3) FROM j
    UNION ALL SELECT 24, 'seconds of processors', user_seconds + system_seconds FROM j
    UNION ALL SELECT 25, 'memory', max_rss_kb || ' kB' FROM j
    UNION ALL SELECT 26, 'rerun of', coalesce((SELECT o.number FROM jobs o
        WHERE o.uuid = j.rerun_of), rerun_of) FROM j
    UNION ALL SELECT 27, 'parent', coalesce((SELECT o.number FROM jobs o
        WHERE o.uuid = j.parent), parent) FROM j
    UNION ALL SELECT 28, 'project', coalesce((SELECT o.name || ' (' || o.directory || ')'
        FROM projects o WHERE o.uuid = j.project), project) FROM j
    UNION ALL SELECT 29, 'uuid', uuid FROM j
    UNION ALL SELECT 30, lower(direction) || ' ' || role, path FROM job_file_uses
        WHERE job = :uuid
    UNION ALL SELECT 31, 'figure ' || name, value FROM job_values WHERE job = :uuid
    UNION ALL SELECT 32, 'environment ' || e.key, e.value FROM j, json_each(j.environment) e
)
SELECT name, value FROM facts WHERE value IS NOT NULL ORDER BY nth, name;
