WITH this AS (
    SELECT r.id, r.experiment_id, r.run_number
    FROM experiments e JOIN runs r ON r.experiment_id = e.id
    WHERE e.name = replace(:experiment, ' ', '_') AND r.run_number IN (:run, CAST(:run AS INTEGER))
        AND CAST(r.run_number AS TEXT) = :run
),
c AS (
    SELECT l.type_id, l.value, l.value_type, l.set_by, l.set_at
    FROM this JOIN local_conditions l ON l.experiment_id = this.experiment_id
        AND l.run_number = this.run_number
    UNION ALL
    SELECT k.type_id, column_value(k.data, this.run_number, iif(t.declared, t.value_type, NULL)),
        iif(t.declared, t.value_type, column_type(k.data, this.run_number)), NULL, NULL
    FROM this JOIN condition_columns k ON k.experiment_id = this.experiment_id
            AND k.block = column_block(this.run_number)
        JOIN condition_types t ON t.id = k.type_id
    WHERE NOT EXISTS (SELECT 1 FROM local_conditions l WHERE l.type_id = k.type_id
        AND l.experiment_id = this.experiment_id AND l.run_number = this.run_number)
)
SELECT name, type, value FROM (
    SELECT 1 AS nth, t.name, c.value_type AS type, value_text(c.value, c.value_type) AS value
        FROM c JOIN condition_types t ON t.id = c.type_id WHERE c.value IS NOT NULL
    UNION ALL
    SELECT 2, f.path, 'file', f.sha256
        FROM this JOIN run_files f ON f.run_id = this.id
)
ORDER BY nth, name;
