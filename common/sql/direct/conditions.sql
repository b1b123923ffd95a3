-- A local value of a condition of a run.  The joins find all that the record is about,
-- once; value_type is what the value is kept as: what it is by itself, or the type that
-- somebody declared.  Most values come to a condition that has others of their kind: next
-- is then the statement to go on with, past those for the others.  The subqueries with
-- OFFSET are computed once, not once for each time that a column of theirs is named.
-- To set what is set is no change.  mode "remove" takes a local value away.  force widens
-- a type that somebody declared, where the value does not fit it.
SELECT CASE
        WHEN :experiment IS NULL OR :run IS NULL
            THEN 'a condition needs experiment, run, name and value'
        WHEN fault IS NOT NULL THEN fault
        WHEN experiment_id IS NULL
            THEN :experiment || ': no such experiment in this database'
        WHEN run_number IS NULL THEN :experiment || ': there is no run ' || :run
        WHEN :mode IS 'remove' AND local_value IS NULL
            THEN :experiment || ': run ' || :run || ': ' || :name || iif(old_value IS NULL,
                ' is not set', ' is of the logbook, and was not set here')
        WHEN :mode IS 'remove' THEN NULL
        WHEN value_type = 'string' AND lower(ltrim(:value_json, '"+-')) = 'nan"'
                AND NOT (declared AND old_type = 'string')
            THEN :experiment || ': run ' || :run || ': ' || :name || ': '
                || substr(:value_json, 1, 60) || ' is no value: elog-cond unset takes one away'
        WHEN is_equal THEN NULL
        WHEN old_value IS NOT NULL AND :mode IS NOT 'replace'
            THEN :experiment || ': run ' || :run || ': ' || :name || ' is '
                || substr(value_text(old_value, kept_type), 1, 60) || ' already ('
                || coalesce('set by ' || old_by, 'of the logbook')
                || '): --replace sets it anew'
        WHEN value IS NULL
            THEN :experiment || ': run ' || :run || ': ' || :name || ': '
                || ifnull(substr(:value_json, 1, 60), 'nothing')
                || CASE WHEN declared THEN ' is no ' || old_type || ', its declared type'
                        || iif(:force, '', ': --force widens it')
                    ELSE ' is no value' END
    END,
    type_id, experiment_id, run_number, old_type, value_type, value,
    value_text(old_value, kept_type) AS old_value,
    type_of_kinds(kinds | kind_of(value_type)) AS new_type, forced,
    CASE WHEN :mode IS 'remove' THEN 8 WHEN is_equal THEN 99
        WHEN forced IS NULL AND kinds & kind_of(value_type) THEN 6 ELSE 1 END AS next
FROM (
    SELECT *, ifnull(:mode, 'add') NOT IN ('replace', 'remove') AND value = old_value
        AND (value_type = kept_type
            OR (value_type IN ('int', 'float') AND kept_type IN ('int', 'float')))
        AS is_equal
    FROM (
    SELECT *, value_as(:value_json, value_type) AS value,
        coalesce(local_value, column_value(data, run_number, iif(declared, old_type, NULL)))
            AS old_value,
        coalesce(local_type, column_type(data, run_number)) AS kept_type
    FROM (
    SELECT *, coalesce(forced, own_type) AS value_type
    FROM (
    SELECT *, iif(:force AND declared AND value_as(:value_json, own_type) IS NULL,
        replace(type_of_kinds(kind_of(old_type)
            | kind_of(value_target(:value_json, NULL, 0))), 'mixed', 'string'), NULL) AS forced
    FROM (
        SELECT value_name_fault(:name) AS fault, e.id AS experiment_id, r.run_number,
            t.id AS type_id, t.value_type AS old_type, t.declared, ifnull(t.kinds, 0) AS kinds,
            value_target(:value_json, t.value_type, t.declared) AS own_type,
            l.value AS local_value, l.value_type AS local_type, l.set_by AS old_by, c.data
        FROM (SELECT 1)
            LEFT JOIN experiments e ON e.name = :experiment
            LEFT JOIN runs r ON r.id = coalesce(
                (SELECT id FROM runs
                    WHERE experiment_id = e.id AND run_number = :run),
                (SELECT id FROM runs
                    WHERE experiment_id = e.id AND run_number = :run || ''))
            LEFT JOIN condition_types t ON t.name = :name
            LEFT JOIN local_conditions l ON l.type_id = t.id AND l.experiment_id = e.id
                AND l.run_number = r.run_number
            LEFT JOIN condition_columns c ON c.experiment_id = e.id AND c.type_id = t.id
                AND c.block = column_block(r.run_number)
        LIMIT 1 OFFSET 0
    ) LIMIT 1 OFFSET 0
    ) LIMIT 1 OFFSET 0
    ) LIMIT 1 OFFSET 0
    ) LIMIT 1 OFFSET 0
);

INSERT INTO condition_types (name, value_type, created_at)
SELECT :name, :value_type, coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
WHERE :type_id IS NULL;

-- Where a declared type widens, so do the local values.
UPDATE local_conditions SET value = value_recast(value, value_type, :forced),
    value_type = :forced
WHERE :forced IS NOT NULL AND type_id = :type_id AND value_type <> :forced;

UPDATE condition_types SET value_type = :forced WHERE :forced IS NOT NULL AND id = :type_id;

UPDATE condition_types SET kinds = kinds | kind_of(:value_type),
    value_type = iif(declared, value_type, :new_type)
WHERE name = :name;

INSERT INTO log_records (created_at, user, program, experiment, table_name, action,
    old_value, new_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), coalesce(:user, :set_by, who()),
    :program, :experiment, 'condition_types',
    iif(:type_id IS NULL, 'insert', 'update'), :old_type, value_type, :name
FROM condition_types WHERE name = :name AND value_type IS NOT :old_type;

INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action, old_value, new_value, message)
VALUES (coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    coalesce(:user, :set_by, who()), :program, :experiment, :run_number, 'conditions',
    iif(:old_value IS NULL, 'insert', 'update'), :old_value,
    value_text(:value, :value_type), :name);

INSERT INTO local_conditions (type_id, experiment_id, run_number, value, value_type, set_by,
    set_at)
VALUES (coalesce(:type_id, (SELECT id FROM condition_types WHERE name = :name)),
    :experiment_id, :run_number, :value, :value_type, coalesce(:set_by, who()),
    coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))
ON CONFLICT (type_id, experiment_id, run_number) DO UPDATE SET
    value = excluded.value,
    value_type = excluded.value_type,
    set_by = excluded.set_by,
    set_at = excluded.set_at;

-- mode "remove":
INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action, old_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    coalesce(:user, :set_by, who()), :program, :experiment, :run_number, 'conditions',
    'delete', :old_value, :name
WHERE :mode IS 'remove';

DELETE FROM local_conditions
WHERE :mode IS 'remove' AND type_id = :type_id AND experiment_id = :experiment_id
    AND run_number = :run_number;
