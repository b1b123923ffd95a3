-- A log line.  It may come twice: a spool whose load was killed is loaded again.  Where
-- another line has its number, it gets the next one.
SELECT CASE
        WHEN :_sdc_deleted_at IS NOT NULL THEN iif(typeof(:log_id) <> 'integer',
            'which line? log_id is missing', NULL)
        WHEN :mode IS 'prune' THEN iif(typeof(:before) <> 'integer',
            'before is no Unix time', NULL)
        WHEN typeof(:summary_message) <> 'text' THEN 'a log line needs its summary_message'
        WHEN :log_level IS NOT NULL AND :log_level NOT IN ('DEBUG', 'INFO', 'WARNING',
                'ERROR', 'CRITICAL')
            THEN substr(:log_level, 1, 60)
                || ' is no level: DEBUG, INFO, WARNING, ERROR, CRITICAL'
        WHEN :timestamp IS NOT NULL AND typeof(:timestamp) <> 'integer'
            THEN 'timestamp is no Unix time'
    END,
    CASE WHEN l.log_id IS NULL THEN :log_id
        WHEN (l.site_id, l.log_level, l.timestamp, l.session_id, l.summary_message,
                l.detailed_message) IS (coalesce(:site_id, ''),
                coalesce(:log_level, 'INFO'), :timestamp, :session_id, :summary_message,
                :detailed_message)
            THEN l.log_id
        ELSE (SELECT max(log_id) + 1 FROM logs)
    END AS id,
    CASE WHEN :_sdc_deleted_at IS NOT NULL THEN 1 WHEN :mode IS 'prune' THEN 2 ELSE 3 END AS next
FROM (SELECT 1) LEFT JOIN logs l ON l.log_id = :log_id;

DELETE FROM logs WHERE :_sdc_deleted_at IS NOT NULL AND log_id = :log_id
    AND (:site_id IS NULL OR site_id = :site_id);

DELETE FROM logs WHERE :mode = 'prune' AND timestamp < :before
    AND (:log_level IS NULL OR log_level = :log_level)
    AND (:site_id IS NULL OR site_id = :site_id)
    AND (:session_id IS NULL OR session_id = :session_id);

INSERT INTO logs (log_id, site_id, log_level, timestamp, session_id, summary_message,
    detailed_message, job_id)
SELECT :id, coalesce(:site_id, ''), coalesce(:log_level, 'INFO'),
    coalesce(:timestamp, CAST(strftime('%s', 'now') AS INTEGER)), :session_id,
    :summary_message, :detailed_message, :job_id
WHERE :mode IS NULL AND :_sdc_deleted_at IS NULL
ON CONFLICT DO NOTHING;
