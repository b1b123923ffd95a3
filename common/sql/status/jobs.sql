-- How the jobs are, behind the counts of rows: one whose process is gone is lost.
SELECT 'jobs_running' AS key, (SELECT count(*) FROM jobs
    WHERE status IN ('PENDING', 'QUEUED', 'RUNNING', 'RUNNING_REMOTELY')
    AND job_alive(host, boot_id, pid, pid_start)) AS value
UNION ALL SELECT 'jobs_lost', (SELECT count(*) FROM jobs
    WHERE status = 'LOST' OR (status IN ('PENDING', 'QUEUED', 'RUNNING', 'RUNNING_REMOTELY')
    AND NOT job_alive(host, boot_id, pid, pid_start)))
UNION ALL SELECT 'jobs_failed', (SELECT count(*) FROM jobs
    WHERE status IN ('FAILED', 'INTERRUPTED', 'UNSATISFACTORY'));
