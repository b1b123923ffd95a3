-- value is a JSON text.
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
SELECT name, type, value, set_by, set_at, path, sha256, size, importance, description
FROM (
    SELECT 1 AS nth, t.name AS name, c.value_type AS type, CASE c.value_type
            WHEN 'bool' THEN iif(c.value, 'true', 'false')
            WHEN 'json' THEN iif(json_valid(c.value), c.value, json_quote(c.value))
            WHEN 'blob' THEN json_object('$base64', base64(c.value))
            WHEN 'float' THEN iif(abs(c.value) = 9e999,
                json_quote(value_text(c.value, 'float')), value_text(c.value, 'float'))
            ELSE json_quote(c.value) END AS value,
        c.set_by AS set_by, c.set_at AS set_at, NULL AS path, NULL AS sha256,
        NULL AS size, NULL AS importance, NULL AS description
        FROM c JOIN condition_types t ON t.id = c.type_id WHERE c.value IS NOT NULL
    UNION ALL
    SELECT 2, NULL, 'file', NULL, f.set_by, f.set_at, f.path, f.sha256,
        (SELECT size FROM file_contents WHERE sha256 = f.sha256),
        f.importance, f.description
        FROM this JOIN run_files f ON f.run_id = this.id
)
ORDER BY nth, name, path;
