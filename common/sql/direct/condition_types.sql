-- A type that somebody declares.  Local values are kept in the new type, and one that does
-- not fit it stands in the way; values of the logbook keep their kinds, and those that do
-- not fit are left out by who reads them.  mode "ensure" declares a new one only;
-- "remove" lets values be of the types that they have by themselves again.
SELECT CASE
        WHEN value_name_fault(:name) IS NOT NULL THEN value_name_fault(:name)
        WHEN :mode IS 'remove' AND t.declared IS NOT 1 THEN :name || ': nobody has '
            || 'declared its type'
        WHEN :mode IS 'remove' THEN NULL
        WHEN :value_type IS NULL THEN :name || ': its value_type is missing'
        WHEN :value_type NOT IN ('bool', 'int', 'float', 'string', 'json', 'blob', 'time')
            THEN :name || ': ''' || :value_type || ''' is none of the types bool, int, '
                || 'float, string, json, blob and time'
        WHEN :mode IS NOT 'ensure' AND EXISTS (SELECT 1 FROM local_conditions l
                WHERE l.type_id = t.id
                AND value_recast(l.value, l.value_type, :value_type) IS NULL)
            THEN :name || ': it has values that are no ' || :value_type || ': '
                || (SELECT substr(value_text(l.value, l.value_type), 1, 60)
                    FROM local_conditions l WHERE l.type_id = t.id
                    AND value_recast(l.value, l.value_type, :value_type) IS NULL LIMIT 1)
    END,
    t.id AS type_id,
    t.value_type AS old_type,
    t.description AS old_description,
    -- What there is to do: all, or nothing where a type that is there may stay.
    CASE WHEN :mode IS 'remove' THEN 4 WHEN t.id IS NULL THEN 1
        WHEN :mode IS 'ensure' OR (t.value_type = :value_type AND t.declared
            AND coalesce(:description, t.description) IS t.description) THEN 99
        ELSE 1 END AS next
FROM (SELECT 1) LEFT JOIN condition_types t ON t.name = :name;

UPDATE local_conditions SET value = value_recast(value, value_type, :value_type),
    value_type = :value_type
WHERE type_id = :type_id AND value_type <> :value_type;

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
    declared = 1,
    kinds = (SELECT all_kinds(kinds) FROM (
        SELECT kinds FROM condition_columns WHERE type_id = condition_types.id
        UNION ALL SELECT kind_of(value_type) FROM local_conditions
            WHERE type_id = condition_types.id));

-- mode "remove":
UPDATE condition_types SET declared = 0, kinds = k.kinds,
    value_type = ifnull(type_of_kinds(k.kinds), value_type)
FROM (SELECT ifnull(all_kinds(kinds), 0) AS kinds FROM (
    SELECT kinds FROM condition_columns WHERE type_id = :type_id
    UNION ALL SELECT kind_of(value_type) FROM local_conditions
        WHERE type_id = :type_id)) k
WHERE :mode IS 'remove' AND id = :type_id;

DELETE FROM condition_types
WHERE :mode IS 'remove' AND id = :type_id
    AND NOT EXISTS (SELECT 1 FROM condition_columns WHERE type_id = :type_id)
    AND NOT EXISTS (SELECT 1 FROM local_conditions WHERE type_id = :type_id);

INSERT INTO log_records (created_at, user, program, table_name, action, old_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    coalesce(:user, :set_by, who()), :program, 'condition_types', 'delete',
    :old_type || coalesce(': ' || :old_description, ''), :name
WHERE :mode IS 'remove';
