-- What elog-status --downloads shows of each source and day of data.  What is lost of
-- what came is little: it is taken from what the indices count without a look at the rows.
WITH lost (url, source, time, size) AS (
    SELECT url, source, time, size FROM downloads WHERE status <> 'complete'
), state (source, time, files, bytes, pending, partial, failed) AS (
    SELECT source, time, 1, size, 0, 0, 0 FROM downloads
    UNION ALL
    SELECT source, time, -1, -size, 0, 0, 0 FROM lost
    UNION ALL
    SELECT r.source, r.time, 0, 0, p.url IS NULL, p.status IS 'partial',
        p.status IS 'failed'
    FROM remote_files r LEFT JOIN partial_downloads p ON p.url = r.url
    WHERE NOT EXISTS (SELECT 1 FROM downloads d WHERE d.url = r.url)
    UNION ALL
    SELECT a.experiment, a.time, 0, 0, p.url IS NULL, p.status IS 'partial',
        p.status IS 'failed'
    FROM attachments a LEFT JOIN partial_downloads p ON p.url = a.url
    WHERE NOT EXISTS (SELECT 1 FROM downloads d WHERE d.url = a.url)
    UNION ALL
    SELECT l.source, l.time, 0, 0, p.url IS NULL, p.status IS 'partial',
        p.status IS 'failed'
    FROM lost l LEFT JOIN partial_downloads p ON p.url = l.url
    UNION ALL
    SELECT p.source, p.time, 0, 0, 0, p.status = 'partial', p.status = 'failed'
    FROM partial_downloads p
    WHERE NOT EXISTS (SELECT 1 FROM remote_files r WHERE r.url = p.url)
        AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.url = p.url)
        AND NOT EXISTS (SELECT 1 FROM downloads d WHERE d.url = p.url)
)
SELECT source, substr(time, 1, 10) AS day, sum(files) AS downloaded, sum(bytes) AS bytes,
    sum(pending) AS pending, sum(partial) AS partial, sum(failed) AS failed
FROM state GROUP BY source, day ORDER BY source, day;
