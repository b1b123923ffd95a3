-- A local value of a condition of a run.  The joins find all that the record is about,
-- once; type is what the condition's type is with the value, value how it keeps it.
SELECT CASE
        WHEN :experiment IS NULL OR :run IS NULL OR ifnull(:name, '') = ''
            THEN 'a condition needs experiment, run, name and value'
        WHEN length(:name) > 255 OR :name GLOB '*[' || char(1) || '-' || char(31) || ']*'
            THEN 'a name of a condition has at most 255 characters, and none of control'
        WHEN :name IN ('run', 'experiment', 'start_time', 'end_time', 'duration',
            'type', 'sample', 'file_count', 'total_size')
            THEN :name || ' is what every run has by itself: choose another name'
        WHEN e.id IS NULL THEN :experiment || ': no such experiment in this database'
        WHEN r.id IS NULL THEN :experiment || ': there is no run ' || :run
        WHEN c.value IS NOT NULL AND :mode IS NOT 'replace'
            THEN :experiment || ': run ' || :run || ': ' || :name || ' is '
                || substr(value_text(c.value, t.value_type), 1, 60) || ' already ('
                || CASE WHEN c.set_by IS NULL THEN 'of the logbook'
                    ELSE 'set by ' || c.set_by END || '): --replace sets it anew'
        WHEN value_as(:value_json, value_target(:value_json, t.value_type, t.declared))
            IS NULL
            THEN :experiment || ': run ' || :run || ': ' || :name || ': '
                || ifnull(substr(:value_json, 1, 60), 'nothing')
                || CASE WHEN t.id IS NOT NULL
                        AND (t.declared OR t.value_type = 'blob')
                    THEN ' is no ' || t.value_type || ', its '
                        || iif(t.declared, 'declared ', '') || 'type'
                    ELSE ' is no value' END
    END,
    t.id AS type_id,
    r.id AS run_id,
    r.run_number AS run_number,
    t.value_type AS old_type,
    value_target(:value_json, t.value_type, t.declared) AS value_type,
    value_as(:value_json, value_target(:value_json, t.value_type, t.declared)) AS value,
    value_text(c.value, t.value_type) AS old_value,
    iif(t.value_type <> value_target(:value_json, t.value_type, t.declared), t.id, NULL)
        AS widened_id
FROM (SELECT 1)
    LEFT JOIN experiments e ON e.name = :experiment
    LEFT JOIN runs r ON r.id = coalesce(
        (SELECT id FROM runs WHERE experiment_id = e.id AND run_number = :run),
        (SELECT id FROM runs WHERE experiment_id = e.id AND run_number = :run || ''))
    LEFT JOIN condition_types t ON t.name = :name
    LEFT JOIN conditions c ON c.type_id = t.id AND c.run_id = r.id;

INSERT INTO condition_types (name, value_type, created_at)
SELECT :name, :value_type, coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
WHERE :type_id IS NULL;

-- Where a type widens, its rows do: to a string with what the logbook wrote.
UPDATE conditions SET value = coalesce(
    CASE WHEN set_by IS NULL AND :value_type = 'string' THEN (
        SELECT CASE p.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
            ELSE CAST(p.value AS TEXT) END
        FROM runs r, json_each(r.parameters) p WHERE r.id = run_id AND p.key = :name)
    END,
    value_recast(value, :old_type, :value_type))
WHERE type_id = :widened_id;

UPDATE condition_types SET value_type = :value_type WHERE id = :widened_id;

INSERT INTO log_records (created_at, user, program, experiment, table_name, action,
    old_value, new_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), coalesce(:set_by, who()),
    :program, :experiment, 'condition_types',
    iif(:type_id IS NULL, 'insert', 'update'), :old_type, :value_type, :name
WHERE :type_id IS NULL OR :widened_id IS NOT NULL;

INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action, old_value, new_value, message)
VALUES (coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    coalesce(:set_by, who()), :program, :experiment, :run_number, 'conditions',
    iif(:old_value IS NULL, 'insert', 'update'), :old_value,
    value_text(:value, :value_type), :name);

INSERT INTO conditions (type_id, run_id, value, set_by, set_at)
VALUES (coalesce(:type_id, (SELECT id FROM condition_types WHERE name = :name)), :run_id,
    :value, coalesce(:set_by, who()),
    coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))
ON CONFLICT (type_id, run_id) DO UPDATE SET
    value = excluded.value,
    set_by = excluded.set_by,
    set_at = excluded.set_at;
