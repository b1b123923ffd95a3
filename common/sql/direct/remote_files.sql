-- A file on another machine.  The row is written only where something changed.
SELECT CASE
    WHEN typeof(:url) <> 'text' OR :url NOT LIKE '%_://%'
        THEN 'a remote file needs its url'
    WHEN typeof(:source) <> 'text' OR typeof(:path) <> 'text' OR :path = ''
        THEN substr(:url, 1, 150) || ': a remote file needs source and path'
    WHEN :size IS NOT NULL AND (typeof(:size) <> 'integer' OR :size < 0)
        THEN substr(:url, 1, 150) || ': size is no number of bytes'
    WHEN :fields_json IS NOT NULL AND json_type(:fields_json) NOT IN ('object', 'null')
        THEN substr(:url, 1, 150) || ': fields is no object'
END;

INSERT INTO remote_files (url, source, path, size, modified, observed_at, time, fields)
VALUES (:url, :source, :path, :size, :modified,
    coalesce(:observed_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), :time, :fields)
ON CONFLICT (url) DO UPDATE SET
    source = excluded.source,
    path = excluded.path,
    size = excluded.size,
    modified = excluded.modified,
    observed_at = excluded.observed_at,
    time = excluded.time,
    fields = excluded.fields
WHERE (source, path, size, modified, time, fields) IS NOT (excluded.source,
    excluded.path, excluded.size, excluded.modified, excluded.time, excluded.fields)
    -- Listed again, for its minute or day was not over.
    OR (excluded.observed_at > observed_at AND iif(length(modified) = 10,
        modified = substr(observed_at, 1, 10),
        length(modified) = 17 AND substr(modified, 15, 2) = substr(observed_at, 15, 2)
        AND abs(julianday(modified) - julianday(observed_at)) < 1));
