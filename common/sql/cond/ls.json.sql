-- All that is known of each, by columns that the others leave empty.
SELECT kind, name, value_type, declared, runs, expression, run_min, run_max, start_time,
    end_time, set_by, set_at, description FROM (
    SELECT 1 AS nth, 'type' AS kind, name, value_type, declared,
        iif(EXISTS (SELECT 1 FROM local_conditions WHERE type_id = t.id) OR declared,
            (SELECT count(*) FROM conditions WHERE type_id = t.id),
            (SELECT ifnull(sum(n), 0) FROM condition_columns WHERE type_id = t.id)) AS runs,
        NULL AS expression, NULL AS run_min, NULL AS run_max, NULL AS start_time,
        NULL AS end_time, NULL AS set_by, created_at AS set_at,
        coalesce(description, (SELECT d.description FROM run_param_descriptions d
            WHERE d.param_name IN (t.name, replace(t.name, '.', char(65294)))
            ORDER BY d.id DESC LIMIT 1)) AS description
        FROM condition_types t WHERE :glob IS NULL OR name GLOB :glob
    UNION ALL SELECT 2, 'alias', name, NULL, NULL, NULL, expression, NULL, NULL, NULL,
        NULL, set_by, set_at, description
        FROM aliases WHERE :glob IS NULL OR name GLOB :glob
    UNION ALL SELECT 3, 'period', name, NULL, NULL, NULL, NULL, run_min, run_max,
        start_time, end_time, set_by, set_at, description
        FROM run_periods WHERE :glob IS NULL OR name GLOB :glob
)
ORDER BY nth, name;
