-- A local value of a condition, as another database has it.
SELECT CASE
        WHEN :_sdc_deleted_at IS NOT NULL THEN NULL
        WHEN run_number IS NULL THEN :experiment || ': there is no run ' || :run
        WHEN type_id IS NULL THEN :name || ': there is no condition of that name'
        WHEN value_as(:value_json, value_type) IS NULL
            THEN :experiment || ': run ' || :run || ': ' || :name || ': '
                || substr(:value_json, 1, 60) || ' is no ' || ifnull(value_type, 'value')
    END,
    experiment_id, run_number, type_id, value_type,
    value_as(:value_json, value_type) AS value
FROM (
    SELECT e.id AS experiment_id, r.run_number, t.id AS type_id,
        value_target(:value_json, t.value_type, t.declared) AS value_type
    FROM (SELECT 1)
        LEFT JOIN experiments e ON e.name = :experiment
        LEFT JOIN runs r ON r.experiment_id = e.id AND r.run_number = :run
        LEFT JOIN condition_types t ON t.name = :name
);

DELETE FROM local_conditions WHERE :_sdc_deleted_at IS NOT NULL
    AND type_id = :type_id AND experiment_id = :experiment_id AND run_number = :run_number;

INSERT INTO local_conditions (type_id, experiment_id, run_number, value, value_type, set_by,
    set_at)
SELECT :type_id, :experiment_id, :run_number, :value, :value_type, :set_by, :set_at
WHERE :_sdc_deleted_at IS NULL
ON CONFLICT (type_id, experiment_id, run_number) DO UPDATE SET
    value = excluded.value,
    value_type = excluded.value_type,
    set_by = excluded.set_by,
    set_at = excluded.set_at
WHERE (value, value_type, set_by, set_at)
    IS NOT (excluded.value, excluded.value_type, excluded.set_by, excluded.set_at);

UPDATE condition_types SET kinds = k.kinds,
    value_type = iif(declared OR k.kinds = 0, value_type, type_of_kinds(k.kinds))
FROM (SELECT all_kinds(kinds) AS kinds FROM (
    SELECT kinds FROM condition_columns WHERE type_id = :type_id
    UNION ALL SELECT kind_of(value_type) FROM local_conditions WHERE type_id = :type_id)) k
WHERE id = :type_id AND condition_types.kinds <> k.kinds;
