-- Attachments that elog-pull did not fetch, or that are not in their place any more: a
-- record of each, and its URL, behind :last.  One that failed waits until its time has
-- come, or :retry.
SELECT json_object('url', a.url, 'experiment', a.experiment, 'entry_id', a.entry_id,
    'attachment_id', a.attachment_id, 'name', a.name, 'type', a.type, 'size', a.size,
    'path', a.path, 'time', a.time, 'observed_at', a.observed_at), a.url
FROM attachments a
WHERE a.url > :last AND NOT EXISTS (SELECT 1 FROM downloads d WHERE d.url = a.url
    AND d.status = 'complete')
  AND NOT EXISTS (SELECT 1 FROM partial_downloads p
    WHERE p.url = a.url AND p.status = 'failed' AND NOT :retry
    AND julianday(p.next_attempt) > julianday('now'))
ORDER BY a.url LIMIT :limit;
