-- An attachment that a logbook entry names (elog-get --attachments).
SELECT CASE
    WHEN typeof(:experiment) <> 'text' OR :experiment = '' THEN 'experiment is missing'
    WHEN :entry_id IS NULL THEN 'entry_id is missing'
    WHEN :attachment_id IS NULL THEN 'attachment_id is missing'
    WHEN typeof(:url) <> 'text' OR instr(:url, '://') = 0 THEN 'url is no URL'
    WHEN typeof(:path) <> 'text' OR :path = '' THEN 'path is missing'
END;

INSERT INTO attachments (experiment, entry_id, attachment_id, name, type, size, path,
    url, time, observed_at)
VALUES (:experiment, :entry_id, :attachment_id, :name, :type, :size, :path,
    :url, :time, :observed_at)
ON CONFLICT (experiment, entry_id, attachment_id) DO UPDATE SET
    name = excluded.name,
    type = excluded.type,
    size = excluded.size,
    path = excluded.path,
    url = excluded.url,
    time = excluded.time,
    observed_at = excluded.observed_at
WHERE (name, type, size, path, url) IS NOT
    (excluded.name, excluded.type, excluded.size, excluded.path, excluded.url);
