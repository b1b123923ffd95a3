SELECT r.experiment_id, e.name, e.instrument, NULL, r.start_time, NULL, r.run_number, NULL,
    comments(member(r.doc, 'editable_params')), 0, NULL, NULL, r.type, NULL
FROM runs r JOIN experiments e ON e.id = r.experiment_id
WHERE r.id = :id
    AND (:gone OR e.name NOT IN (SELECT experiment FROM fetches WHERE status = 'gone'));
