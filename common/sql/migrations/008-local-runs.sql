-- Runs that no logbook has, and columns that the older tool's tables have.

-- What somebody says of a run: it stands in runs, too, and stays there whatever a
-- synchronization brings.
CREATE TABLE local_runs (
    id INTEGER PRIMARY KEY,
    experiment TEXT NOT NULL,
    run_number NOT NULL,
    start_time TEXT,
    end_time TEXT,
    set_by TEXT,
    set_at TEXT,
    UNIQUE (experiment, run_number)
);

DROP VIEW Questionnaire;
CREATE VIEW Questionnaire AS
SELECT row_number() OVER (ORDER BY q.id, c.id, f.key) AS questionnaire_id,
    e.name AS experiment_id, e.proposal, c.key AS category,
    f.value ->> 'id' AS field_id,
    replace(f.value ->> 'id', c.key || '-', '') AS field_name,
    f.value ->> 'val' AS field_value,
    f.value ->> 'modified_time' AS modified_time,
    f.value ->> 'modified_uid' AS modified_uid,
    replace(substr(q.updated_at, 1, 19), 'T', ' ') AS created_time
FROM questionnaires q JOIN experiments e ON e.id = q.experiment_id,
    json_each(q.data) c, json_each(c.value) f
WHERE c.type = 'array' AND f.type = 'object' AND f.value ->> 'id' <> '';

DROP VIEW RunDetector;
CREATE VIEW RunDetector AS
WITH named AS MATERIALIZED (
    SELECT r.id AS run_id, r.experiment_id, p.key AS name,
        p.type NOT IN ('false', 'null') AND p.value NOT IN (0, '') AS checked
    FROM runs r, json_each(r.parameters) p WHERE p.key LIKE 'DAQ Detectors/%'
)
SELECT row_number() OVER (ORDER BY r.id, d.detector_id) AS run_detector_id,
    r.id AS run_id, d.detector_id,
    CASE WHEN n.checked THEN 'Checked' ELSE 'Unchecked' END AS status
FROM (SELECT DISTINCT experiment_id, name FROM named) e
    JOIN Detector d ON d.detector_name = e.name
    JOIN runs r ON r.experiment_id = e.experiment_id
    LEFT JOIN named n ON n.run_id = r.id AND n.name = e.name;
