SELECT object FROM (
    SELECT 1 AS nth, name, json_object('kind', 'type', 'name', name,
        'value_type', value_type, 'declared', json(iif(declared, 'true', 'false')),
        'runs', (SELECT count(*) FROM conditions WHERE type_id = id),
        'created_at', created_at, 'description', description) AS object
        FROM condition_types WHERE :glob IS NULL OR name GLOB :glob
    UNION ALL SELECT 2, name, json_object('kind', 'alias', 'name', name,
        'expression', expression, 'set_by', set_by, 'set_at', set_at,
        'description', description)
        FROM aliases WHERE :glob IS NULL OR name GLOB :glob
    UNION ALL SELECT 3, name, json_object('kind', 'period', 'name', name,
        'run_min', run_min, 'run_max', run_max, 'start_time', start_time,
        'end_time', end_time, 'set_by', set_by, 'set_at', set_at,
        'description', description)
        FROM run_periods WHERE :glob IS NULL OR name GLOB :glob
)
ORDER BY nth, name;
