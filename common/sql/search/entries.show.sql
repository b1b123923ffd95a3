-- An entry, with all that a search may ask of it; its texts are read from its document
-- (load/entry.h).
SELECT l.experiment_id, e.name, e.instrument, l.entry_id, l.created_at, NULL,
    l.run_number, NULL, l.doc, NULL, NULL, NULL,
    CASE WHEN :types THEN ifnull(l.content_type, '') || ' ' || ifnull(
        (SELECT group_concat(value ->> 'type', ' ') FROM json_each(l.doc -> 'attachments')), '')
        || ' ' || ifnull(
        (SELECT r.type FROM runs r WHERE r.experiment_id = l.experiment_id
            AND r.run_number = l.run_number), '') END AS types,
    NULL
FROM logbook_entries l JOIN experiments e ON e.id = l.experiment_id
WHERE l.id = :id
    AND (:gone OR NOT EXISTS (SELECT 1 FROM fetches f WHERE f.experiment = e.name
            AND f.status = 'gone'));
