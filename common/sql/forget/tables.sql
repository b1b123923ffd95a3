-- The tables of which an experiment's rows are removed, and the column by which: those
-- of runs first, and runs behind all that leads to them.
SELECT m.name, f."from", f."table" = 'runs' AS by_run
FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
WHERE m.type = 'table' AND f."table" IN ('runs', 'experiments')
ORDER BY by_run DESC, m.name = 'runs', m.name;
