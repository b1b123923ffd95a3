-- What elog-scan saw and elog-pull did not fetch, or fetched when it was another, or that
-- is not in its place any more: a record of each, and its URL, behind :last.  One that
-- failed waits until its time has come, or a listing says something new of it, or :retry.
SELECT json_object('url', r.url, 'source', r.source, 'size', r.size,
    'modified', r.modified, 'time', r.time,
    'observed_at', r.observed_at, 'fields', json(r.fields)), r.url
FROM remote_files r LEFT JOIN downloads d ON d.url = r.url
WHERE r.url > :last AND (d.url IS NULL OR d.status <> 'complete' OR d.size <> r.size
    OR (d.modified <> r.modified AND julianday(d.modified) <> julianday(r.modified))
    -- Fetched when its minute or day was not over, and listed again.
    OR (r.observed_at > d.started AND iif(length(r.modified) = 10,
        r.modified = substr(d.started, 1, 10),
        length(r.modified) = 17 AND substr(r.modified, 15, 2) = substr(d.started, 15, 2)
        AND abs(julianday(r.modified) - julianday(d.started)) < 1)))
  AND NOT EXISTS (SELECT 1 FROM partial_downloads p
    WHERE p.url = r.url AND p.status = 'failed' AND NOT :retry
    AND julianday(p.next_attempt) > julianday('now')
    AND NOT coalesce(julianday(r.observed_at) > julianday(p.last_attempt), 0))
ORDER BY r.url LIMIT :limit;
