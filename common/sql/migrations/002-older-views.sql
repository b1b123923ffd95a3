-- Views under the names and columns of the older tool, elogfetch, so that its
-- users keep their queries.  Its Metadata is our table metadata.

CREATE VIEW Experiment AS
SELECT name AS experiment_id, name, instrument, start_time, end_time, pi, pi_email,
    leader_account, description, slack_channels, analysis_queues,
    proposal AS urawi_proposal
FROM experiments;

CREATE VIEW Run AS
SELECT r.id AS run_id, r.run_number, e.name AS experiment_id,
    replace(substr(r.start_time, 1, instr(r.start_time || '+', '+') - 1), 'T', ' ')
        AS start_time,
    replace(substr(r.end_time, 1, instr(r.end_time || '+', '+') - 1), 'T', ' ')
        AS end_time
FROM runs r JOIN experiments e ON e.id = r.experiment_id;

CREATE VIEW RunProductionData AS
SELECT r.id AS run_data_id, r.id AS run_id,
    r.parameters ->> 'DAQ Detector Totals/Events' AS n_events,
    r.parameters ->> 'DAQ Detector Totals/Damaged' AS n_damaged,
    r.parameters ->> 'N dropped Shots' AS n_dropped,
    r.parameters ->> 'Prod_start' AS prod_start,
    r.parameters ->> 'Prod_end' AS prod_end,
    (SELECT nullif(count(*), 0) FROM files f
        WHERE f.experiment_id = r.experiment_id AND f.run_number = r.run_number)
        AS number_of_files,
    (SELECT sum(size) FROM files f
        WHERE f.experiment_id = r.experiment_id AND f.run_number = r.run_number)
        AS total_size_bytes
FROM runs r;

CREATE VIEW RunCompleteData AS
SELECT r.run_id, r.run_number, r.experiment_id, r.start_time, r.end_time,
    p.n_events, p.n_damaged, p.n_dropped, p.prod_start, p.prod_end,
    p.number_of_files, p.total_size_bytes
FROM Run r LEFT JOIN RunProductionData p ON p.run_id = r.run_id;

CREATE VIEW Detector AS
SELECT row_number() OVER (ORDER BY name) AS detector_id, name AS detector_name,
    NULL AS description
FROM (SELECT DISTINCT p.key AS name FROM runs r, json_each(r.parameters) p
    WHERE p.key LIKE 'DAQ Detectors/%');

-- Every detector that any run of the experiment names, for every run of it.
CREATE VIEW RunDetector AS
WITH named AS MATERIALIZED (
    SELECT r.id AS run_id, r.experiment_id, p.key AS name,
        p.type NOT IN ('false', 'null') AND p.value NOT IN (0, '') AS checked
    FROM runs r, json_each(r.parameters) p WHERE p.key LIKE 'DAQ Detectors/%'
)
SELECT r.id AS run_id, d.detector_id,
    CASE WHEN n.checked THEN 'Checked' ELSE 'Unchecked' END AS status
FROM (SELECT DISTINCT experiment_id, name FROM named) e
    JOIN Detector d ON d.detector_name = e.name
    JOIN runs r ON r.experiment_id = e.experiment_id
    LEFT JOIN named n ON n.run_id = r.id AND n.name = e.name;

-- Deleted entries and the old texts of edited ones stay out.
CREATE VIEW Logbook AS
SELECT l.id AS log_id, e.name AS experiment_id, r.id AS run_id,
    l.created_at AS timestamp, l.content,
    (SELECT group_concat(value) FROM json_each(l.tags)) AS tags, l.author
FROM logbook_entries l JOIN experiments e ON e.id = l.experiment_id
    LEFT JOIN runs r ON r.experiment_id = l.experiment_id
        AND r.run_number = l.run_number
WHERE l.deleted_by IS NULL;

CREATE VIEW Questionnaire AS
SELECT row_number() OVER (ORDER BY q.id, c.id, f.key) AS questionnaire_id,
    e.name AS experiment_id, e.proposal, c.key AS category,
    f.value ->> 'id' AS field_id,
    replace(f.value ->> 'id', c.key || '-', '') AS field_name,
    f.value ->> 'val' AS field_value,
    f.value ->> 'modified_time' AS modified_time,
    f.value ->> 'modified_uid' AS modified_uid
FROM questionnaires q JOIN experiments e ON e.id = q.experiment_id,
    json_each(q.data) c, json_each(c.value) f
WHERE c.type = 'array' AND f.type = 'object' AND f.value ->> 'id' <> '';

CREATE VIEW Workflow AS
SELECT row_number() OVER (ORDER BY w.id, d.key) AS workflow_id,
    e.name AS experiment_id, d.value ->> '_id' AS mongo_id, d.value ->> 'name' AS name,
    d.value ->> 'executable' AS executable, d.value ->> 'trigger' AS trigger,
    d.value ->> 'location' AS location, d.value -> 'parameters' AS parameters,
    d.value ->> 'run_param_name' AS run_param_name,
    d.value ->> 'run_param_value' AS run_param_value,
    d.value ->> 'run_as_user' AS run_as_user
FROM workflows w JOIN experiments e ON e.id = w.experiment_id, json_each(w.data) d
WHERE d.type = 'object';
