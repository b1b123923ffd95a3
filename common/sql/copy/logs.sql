-- A log line, as another database has it.
SELECT iif(:log_id IS NULL, 'a log line needs its log_id', NULL);

DELETE FROM logs WHERE log_id = :log_id;

INSERT INTO logs (log_id, site_id, log_level, timestamp, session_id, summary_message,
    detailed_message, job_id)
SELECT :log_id, coalesce(:site_id, ''), :log_level, :timestamp, :session_id,
    :summary_message, :detailed_message, :job_id
WHERE :_sdc_deleted_at IS NULL;
