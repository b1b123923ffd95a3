-- The record by which a file that came is fetched again, and whether it is an attachment:
-- as a listing or its entry says now, else as it came.
SELECT * FROM (
    SELECT 0 AS attachment, json_object('url', url, 'source', source, 'size', size,
        'modified', modified, 'time', time, 'observed_at', observed_at,
        'fields', json(fields)) AS record
    FROM remote_files WHERE url = :url
    UNION ALL
    SELECT 1, json_object('url', url, 'experiment', experiment, 'entry_id', entry_id,
        'attachment_id', attachment_id, 'name', name, 'type', type, 'size', size,
        'path', path, 'time', time, 'observed_at', observed_at)
    FROM attachments WHERE url = :url
    UNION ALL
    SELECT 0, json_object('url', url, 'source', source, 'size', size,
        'modified', modified, 'time', time, 'observed_at', observed_at)
    FROM downloads WHERE url = :url)
LIMIT 1;
