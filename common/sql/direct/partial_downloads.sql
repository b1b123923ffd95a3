-- A file that elog-pull left for another time.
SELECT CASE
    WHEN typeof(:url) <> 'text' OR instr(:url, '://') = 0 THEN 'url is no URL'
    WHEN typeof(:bytes) <> 'integer' OR :bytes < 0 THEN 'bytes is no number of bytes'
    WHEN typeof(:attempts) <> 'integer' THEN 'attempts is no number'
    WHEN julianday(:last_attempt) IS NULL THEN 'last_attempt is no time'
END;

INSERT INTO partial_downloads (url, path, bytes, total, sha256, attempts, last_error,
    last_attempt, source, time, observed_at, status)
VALUES (:url, :path, :bytes, :total, :sha256, :attempts, :last_error,
    :last_attempt, :source, :time, :observed_at,
    iif(:status = 'failed', 'failed', 'partial'))
ON CONFLICT (url) DO UPDATE SET
    path = excluded.path,
    bytes = excluded.bytes,
    total = excluded.total,
    sha256 = excluded.sha256,
    attempts = excluded.attempts,
    last_error = excluded.last_error,
    last_attempt = excluded.last_attempt,
    source = excluded.source,
    time = excluded.time,
    observed_at = excluded.observed_at,
    status = excluded.status;
