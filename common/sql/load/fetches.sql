-- The statements that elog-load runs for a record of stream "fetches".  First, for one
-- of which anything came: what arrived against what was sent, a line for each stream in
-- which they differ, those left out of which a record was refused.
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
WHERE s.arrived IS NOT nullif(s.sent, 0)
    AND NOT EXISTS (SELECT 1 FROM problems p
        WHERE p.experiment = :experiment AND p.stream = s.stream);

-- Then, once its rows are written or it was refused (:message), what came of each stream:
-- rows are as of the last time that it came.
INSERT INTO fetched_streams (experiment, stream, status, records, fetched_at, completed_at)
SELECT :experiment, r.key, 'complete', r.value, :fetched_at, :fetched_at
FROM json_each(:doc -> 'records') r
WHERE :message IS NULL AND :doc ->> 'status' IN ('complete', 'partial')
    AND NOT EXISTS (SELECT 1 FROM problems p
        WHERE p.experiment = :experiment AND p.stream = r.key)
ON CONFLICT (experiment, stream) DO UPDATE SET
    status = excluded.status,
    http_status = NULL,
    attempts = NULL,
    message = NULL,
    records = excluded.records,
    fetched_at = excluded.fetched_at,
    completed_at = excluded.completed_at;

INSERT INTO fetched_streams (experiment, stream, status, http_status, attempts, message,
    fetched_at)
SELECT :experiment, stream, status, http_status, attempts, message, :fetched_at
FROM (
    SELECT key AS stream, value ->> 'status' AS status,
        value ->> 'http_status' AS http_status, value ->> 'attempts' AS attempts,
        value ->> 'message' AS message
    FROM json_each(:doc -> 'streams')
    UNION ALL
    SELECT stream, 'failed', NULL, NULL, reason FROM problems
    WHERE experiment = :experiment
)
WHERE :message IS NULL AND :doc ->> 'status' IN ('complete', 'partial')
ON CONFLICT (experiment, stream) DO UPDATE SET
    status = excluded.status,
    http_status = excluded.http_status,
    attempts = excluded.attempts,
    message = excluded.message,
    fetched_at = excluded.fetched_at;

-- A name that the service does not know, nor we, is a typing error: not to be tried again.
DELETE FROM fetches WHERE experiment = :experiment AND :message IS NULL
    AND (:doc ->> 'status' = 'gone' OR :doc ->> 'http_status' = 404)
    AND NOT EXISTS (SELECT 1 FROM experiments WHERE name = :experiment)
    AND NOT EXISTS (SELECT 1 FROM staged WHERE experiment = :experiment);

-- And of the experiment.  It is complete when all its streams are, those too that this
-- fetch did not ask for; the questionnaire, another application's, is noted by itself.
INSERT INTO fetches (experiment, status, stream, http_status, attempts, message,
    records, streams, fetched_at, completed_at)
SELECT :experiment, status,
    CASE WHEN status = 'partial'
        THEN coalesce(:doc ->> 'stream', (SELECT stream FROM fetched_streams
            WHERE experiment = :experiment AND status IN ('failed', 'denied')
                AND stream <> 'questionnaires' ORDER BY fetched_at DESC LIMIT 1))
        ELSE :doc ->> 'stream' END,
    :doc ->> 'http_status', :doc ->> 'attempts',
    coalesce(:message, :doc ->> 'message', CASE WHEN status = 'partial'
        THEN (SELECT message FROM fetched_streams
            WHERE experiment = :experiment AND status IN ('failed', 'denied')
                AND stream <> 'questionnaires' ORDER BY fetched_at DESC LIMIT 1) END),
    :doc -> 'records',
    (SELECT json_group_object(stream, json_object('status', status, 'http_status',
            http_status, 'attempts', attempts, 'message', message, 'as_of', completed_at))
        FROM fetched_streams WHERE experiment = :experiment AND status IN ('failed', 'denied')
        HAVING count(*) > 0),
    :fetched_at, CASE WHEN status = 'complete' THEN :fetched_at END
FROM (SELECT CASE
    WHEN :message IS NOT NULL THEN 'failed'
    WHEN :doc ->> 'status' NOT IN ('complete', 'partial') THEN :doc ->> 'status'
    WHEN EXISTS (SELECT 1 FROM fetched_streams WHERE experiment = :experiment
        AND status IN ('failed', 'denied') AND stream <> 'questionnaires') THEN 'partial'
    ELSE 'complete' END AS status)
WHERE (status <> 'gone' AND :doc ->> 'http_status' IS NOT 404)
    OR EXISTS (SELECT 1 FROM experiments WHERE name = :experiment)
    OR EXISTS (SELECT 1 FROM staged WHERE experiment = :experiment)
ON CONFLICT (experiment) DO UPDATE SET
    status = excluded.status,
    stream = excluded.stream,
    http_status = excluded.http_status,
    attempts = excluded.attempts,
    message = excluded.message,
    records = excluded.records,
    streams = excluded.streams,
    fetched_at = excluded.fetched_at,
    completed_at = coalesce(excluded.completed_at, completed_at)
WHERE (status, stream, http_status, attempts, message, records, streams, fetched_at)
    IS NOT (excluded.status, excluded.stream, excluded.http_status, excluded.attempts,
        excluded.message, excluded.records, excluded.streams, excluded.fetched_at);

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
