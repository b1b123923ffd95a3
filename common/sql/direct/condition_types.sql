-- A type that somebody declares.  Rows that are there already are kept in the new type;
-- a local value that does not fit it stands in the way, one of the logbook is left out,
-- for it stays in the run's document.  mode "ensure" declares a new one only.
SELECT CASE
        WHEN value_name_fault(:name) IS NOT NULL THEN value_name_fault(:name)
        WHEN :value_type IS NULL THEN :name || ': its value_type is missing'
        WHEN :value_type NOT IN ('bool', 'int', 'float', 'string', 'json', 'blob', 'time')
            THEN :name || ': ''' || :value_type || ''' is none of the types bool, int, '
                || 'float, string, json, blob and time'
        WHEN t.value_type <> :value_type AND :mode IS NOT 'ensure'
                AND EXISTS (SELECT 1 FROM conditions c
                WHERE c.type_id = t.id AND c.set_by IS NOT NULL
                AND value_recast(c.value, t.value_type, :value_type) IS NULL)
            THEN :name || ': it has values that are no ' || :value_type || ': '
                || (SELECT substr(value_text(c.value, t.value_type), 1, 60)
                    FROM conditions c WHERE c.type_id = t.id AND c.set_by IS NOT NULL
                    AND value_recast(c.value, t.value_type, :value_type) IS NULL LIMIT 1)
    END,
    t.id AS type_id,
    t.value_type AS old_type,
    t.description AS old_description,
    iif(t.value_type <> :value_type, t.id, NULL) AS changed_id,
    -- What there is to do: all, or nothing where a type that is there may stay.
    CASE WHEN t.id IS NULL THEN 1
        WHEN :mode IS 'ensure' OR (t.value_type = :value_type AND t.declared
            AND coalesce(:description, t.description) IS t.description) THEN 99
        ELSE 1 END AS next
FROM (SELECT 1) LEFT JOIN condition_types t ON t.name = :name;

DELETE FROM conditions WHERE type_id = :changed_id AND set_by IS NULL
    AND value_recast(value, :old_type, :value_type) IS NULL;

UPDATE conditions SET value = coalesce(
    CASE WHEN set_by IS NULL AND :value_type = 'string' THEN (
        SELECT parameter_text(r.doc, :name) FROM runs r WHERE r.id = run_id)
    END,
    value_recast(value, :old_type, :value_type))
WHERE type_id = :changed_id;

INSERT INTO log_records (created_at, user, program, table_name, action, old_value,
    new_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), coalesce(:user, :set_by, who()),
    :program, 'condition_types', iif(:type_id IS NULL, 'insert', 'update'),
    :old_type || coalesce(': ' || :old_description, ''),
    :value_type || coalesce(': ' || coalesce(:description, :old_description), ''), :name;

INSERT INTO condition_types (name, value_type, description, created_at, declared)
VALUES (:name, :value_type, :description,
    coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), 1)
ON CONFLICT (name) DO UPDATE SET
    value_type = excluded.value_type,
    description = coalesce(excluded.description, description),
    declared = 1;
