-- runs: how many have a value.  What a parameter means, people say in the logbook.
SELECT kind, name, what, runs, description FROM (
    SELECT 1 AS nth, 'type' AS kind, name, value_type AS what,
        iif(EXISTS (SELECT 1 FROM local_conditions WHERE type_id = t.id) OR declared,
            (SELECT count(*) FROM conditions WHERE type_id = t.id),
            (SELECT ifnull(sum(n), 0) FROM condition_columns WHERE type_id = t.id)) AS runs,
        coalesce(description, (SELECT d.description FROM run_param_descriptions d
            WHERE d.param_name IN (t.name, replace(t.name, '.', char(65294)))
            ORDER BY d.id DESC LIMIT 1)) AS description
        FROM condition_types t WHERE :glob IS NULL OR name GLOB :glob
    UNION ALL SELECT 2, 'alias', name, expression, NULL, description
        FROM aliases WHERE :glob IS NULL OR name GLOB :glob
    UNION ALL SELECT 3, 'period', name,
        CASE WHEN run_min IS NULL AND run_max IS NULL THEN ''
            ELSE 'runs ' || ifnull(run_min, '') || '-' || ifnull(run_max, '') || ' ' END
        || ifnull(start_time, '') || iif(start_time IS NULL AND end_time IS NULL, '', '/')
        || ifnull(end_time, ''), NULL, description
        FROM run_periods WHERE :glob IS NULL OR name GLOB :glob
)
ORDER BY nth, name;
