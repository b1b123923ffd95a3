-- Attachments that elog-pull did not fetch: a record of each, and its URL, behind :last.
SELECT json_object('url', a.url, 'experiment', a.experiment, 'entry_id', a.entry_id,
    'attachment_id', a.attachment_id, 'name', a.name, 'type', a.type, 'size', a.size,
    'path', a.path, 'time', a.time, 'observed_at', a.observed_at), a.url
FROM attachments a
WHERE a.url > :last AND NOT EXISTS (SELECT 1 FROM downloads d WHERE d.url = a.url)
ORDER BY a.url LIMIT :limit;
