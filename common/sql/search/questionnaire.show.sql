SELECT q.experiment_id, e.name, e.instrument, NULL, q.updated_at, NULL, NULL, NULL,
    (SELECT group_concat(value, char(10)) FROM json_tree(q.data)
        WHERE key = 'val' AND atom IS NOT NULL), 0, NULL, NULL, NULL, NULL
FROM questionnaires q JOIN experiments e ON e.id = q.experiment_id
WHERE q.id = :id
    AND (:gone OR NOT EXISTS (SELECT 1 FROM fetches f WHERE f.experiment = e.name
            AND f.status = 'gone'));
