-- What elog-status --downloads shows of all downloads, as rows of (key, value).
WITH lost (url, source, time, observed_at, size) AS (
    SELECT url, source, time, observed_at, size FROM downloads WHERE status <> 'complete'
), lacking (url, source, time, observed_at, size, status) AS (
    SELECT r.url, r.source, r.time, r.observed_at, r.size, p.status
    FROM remote_files r LEFT JOIN partial_downloads p ON p.url = r.url
    WHERE NOT EXISTS (SELECT 1 FROM downloads d WHERE d.url = r.url)
    UNION ALL
    SELECT a.url, a.experiment, a.time, a.observed_at, a.size, p.status
    FROM attachments a LEFT JOIN partial_downloads p ON p.url = a.url
    WHERE NOT EXISTS (SELECT 1 FROM downloads d WHERE d.url = a.url)
    UNION ALL
    SELECT l.url, l.source, l.time, l.observed_at, l.size, p.status
    FROM lost l LEFT JOIN partial_downloads p ON p.url = l.url
    UNION ALL
    SELECT p.url, p.source, p.time, p.observed_at, p.total, p.status
    FROM partial_downloads p
    WHERE NOT EXISTS (SELECT 1 FROM remote_files r WHERE r.url = p.url)
        AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.url = p.url)
        AND NOT EXISTS (SELECT 1 FROM downloads d WHERE d.url = p.url)
), lately (bytes, seconds) AS (
    -- The hour before the newest came.
    SELECT sum(size), 86400 * (max(julianday(finished)) - min(julianday(started)))
    FROM downloads WHERE finished >= (SELECT strftime('%Y-%m-%dT%H:%M:%SZ',
        max(finished), '-1 hour') FROM downloads)
)
SELECT 'downloaded' AS key,
    (SELECT count(*) FROM downloads) - (SELECT count(*) FROM lost) AS value
UNION ALL SELECT 'bytes', (SELECT coalesce(sum(size), 0) FROM downloads)
    - (SELECT coalesce(sum(size), 0) FROM lost)
UNION ALL SELECT 'pending', (SELECT count(*) FROM lacking WHERE status IS NULL)
UNION ALL SELECT 'pending_bytes',
    (SELECT coalesce(sum(size), 0) FROM lacking WHERE status IS NULL)
UNION ALL SELECT 'partial', (SELECT count(*) FROM lacking WHERE status = 'partial')
UNION ALL SELECT 'partial_bytes',
    (SELECT coalesce(sum(bytes), 0) FROM partial_downloads WHERE status = 'partial')
UNION ALL SELECT 'failed', (SELECT count(*) FROM lacking WHERE status = 'failed')
UNION ALL SELECT 'next_retry', (SELECT max(min(next_attempt),
    strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) FROM partial_downloads WHERE status = 'failed')
UNION ALL SELECT 'last_download', (SELECT max(finished) FROM downloads)
UNION ALL SELECT 'bytes_per_second',
    (SELECT CAST(bytes / max(seconds, 0.001) AS INTEGER) FROM lately)
UNION ALL SELECT 'newest_data', (SELECT max(time) FROM downloads)
UNION ALL SELECT 'oldest_lacking', (SELECT min(time) FROM lacking)
UNION ALL SELECT 'behind_seconds', (SELECT CAST(max(0,
    86400 * (julianday('now') - julianday(min(observed_at)))) AS INTEGER) FROM lacking);
