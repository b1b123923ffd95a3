-- An RCDB database, attached as rcdb, becomes an experiment.  The first statement says
-- why it must not; those behind it write rows, or give records for the streams of
-- local data: (stream, record).  What is there already as it should be gives no
-- record, and what somebody else than RCDB has set stays.
SELECT CASE
        WHEN ifnull(version, 0) NOT IN (1, 2) THEN 'its RCDB schema is version '
            || ifnull(version, 'unknown') || ': versions 1 and 2 are read'
        WHEN EXISTS (SELECT 1 FROM fetches WHERE experiment = :experiment)
                OR EXISTS (SELECT 1 FROM experiments
                    WHERE name = :experiment AND doc IS NOT NULL)
            THEN :experiment || ' comes from the logbook: choose another name'
    END
FROM (SELECT max(version) AS version FROM rcdb.schema_versions);

INSERT INTO experiments (name, updated_at)
SELECT :experiment, strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE true
ON CONFLICT (name) DO NOTHING;

INSERT INTO runs (experiment_id, run_number, start_time, end_time)
SELECT e.id, r.number, zoned_time(r.started), zoned_time(r.finished)
FROM rcdb.runs r, experiments e
WHERE e.name = :experiment
ORDER BY r.number
ON CONFLICT (experiment_id, run_number) DO UPDATE SET
    start_time = excluded.start_time,
    end_time = excluded.end_time
WHERE (start_time, end_time) IS NOT (excluded.start_time, excluded.end_time);

INSERT INTO log_records (created_at, user, program, experiment, table_name, action,
    new_value)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), who(), 'elog-load', :experiment, 'runs',
    'import', changes()
WHERE changes() > 0;

SELECT 'condition_types', json_object('name', t.name, 'value_type', t.value_type,
    'description', t.description, 'set_by', 'RCDB', 'set_at', zoned_time(t.created),
    'user', who(), 'program', 'elog-load')
FROM (SELECT min(id), * FROM rcdb.condition_types GROUP BY name) t
WHERE NOT EXISTS (SELECT 1 FROM main.condition_types m WHERE m.name = t.name)
ORDER BY t.id;

-- A value in JSON, with all digits of a float; of two of one run, the later.  SQLite
-- keeps any value in any column: one of another type comes as a text, to be refused
-- if it does not read as one.
SELECT 'conditions', json_object('experiment', :experiment, 'run', v.run_number,
    'name', v.name, 'value', json(v.value), 'mode', 'replace', 'set_by', 'RCDB',
    'set_at', zoned_time(v.created), 'user', who(), 'program', 'elog-load')
FROM (
    SELECT max(c.id), c.run_number, c.created, t.name,
        CASE t.value_type
            WHEN 'bool' THEN CASE c.bool_value WHEN 1 THEN 'true' WHEN 0 THEN 'false'
                ELSE json_quote(CAST(c.bool_value AS TEXT)) END
            WHEN 'int' THEN iif(typeof(c.int_value) = 'integer', c.int_value,
                json_quote(CAST(c.int_value AS TEXT)))
            WHEN 'float' THEN CASE
                WHEN typeof(c.float_value) NOT IN ('integer', 'real')
                    THEN json_quote(CAST(c.float_value AS TEXT))
                WHEN c.float_value = 9e999 THEN '"Infinity"'
                WHEN c.float_value = -9e999 THEN '"-Infinity"'
                ELSE printf('%!.17g', c.float_value) END
            WHEN 'time' THEN json_quote(coalesce(zoned_time(c.time_value),
                CAST(c.time_value AS TEXT)))
            WHEN 'blob' THEN json_object('$base64', base64(CAST(c.text_value AS BLOB)))
            ELSE json_quote(CAST(c.text_value AS TEXT))
        END AS value
    FROM rcdb.conditions c JOIN rcdb.condition_types t ON t.id = c.condition_type_id
    GROUP BY t.name, c.run_number
) v
    LEFT JOIN experiments e ON e.name = :experiment
    LEFT JOIN runs r ON r.experiment_id = e.id AND r.run_number = v.run_number
    LEFT JOIN main.condition_types m ON m.name = v.name
    LEFT JOIN local_conditions mine ON mine.type_id = m.id AND mine.experiment_id = e.id
        AND mine.run_number = v.run_number
WHERE v.value IS NOT NULL AND v.value <> 'null'
    AND (mine.value IS NULL OR (mine.set_by = 'RCDB'
        AND mine.value IS NOT value_as(v.value,
            value_target(v.value, m.value_type, m.declared))))
ORDER BY v.name, v.run_number;

SELECT 'run_files', json_object('experiment', :experiment, 'run', h.run_number,
    'path', f.path, 'sha256', sha256(CAST(f.content AS BLOB)),
    'importance', f.importance, 'description', f.description,
    'content', base64(CAST(f.content AS BLOB)), 'set_by', 'RCDB', 'user', who(),
    'program', 'elog-load')
