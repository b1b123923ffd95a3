-- The record of a download as it is known, but for what became of it.
SELECT json_object('url', url, 'path', path, 'size', size, 'sha256', sha256,
    'modified', modified, 'mtime', mtime, 'started', started, 'finished', finished,
    'attempts', attempts, 'resumed_from', resumed_from, 'source', source, 'time', time,
    'observed_at', observed_at, 'status', :status, 'directory', directory)
FROM downloads WHERE url = :url;
