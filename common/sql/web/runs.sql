-- tables: the run tables that people made in the logbook
SELECT t.name, max(t.description) AS description FROM run_tables t
WHERE :experiment IS NULL
    OR t.experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
GROUP BY t.name ORDER BY t.name LIMIT 100;
-- aliases: expressions that have a name
SELECT name, expression, description FROM aliases ORDER BY name LIMIT 200;
-- periods: stretches of data taking that have a name
SELECT name, description FROM run_periods ORDER BY name LIMIT 200;
-- found: conditions whose name has a part
SELECT name, quoted_name(name) AS quoted, value_type, description FROM condition_types
WHERE :find IS NOT NULL AND instr(lower(name), lower(:find)) > 0 ORDER BY name LIMIT 200;