FROM rcdb.files_have_runs h JOIN rcdb_files f ON f.id = h.files_id
    JOIN experiments e ON e.name = :experiment
    LEFT JOIN runs r ON r.experiment_id = e.id AND r.run_number = h.run_number
WHERE NOT EXISTS (SELECT 1 FROM run_files m WHERE m.run_id = r.id AND m.path = f.path
    AND m.sha256 = sha256(CAST(f.content AS BLOB)));

SELECT 'run_periods', json_object('name', p.name, 'run_min', p.run_min,
    'run_max', p.run_max, 'start_time', zoned_time(p.start_date),
    'end_time', zoned_time(p.end_date),
    'description', p.description, 'mode', iif(m.name IS NULL, 'add', 'update'),
    'set_by', 'RCDB', 'user', who(), 'program', 'elog-load')
FROM rcdb_run_periods p LEFT JOIN main.run_periods m ON m.name = p.name
WHERE m.name IS NULL OR (m.set_by = 'RCDB'
    AND (m.run_min, m.run_max, m.start_time, m.end_time, m.description) IS NOT
        (p.run_min, p.run_max, zoned_time(p.start_date), zoned_time(p.end_date),
        p.description));

SELECT 'aliases', json_object('name', a.name, 'expression', a.code,
    'description', a.description, 'mode', 'replace', 'set_by', 'RCDB', 'user', who(),
    'program', 'elog-load')
FROM rcdb_aliases a LEFT JOIN main.aliases m ON m.name = a.name
WHERE m.name IS NULL OR (m.set_by = 'RCDB'
    AND (m.expression, m.description) IS NOT (a.code, a.description));

-- What RCDB has no more, and nobody else has set, goes. Names without an experiment are of
-- all that were imported: only where this is the one.
INSERT INTO metadata (key, value) VALUES ('rcdb:' || :experiment, 'imported')
ON CONFLICT (key) DO NOTHING;

SELECT 'aliases', json_object('name', m.name, 'mode', 'remove', 'set_by', 'RCDB',
    'user', who(), 'program', 'elog-load')
FROM main.aliases m
WHERE m.set_by = 'RCDB' AND NOT EXISTS (SELECT 1 FROM rcdb_aliases a WHERE a.name = m.name)
    AND (SELECT count(*) FROM metadata WHERE key GLOB 'rcdb:*') = 1;

SELECT 'run_periods', json_object('name', m.name, 'mode', 'remove', 'set_by', 'RCDB',
    'user', who(), 'program', 'elog-load')
FROM main.run_periods m
WHERE m.set_by = 'RCDB'
    AND NOT EXISTS (SELECT 1 FROM rcdb_run_periods p WHERE p.name = m.name)
    AND (SELECT count(*) FROM metadata WHERE key GLOB 'rcdb:*') = 1;

SELECT 'conditions', json_object('experiment', :experiment, 'run', r.run_number,
    'name', t.name, 'mode', 'remove', 'set_by', 'RCDB', 'user', who(),
    'program', 'elog-load')
FROM experiments e JOIN runs r ON r.experiment_id = e.id
    JOIN main.conditions m ON m.run_id = r.id AND m.set_by = 'RCDB'
    JOIN main.condition_types t ON t.id = m.type_id
WHERE e.name = :experiment
    AND NOT EXISTS (SELECT 1
        FROM rcdb.conditions c JOIN rcdb.condition_types k ON k.id = c.condition_type_id
        WHERE c.run_number = r.run_number AND k.name = t.name);

SELECT 'run_files', json_object('experiment', :experiment, 'run', r.run_number,
    'path', m.path, 'sha256', m.sha256, 'mode', 'remove', 'set_by', 'RCDB',
    'user', who(), 'program', 'elog-load')
FROM experiments e JOIN runs r ON r.experiment_id = e.id
    JOIN run_files m ON m.run_id = r.id AND m.set_by = 'RCDB'
WHERE e.name = :experiment
    AND NOT EXISTS (SELECT 1
        FROM rcdb.files_have_runs h JOIN rcdb_files f ON f.id = h.files_id
        WHERE h.run_number = r.run_number AND f.path = m.path
            AND sha256(CAST(f.content AS BLOB)) = m.sha256);

INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), who(), 'elog-load', :experiment,
    r.run_number, 'runs', 'delete'
FROM runs r JOIN experiments e ON e.id = r.experiment_id
WHERE e.name = :experiment
    AND NOT EXISTS (SELECT 1 FROM rcdb.runs g WHERE g.number = r.run_number)
    AND NOT EXISTS (SELECT 1 FROM main.conditions c WHERE c.run_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.run_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM local_runs l
        WHERE l.experiment = :experiment AND l.run_number = r.run_number);

DELETE FROM runs
WHERE experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
    AND NOT EXISTS (SELECT 1 FROM rcdb.runs g WHERE g.number = runs.run_number)
    AND NOT EXISTS (SELECT 1 FROM main.conditions c WHERE c.run_id = runs.id)
    AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.run_id = runs.id)
    AND NOT EXISTS (SELECT 1 FROM local_runs l
        WHERE l.experiment = :experiment AND l.run_number = runs.run_number);
