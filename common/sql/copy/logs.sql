-- A log line, as another database has it.
SELECT iif(:log_id IS NULL, 'a log line needs its log_id', NULL);

DELETE FROM logs WHERE log_id = :log_id AND :_sdc_deleted_at IS NOT NULL;

INSERT INTO logs (log_id, site_id, log_level, timestamp, session_id, summary_message,
    detailed_message, job_id)
SELECT :log_id, coalesce(:site_id, ''), :log_level, :timestamp, :session_id,
    :summary_message, :detailed_message, :job_id
WHERE :_sdc_deleted_at IS NULL
ON CONFLICT (log_id) DO UPDATE SET
    site_id = excluded.site_id,
    log_level = excluded.log_level,
    timestamp = excluded.timestamp,
    session_id = excluded.session_id,
    summary_message = excluded.summary_message,
    detailed_message = excluded.detailed_message,
    job_id = excluded.job_id
WHERE (site_id, log_level, timestamp, session_id, summary_message, detailed_message, job_id)
    IS NOT (excluded.site_id, excluded.log_level, excluded.timestamp, excluded.session_id,
        excluded.summary_message, excluded.detailed_message, excluded.job_id);
