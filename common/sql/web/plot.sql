-- units: what is known of what is drawn: the unit is in a condition beside it, as EPICS
-- has it, or in the description
SELECT n.value AS name,
    coalesce(CASE n.value WHEN 'duration' THEN 's' WHEN 'total_size' THEN 'bytes' END,
        (SELECT v.value FROM condition_types u JOIN condition_columns c ON c.type_id = u.id,
            json_each(c.data) v
        WHERE u.name IN (n.value || '.EGU', n.value || '_EGU',
                substr(n.value, 1, length(n.value) - 4) || '.EGU',
                substr(n.value, 1, length(n.value) - 4) || '_EGU')
            AND u.name <> n.value AND u.kinds = 16 AND v.type = 'text'
            AND length(v.value) BETWEEN 1 AND 20 LIMIT 1)) AS unit,
    coalesce((SELECT d.description FROM run_param_descriptions d
            WHERE d.param_name = n.value AND d.description <> '' LIMIT 1),
        (SELECT t.description FROM condition_types t WHERE t.name = n.value)) AS description
FROM json_each(:names) n;
-- choices: conditions that have numbers, where nothing was asked for
SELECT name, quoted_name(name) AS quoted, description FROM condition_types
WHERE :v IS NULL AND (kinds & 14) <> 0 AND (:experiment IS NULL OR EXISTS (
    SELECT 1 FROM condition_columns c WHERE c.type_id = condition_types.id
        AND c.experiment_id = (SELECT id FROM experiments WHERE name = :experiment)))
ORDER BY name LIMIT 300;
