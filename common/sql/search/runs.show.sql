SELECT r.experiment_id, e.name, e.instrument, NULL, r.start_time, NULL, r.run_number, NULL,
    comments(r.doc), 0, NULL, NULL, r.type, NULL
FROM runs r JOIN experiments e ON e.id = r.experiment_id
WHERE r.id = :id
    AND (:gone OR NOT EXISTS (SELECT 1 FROM fetches f WHERE f.experiment = e.name
            AND f.status = 'gone'));
