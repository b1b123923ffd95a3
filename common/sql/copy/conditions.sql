-- A local value of a condition, as another database has it.
SELECT CASE
        WHEN :_sdc_deleted_at IS NOT NULL THEN NULL
        WHEN r.id IS NULL THEN :experiment || ': there is no run ' || :run
        WHEN t.id IS NULL THEN :name || ': there is no condition of that name'
        WHEN value_as(:value_json, t.value_type) IS NULL
            THEN :experiment || ': run ' || :run || ': ' || :name || ': '
                || substr(:value_json, 1, 60) || ' is no ' || t.value_type
    END,
    r.id AS run_id, t.id AS type_id, value_as(:value_json, t.value_type) AS value
FROM (SELECT 1)
    LEFT JOIN experiments e ON e.name = :experiment
    LEFT JOIN runs r ON r.experiment_id = e.id AND r.run_number = :run
    LEFT JOIN condition_types t ON t.name = :name;

DELETE FROM conditions WHERE :_sdc_deleted_at IS NOT NULL
    AND type_id = :type_id AND run_id = :run_id AND set_by IS NOT NULL;

INSERT INTO conditions (type_id, run_id, value, set_by, set_at)
SELECT :type_id, :run_id, :value, :set_by, :set_at WHERE :_sdc_deleted_at IS NULL
ON CONFLICT (type_id, run_id) DO UPDATE SET
    value = excluded.value,
    set_by = excluded.set_by,
    set_at = excluded.set_at
WHERE (value, set_by, set_at) IS NOT (excluded.value, excluded.set_by, excluded.set_at);
