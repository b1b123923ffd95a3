-- An entry, with all that a search may ask of it.
SELECT l.experiment_id, e.name, e.instrument, l.entry_id, l.created_at, l.author,
    l.run_number, l.title, l.content,
    l.title IS NOT NULL OR l.content_type LIKE '%html%' AS html,
    (SELECT group_concat(value, ', ') FROM json_each(l.tags)) AS tags,
    CASE WHEN instr(l.doc, '"attachments"') THEN
        (SELECT group_concat(value ->> 'name', ', ')
            FROM json_each(l.doc -> 'attachments')) END AS files,
    CASE WHEN :types THEN ifnull(l.content_type, '') || ' ' || ifnull(
        (SELECT group_concat(value ->> 'type', ' ') FROM json_each(l.doc -> 'attachments')), '')
        || ' ' || ifnull(
        (SELECT r.type FROM runs r WHERE r.experiment_id = l.experiment_id
            AND r.run_number = l.run_number), '') END AS types,
    l.tags AS tags_json
FROM logbook_entries l JOIN experiments e ON e.id = l.experiment_id
WHERE l.id = :id
    AND (:gone OR NOT EXISTS (SELECT 1 FROM fetches f WHERE f.experiment = e.name
            AND f.status = 'gone'));
