-- rows: the run, and those beside it
SELECT r.run_number AS number, r.start_time, r.end_time, r.type, r.sample,
    CAST(unixepoch(r.end_time) - unixepoch(r.start_time) AS INTEGER) AS seconds,
    (SELECT max(p.run_number) FROM runs p WHERE p.experiment_id = r.experiment_id
        AND p.run_number < r.run_number) AS before,
    (SELECT min(p.run_number) FROM runs p WHERE p.experiment_id = r.experiment_id
        AND p.run_number > r.run_number) AS after
FROM runs r WHERE r.experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
    AND r.run_number IN (:run, iif(CAST(CAST(:run AS INTEGER) AS TEXT) = :run,
        CAST(:run AS INTEGER), NULL));
-- entries: those of the run, and those that were written around it
WITH run AS (
    SELECT r.experiment_id, r.run_number, datetime(r.start_time, '-30 minutes') AS low,
        datetime(coalesce(r.end_time, r.start_time), '+30 minutes') AS high
    FROM runs r WHERE r.experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
        AND r.run_number IN (:run, iif(CAST(CAST(:run AS INTEGER) AS TEXT) = :run,
            CAST(:run AS INTEGER), NULL))
)
SELECT * FROM (
    SELECT l.entry_id, l.created_at, l.author, l.title, substr(l.content, 1, 2000) AS content,
        l.run_number IS run.run_number AND NOT l.run_inferred AS own
    FROM run JOIN logbook_entries l ON l.experiment_id = run.experiment_id
        AND l.run_number = run.run_number
    WHERE l.deleted_by IS NULL
    UNION
    SELECT l.entry_id, l.created_at, l.author, l.title, substr(l.content, 1, 2000),
        l.run_number IS run.run_number AND NOT l.run_inferred
    FROM run JOIN logbook_entries l ON l.created_at >= replace(run.low, ' ', 'T')
        AND l.created_at <= replace(run.high, ' ', 'T')
        AND l.experiment_id = run.experiment_id
    WHERE l.deleted_by IS NULL
) ORDER BY created_at, entry_id LIMIT 200;
-- conditions: what was set and measured
SELECT t.name, quoted_name(t.name) AS quoted, t.description,
    coalesce((SELECT CAST(c.value AS TEXT) FROM local_conditions c WHERE c.type_id = t.id
            AND c.experiment_id = x.id AND c.run_number = x.run_number),
        (SELECT CAST(column_value(c.data, x.run_number, NULL) AS TEXT)
        FROM condition_columns c WHERE c.type_id = t.id AND c.experiment_id = x.id
            AND c.block = column_block(x.run_number))) AS value,
    (t.kinds & 14) <> 0 AS number
FROM (SELECT e.id, r.run_number FROM experiments e JOIN runs r ON r.experiment_id = e.id
    WHERE e.name = :experiment AND r.run_number IN (:run,
        iif(CAST(CAST(:run AS INTEGER) AS TEXT) = :run, CAST(:run AS INTEGER), NULL))) x,
    condition_types t
WHERE value IS NOT NULL ORDER BY t.name LIMIT 5000;
