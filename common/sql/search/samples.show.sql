SELECT s.experiment_id, e.name, e.instrument, NULL, NULL, NULL, NULL, s.name,
    (SELECT group_concat(value, char(10)) FROM json_tree(s.doc)
        WHERE type = 'text' AND key NOT IN ('experiment', '_id', 'name')), 0, NULL, NULL,
    NULL, NULL
FROM samples s JOIN experiments e ON e.id = s.experiment_id
WHERE s.id = :id
    AND (:gone OR e.name NOT IN (SELECT experiment FROM fetches WHERE status = 'gone'));
