SELECT s.experiment_id, e.name, e.instrument, NULL, NULL, NULL, NULL, s.name,
    (SELECT group_concat(value, char(10)) FROM json_tree(s.doc)
        WHERE type = 'text' AND key NOT IN ('experiment', '_id', 'name')), 0, NULL, NULL,
    NULL, NULL
FROM samples s JOIN experiments e ON e.id = s.experiment_id
WHERE s.id = :id
    AND (:gone OR NOT EXISTS (SELECT 1 FROM fetches f WHERE f.experiment = e.name
            AND f.status = 'gone'));
