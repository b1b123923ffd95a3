SELECT 1 FROM experiments e JOIN logbook_entries l ON l.experiment_id = e.id
WHERE e.name = :experiment AND l.entry_id = :key AND l.doc = :doc;

DELETE FROM logbook_entries WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged s WHERE s.experiment = :experiment
        AND s.stream = 'logbook_entries' AND s.key = logbook_entries.entry_id);

INSERT INTO logbook_entries (experiment_id, entry_id, author, content, created_at, tags,
    run_number, run_inferred, title, content_type, parent, deleted_by, deleted_at,
    previous_version, doc)
SELECT :experiment_id, key, doc ->> 'author', doc ->> 'content', doc ->> 'insert_time',
    doc -> 'tags', doc ->> 'run_num', 0, doc ->> 'title', doc ->> 'content_type',
    doc ->> 'parent', doc ->> 'deleted_by', doc ->> 'deleted_time',
    doc ->> 'previous_version', doc
FROM staged
WHERE experiment = :experiment AND stream = 'logbook_entries' AND doc IS NOT NULL
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
