-- A local value of a condition of a run.  The joins find all that the record is about,
-- once; type is what the condition's type is with the value, value how it keeps it.
-- Most values come to a type that is there and wide enough: next is then the statement
-- to go on with, past those for the others.  The subqueries with OFFSET are computed
-- once, not once for each time that a column of theirs is named.
SELECT CASE
        WHEN :experiment IS NULL OR :run IS NULL
            THEN 'a condition needs experiment, run, name and value'
        WHEN fault IS NOT NULL THEN fault
        WHEN experiment_id IS NULL
            THEN :experiment || ': no such experiment in this database'
        WHEN run_id IS NULL THEN :experiment || ': there is no run ' || :run
        WHEN old_value IS NOT NULL AND :mode IS NOT 'replace'
            THEN :experiment || ': run ' || :run || ': ' || :name || ' is '
                || substr(value_text(old_value, old_type), 1, 60) || ' already ('
                || coalesce('set by ' || old_by, 'of the logbook')
                || '): --replace sets it anew'
        WHEN value IS NULL
            THEN :experiment || ': run ' || :run || ': ' || :name || ': '
                || ifnull(substr(:value_json, 1, 60), 'nothing')
                || CASE WHEN declared THEN ' is no ' || old_type || ', its declared type'
                    WHEN old_type = 'blob' THEN ' is no blob, its type'
                    ELSE ' is no value' END
    END,
    type_id, run_id, run_number, old_type, value_type, value,
    value_text(old_value, old_type) AS old_value,
    iif(old_type <> value_type, type_id, NULL) AS widened_id,
    iif(old_type = value_type, 5, 1) AS next
FROM (
    SELECT *, value_as(:value_json, value_type) AS value FROM (
        SELECT value_name_fault(:name) AS fault, e.id AS experiment_id, r.id AS run_id,
            r.run_number, t.id AS type_id, t.value_type AS old_type, t.declared,
            value_target(:value_json, t.value_type, t.declared) AS value_type,
            c.value AS old_value, c.set_by AS old_by
        FROM (SELECT 1)
            LEFT JOIN experiments e ON e.name = :experiment
            LEFT JOIN runs r ON r.id = coalesce(
                (SELECT id FROM runs
                    WHERE experiment_id = e.id AND run_number = :run),
                (SELECT id FROM runs
                    WHERE experiment_id = e.id AND run_number = :run || ''))
            LEFT JOIN condition_types t ON t.name = :name
            LEFT JOIN conditions c ON c.type_id = t.id AND c.run_id = r.id
        LIMIT 1 OFFSET 0
    ) LIMIT 1 OFFSET 0
);

INSERT INTO condition_types (name, value_type, created_at)
SELECT :name, :value_type, coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
WHERE :type_id IS NULL;

-- Where a type widens, its rows do: to a string with what the logbook wrote.
UPDATE conditions SET value = coalesce(
    CASE WHEN set_by IS NULL AND :value_type = 'string' THEN (
        SELECT parameter_text(r.doc, :name) FROM runs r WHERE r.id = run_id)
    END,
    value_recast(value, :old_type, :value_type))
WHERE type_id = :widened_id;

UPDATE condition_types SET value_type = :value_type WHERE id = :widened_id;

INSERT INTO log_records (created_at, user, program, experiment, table_name, action,
    old_value, new_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), coalesce(:user, :set_by, who()),
    :program, :experiment, 'condition_types',
    iif(:type_id IS NULL, 'insert', 'update'), :old_type, :value_type, :name
WHERE :type_id IS NULL OR :widened_id IS NOT NULL;

INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action, old_value, new_value, message)
VALUES (coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    coalesce(:user, :set_by, who()), :program, :experiment, :run_number, 'conditions',
    iif(:old_value IS NULL, 'insert', 'update'), :old_value,
    value_text(:value, :value_type), :name);

INSERT INTO conditions (type_id, run_id, value, set_by, set_at)
VALUES (coalesce(:type_id, (SELECT id FROM condition_types WHERE name = :name)),
    :run_id, :value, coalesce(:set_by, who()),
    coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))
ON CONFLICT (type_id, run_id) DO UPDATE SET
    value = excluded.value,
    set_by = excluded.set_by,
    set_at = excluded.set_at;
