-- The statements that elog-load runs for a record of stream "fetches".  First, for
-- one that is complete: what arrived against what was sent, a line for each stream
-- in which they differ.
SELECT s.stream || ': ' || coalesce(s.arrived, 0) || ' of ' || coalesce(s.sent, 0)
    || ' records arrived'
FROM (
    SELECT stream, max(arrived) AS arrived, max(sent) AS sent FROM (
        SELECT stream, count(*) AS arrived, NULL AS sent FROM staged
            WHERE experiment = :experiment GROUP BY stream
        UNION ALL
        SELECT key, NULL, value FROM json_each(:doc -> 'records')
    ) GROUP BY stream
) s
WHERE s.arrived IS NOT nullif(s.sent, 0);

-- Then, once its rows are written or it was refused, what came of it.
INSERT INTO fetches (experiment, status, stream, http_status, attempts, message,
    records, fetched_at, completed_at)
SELECT :experiment, status, :doc ->> 'stream', :doc ->> 'http_status',
    :doc ->> 'attempts', coalesce(:message, :doc ->> 'message'), :doc -> 'records',
    :fetched_at, CASE WHEN status = 'complete' THEN :fetched_at END
FROM (SELECT CASE WHEN :message IS NULL THEN :doc ->> 'status' ELSE 'failed' END
    AS status)
-- A name that the service does not know, nor we, is a typing error: not to be tried again.
WHERE NOT (status = 'failed' AND :doc ->> 'http_status' IS 404
    AND NOT EXISTS (SELECT 1 FROM experiments WHERE name = :experiment)
    AND NOT EXISTS (SELECT 1 FROM staged WHERE experiment = :experiment))
ON CONFLICT (experiment) DO UPDATE SET
    status = excluded.status,
    stream = excluded.stream,
    http_status = excluded.http_status,
    attempts = excluded.attempts,
    message = excluded.message,
    records = excluded.records,
    fetched_at = excluded.fetched_at,
    completed_at = coalesce(excluded.completed_at, completed_at)
WHERE (status, stream, http_status, attempts, message, records, fetched_at)
    IS NOT (excluded.status, excluded.stream, excluded.http_status, excluded.attempts,
        excluded.message, excluded.records, excluded.fetched_at);

DELETE FROM fetches
WHERE experiment = :experiment AND :message IS NULL AND :doc ->> 'status' = 'failed'
    AND :doc ->> 'http_status' IS 404
    AND NOT EXISTS (SELECT 1 FROM experiments WHERE name = :experiment)
    AND NOT EXISTS (SELECT 1 FROM staged WHERE experiment = :experiment);

-- The last synchronization is the newest fetch, whatever came of it.  A time to come is
-- that of a clock that was ahead once.
INSERT INTO metadata (key, value) SELECT 'last_update', :fetched_at
WHERE :fetched_at <> ''
ON CONFLICT (key) DO UPDATE SET value = excluded.value
WHERE value < excluded.value
    OR value > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+1 day');

-- What a sync changed, in rows of each stream.
INSERT INTO log_records (created_at, user, program, experiment, action, new_value)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), who(), 'elog-load', :experiment, 'sync',
    '{' || :changes || '}'
WHERE :changes IS NOT NULL;
