-- A file that elog-pull put into its place.
SELECT CASE
    WHEN typeof(:url) <> 'text' OR instr(:url, '://') = 0 THEN 'url is no URL'
    WHEN typeof(:path) <> 'text' OR :path = '' THEN 'path is missing'
    WHEN typeof(:size) <> 'integer' OR :size < 0 THEN 'size is no number of bytes'
    WHEN :sha256 IS NULL OR length(:sha256) <> 64 OR :sha256 GLOB '*[^0-9a-f]*'
        THEN 'sha256 is no SHA-256'
    WHEN julianday(:finished) IS NULL THEN 'finished is no time'
END;

INSERT INTO downloads (url, path, size, sha256, modified, mtime, started, finished,
    attempts, resumed_from, source, time, observed_at, status)
VALUES (:url, :path, :size, :sha256, :modified, :mtime, :started, :finished,
    :attempts, :resumed_from, :source, :time, :observed_at, coalesce(:status, 'complete'))
ON CONFLICT (url) DO UPDATE SET
    path = excluded.path,
    size = excluded.size,
    sha256 = excluded.sha256,
    modified = excluded.modified,
    mtime = excluded.mtime,
    started = excluded.started,
    finished = excluded.finished,
    attempts = excluded.attempts,
    resumed_from = excluded.resumed_from,
    source = excluded.source,
    time = excluded.time,
    observed_at = excluded.observed_at,
    status = excluded.status;

DELETE FROM partial_downloads WHERE url = :url;
