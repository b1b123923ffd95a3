SELECT w.experiment_id, e.name, e.instrument, NULL, w.updated_at, NULL, NULL, NULL,
    (SELECT group_concat(value, char(10)) FROM json_tree(w.data)
        WHERE key IN ('name', 'executable', 'parameters', 'trigger', 'location')
            AND atom IS NOT NULL), 0, NULL, NULL, NULL, NULL
FROM workflows w JOIN experiments e ON e.id = w.experiment_id
WHERE w.id = :id
    AND (:gone OR NOT EXISTS (SELECT 1 FROM fetches f WHERE f.experiment = e.name
            AND f.status = 'gone'));
