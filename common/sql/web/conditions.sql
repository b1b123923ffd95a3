-- rows: the names of conditions that have a part, or all
SELECT t.name, quoted_name(t.name) AS quoted, t.value_type, t.description,
    (SELECT count(DISTINCT c.experiment_id) FROM condition_columns c WHERE c.type_id = t.id)
        AS experiments
FROM condition_types t
WHERE :find IS NULL OR instr(lower(t.name), lower(:find)) > 0
ORDER BY t.name LIMIT 500 OFFSET 500 * max(0, CAST(coalesce(:page, '1') AS INTEGER) - 1);
-- all: how many there are
SELECT count(*) AS n FROM condition_types
WHERE :find IS NULL OR instr(lower(name), lower(:find)) > 0;
