-- A named stretch of data taking.  An update changes what the record names, and keeps
-- the rest.
SELECT CASE
        WHEN ifnull(:name, '') = '' THEN 'a period needs a name'
        WHEN ifnull(:mode, 'add') = 'add' AND p.name IS NOT NULL
            THEN 'period ' || :name || ' is there already: --update changes it'
        WHEN :mode IN ('update', 'remove') AND p.name IS NULL
            THEN 'there is no period ' || :name
        WHEN (:run_min IS NOT NULL AND typeof(:run_min) <> 'integer')
            OR (:run_max IS NOT NULL AND typeof(:run_max) <> 'integer')
            THEN 'period ' || :name || ': run_min and run_max are whole numbers'
        WHEN (:start_time IS NOT NULL AND value_time(:start_time) IS NULL)
            OR (:end_time IS NOT NULL AND value_time(:end_time) IS NULL)
            THEN 'period ' || :name || ': start_time and end_time are times of ISO 8601'
        WHEN coalesce(:run_min, p.run_min) > coalesce(:run_max, p.run_max)
            THEN 'period ' || :name || ': its first run, '
                || coalesce(:run_min, p.run_min) || ', is behind its last, '
                || coalesce(:run_max, p.run_max)
        WHEN coalesce(value_time(:start_time), p.start_time)
            > coalesce(value_time(:end_time), p.end_time)
            THEN 'period ' || :name || ': it starts, '
                || coalesce(value_time(:start_time), p.start_time)
                || ', after its end, ' || coalesce(value_time(:end_time), p.end_time)
    END,
    iif(p.name IS NULL, NULL, json_object('run_min', p.run_min, 'run_max', p.run_max,
        'start_time', p.start_time, 'end_time', p.end_time,
        'description', p.description)) AS old
FROM (SELECT 1) LEFT JOIN run_periods p ON p.name = :name;

DELETE FROM run_periods WHERE name = :name AND :mode IS 'remove';

INSERT INTO run_periods (name, run_min, run_max, start_time, end_time, description,
    set_by, set_at)
SELECT :name, :run_min, :run_max, value_time(:start_time), value_time(:end_time),
    :description, coalesce(:set_by, who()),
    coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
WHERE :mode IS NOT 'remove'
ON CONFLICT (name) DO UPDATE SET
    run_min = coalesce(excluded.run_min, run_min),
    run_max = coalesce(excluded.run_max, run_max),
    start_time = coalesce(excluded.start_time, start_time),
    end_time = coalesce(excluded.end_time, end_time),
    description = coalesce(excluded.description, description),
    set_by = excluded.set_by,
    set_at = excluded.set_at;

INSERT INTO log_records (created_at, user, program, table_name, action, old_value,
    new_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), coalesce(:user, :set_by, who()),
    :program, 'run_periods',
    CASE WHEN :mode IS 'remove' THEN 'delete' WHEN :old IS NULL THEN 'insert'
        ELSE 'update' END,
    :old,
    (SELECT json_object('run_min', p.run_min, 'run_max', p.run_max,
        'start_time', p.start_time, 'end_time', p.end_time,
        'description', p.description) FROM run_periods p WHERE p.name = :name),
    :name;
