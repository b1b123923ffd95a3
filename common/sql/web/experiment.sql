-- rows: what it is
SELECT e.name, e.label, e.instrument, e.description, e.start_time, e.end_time, e.pi,
    e.pi_email, e.leader_account, e.posix_group, e.proposal, e.slack_channels,
    e.analysis_queues, e.updated_at
FROM experiments e WHERE e.name = :experiment;
-- fetch: how fresh it is
SELECT status, stream, message, fetched_at, completed_at FROM fetches
WHERE experiment = :experiment;
-- people: who may do what
SELECT c.uid, c.full_name, c.is_group,
    (SELECT group_concat(value, ', ') FROM json_each(c.roles)) AS roles
FROM collaborators c JOIN experiments e ON e.id = c.experiment_id
WHERE e.name = :experiment ORDER BY c.is_group, c.full_name, c.uid LIMIT 500;
-- questionnaire: what was answered to the proposal's questions
SELECT k.key AS category, f.value ->> 'id' AS field, f.value ->> 'val' AS value
FROM questionnaires q JOIN experiments e ON e.id = q.experiment_id,
    json_each(q.data) k, json_each(k.value) f
WHERE e.name = :experiment AND coalesce(f.value ->> 'val', '') <> '' LIMIT 2000;
-- samples: what was measured
SELECT s.name, s.description FROM samples s JOIN experiments e ON e.id = s.experiment_id
WHERE e.name = :experiment ORDER BY s.name LIMIT 500;
-- counts: how much there is of each
SELECT (SELECT count(*) FROM runs r WHERE r.experiment_id = e.id) AS runs,
    (SELECT count(*) FROM logbook_entries l WHERE l.experiment_id = e.id)
        - (SELECT count(*) FROM logbook_entries l WHERE l.experiment_id = e.id
            AND instr(l.doc, '"deleted_by"') > 0 AND member(l.doc, 'deleted_by') IS NOT NULL)
        AS entries,
    (SELECT count(*) FROM files f WHERE f.experiment_id = e.id) AS files,
    (SELECT sum(size) FROM files f WHERE f.experiment_id = e.id) AS bytes
FROM experiments e WHERE e.name = :experiment;
