CREATE TEMP TABLE IF NOT EXISTS staged_logbook_entries (experiment TEXT, key, subkey, doc TEXT,
    author, content, insert_time, tags JSON, run_num, title,
    content_type, parent, deleted_by, deleted_time, previous_version);

SELECT 1 FROM experiments e JOIN logbook_entries l ON l.experiment_id = e.id
WHERE e.name = :experiment AND l.entry_id = :key AND l.doc = :doc;

DELETE FROM logbook_entries WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_logbook_entries s
        WHERE s.experiment = :experiment AND s.key = logbook_entries.entry_id);

INSERT INTO logbook_entries (experiment_id, entry_id, author, content, created_at, tags,
    run_number, run_inferred, title, content_type, parent, deleted_by, deleted_at,
    previous_version, doc)
SELECT :experiment_id, key, author, content, insert_time,
    tags, run_num, 0, title, content_type,
    parent, deleted_by, deleted_time,
    previous_version, doc
FROM staged_logbook_entries
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, entry_id) DO UPDATE SET
    author = excluded.author,
    content = excluded.content,
    created_at = excluded.created_at,
    tags = excluded.tags,
    run_number = excluded.run_number,
    run_inferred = 0,
    title = excluded.title,
    content_type = excluded.content_type,
    parent = excluded.parent,
    deleted_by = excluded.deleted_by,
    deleted_at = excluded.deleted_at,
    previous_version = excluded.previous_version,
    doc = excluded.doc;
