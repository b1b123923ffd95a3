-- A run that no logbook has.  mode "create" makes it, "end" says when it ended, "remove"
-- takes back what was said; a run that has values or files stays.  "ensure" makes one
-- that is not there, and says of a local one what it knows now.
SELECT CASE
        WHEN value_name_fault(:experiment) IS NOT NULL
            THEN 'the experiment: ' || value_name_fault(:experiment)
        WHEN ifnull(:run, '') = '' THEN :experiment || ': a run needs a number'
        WHEN :start_time IS NOT NULL AND value_time(:start_time) IS NULL
            THEN :experiment || ': run ' || :run || ': ''' || :start_time
                || ''' is no time of ISO 8601'
        WHEN :end_time IS NOT NULL AND value_time(:end_time) IS NULL
            THEN :experiment || ': run ' || :run || ': ''' || :end_time
                || ''' is no time of ISO 8601'
        WHEN r.doc IS NOT NULL AND :mode IS NOT 'ensure'
            THEN :experiment || ': run ' || :run || ' is the logbook''s: what it says '
                || 'of it cannot be changed here'
        WHEN :mode IN ('end', 'remove') AND r.id IS NULL
            THEN :experiment || ': there is no run ' || :run
        WHEN :mode IS 'remove' AND l.id IS NULL
            THEN :experiment || ': run ' || :run || ' was not made here'
        WHEN :mode IS 'create' AND l.id IS NOT NULL
                AND (:start_time IS NOT NULL AND l.start_time IS NOT value_time(:start_time)
                OR :end_time IS NOT NULL AND l.end_time IS NOT value_time(:end_time))
            THEN :experiment || ': run ' || :run || ' is there already: '
                || coalesce('from ' || l.start_time, 'without a beginning')
                || coalesce(' to ' || l.end_time, '')
        WHEN :mode IS 'end' AND l.end_time IS NOT NULL
                AND l.end_time IS NOT value_time(:end_time)
            THEN :experiment || ': run ' || :run || ' ended at ' || l.end_time || ' already'
        WHEN coalesce(value_time(:start_time), r.start_time)
                > coalesce(value_time(:end_time), r.end_time)
            THEN :experiment || ': run ' || :run || ': it starts, '
                || coalesce(value_time(:start_time), r.start_time) || ', after its end, '
                || coalesce(value_time(:end_time), r.end_time)
    END,
    iif(r.id IS NULL, NULL, json_object('start_time', r.start_time,
        'end_time', r.end_time)) AS old,
    coalesce(r.run_number, :run) AS run,
    -- To say the same again is no change.
    CASE WHEN :mode IS 'ensure' AND r.doc IS NOT NULL THEN 99
        WHEN :mode IS NOT 'remove' AND l.id IS NOT NULL
        AND coalesce(value_time(:start_time), l.start_time) IS l.start_time
        AND coalesce(value_time(:end_time), l.end_time) IS l.end_time THEN 99
        ELSE 1 END AS next
FROM (SELECT 1)
    LEFT JOIN experiments e ON e.name = :experiment
    LEFT JOIN runs r ON r.id = coalesce(
        (SELECT id FROM runs WHERE experiment_id = e.id AND run_number = :run),
        (SELECT id FROM runs WHERE experiment_id = e.id AND run_number = :run || ''))
    LEFT JOIN local_runs l ON l.experiment = :experiment AND l.run_number = r.run_number;

INSERT INTO experiments (name, updated_at)
SELECT :experiment, strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE true
ON CONFLICT (name) DO NOTHING;

INSERT INTO local_runs (experiment, run_number, start_time, end_time, set_by, set_at)
SELECT :experiment, :run, value_time(:start_time), value_time(:end_time),
    coalesce(:set_by, who()), coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
WHERE :mode IS NOT 'remove'
ON CONFLICT (experiment, run_number) DO UPDATE SET
    start_time = coalesce(excluded.start_time, start_time),
    end_time = coalesce(excluded.end_time, end_time),
    set_by = excluded.set_by,
    set_at = excluded.set_at;

INSERT INTO runs (experiment_id, run_number, start_time, end_time)
SELECT e.id, l.run_number, l.start_time, l.end_time
FROM local_runs l JOIN experiments e ON e.name = l.experiment
WHERE l.experiment = :experiment AND l.run_number = :run
ON CONFLICT (experiment_id, run_number) DO UPDATE SET
    start_time = coalesce(excluded.start_time, start_time),
    end_time = coalesce(excluded.end_time, end_time);

DELETE FROM local_runs
WHERE :mode IS 'remove' AND experiment = :experiment AND run_number = :run;

DELETE FROM runs
WHERE :mode IS 'remove' AND run_number = :run
    AND experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
    AND doc IS NULL
    AND NOT EXISTS (SELECT 1 FROM local_conditions c
        WHERE c.experiment_id = runs.experiment_id AND c.run_number = runs.run_number)
    AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.run_id = runs.id);

INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action, old_value, new_value)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    coalesce(:user, :set_by, who()), :program, :experiment, :run, 'runs',
    CASE WHEN :mode IS 'remove' THEN 'delete' WHEN :old IS NULL THEN 'insert'
        ELSE 'update' END,
    :old,
    (SELECT json_object('start_time', l.start_time, 'end_time', l.end_time)
        FROM local_runs l WHERE l.experiment = :experiment AND l.run_number = :run);
