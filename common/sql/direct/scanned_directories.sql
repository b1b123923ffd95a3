-- What came of listing a directory.  One that failed keeps what was known of it.
SELECT CASE
    WHEN typeof(:url) <> 'text' OR :url NOT LIKE '%_://%'
        THEN 'a scanned directory needs its url'
    WHEN typeof(:source) <> 'text'
        THEN substr(:url, 1, 150) || ': a scanned directory needs its source'
    WHEN :status IS NULL OR :status NOT IN ('listed', 'failed')
        THEN substr(:url, 1, 150) || ': status is listed or failed'
END;

INSERT INTO scanned_directories (url, source, time, until, status, entries,
    newest_change, modified, settled, selection, message, attempts, listed_at, tried_at)
VALUES (:url, :source, :time, :until, :status, :entries, :newest_change, :modified,
    coalesce(:settled, 0), :selection, :message, coalesce(:attempts, 0),
    iif(:status = 'listed', :tried_at, NULL), :tried_at)
ON CONFLICT (url) DO UPDATE SET
    source = excluded.source,
    time = excluded.time,
    until = excluded.until,
    status = excluded.status,
    entries = coalesce(excluded.entries, entries),
    newest_change = coalesce(excluded.newest_change, newest_change),
    modified = excluded.modified,
    settled = excluded.settled,
    selection = excluded.selection,
    message = excluded.message,
    attempts = excluded.attempts,
    listed_at = coalesce(excluded.listed_at, listed_at),
    tried_at = excluded.tried_at;
