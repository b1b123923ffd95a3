-- Entries that name no run belong to the run that was going on: the one that the
-- last entry at or before them names, by run_num or in words ("Run number 12:
-- Running ...").  Runs after logbook_entries.sql where that changed anything.
UPDATE logbook_entries SET run_number = n.run, run_inferred = n.run IS NOT NULL
FROM (
    SELECT id, told, max(named) OVER (PARTITION BY period) AS run
    FROM (
        SELECT id, told, named, count(named) OVER (ORDER BY created_at) AS period
        FROM (
            SELECT id, created_at, told,
                coalesce(told, CASE
                    WHEN words GLOB '[0-9]*' AND instr(words, 'running') > 0
                    THEN CAST(words AS INTEGER) END) AS named
            FROM (
                SELECT id, created_at,
                    CASE WHEN run_inferred = 0 THEN run_number END AS told,
                    CASE WHEN instr(lower(content), 'run number ') > 0 THEN
                        ltrim(substr(lower(content),
                            instr(lower(content), 'run number ') + 11)) END AS words
                FROM logbook_entries WHERE experiment_id = :experiment_id
            )
        )
    )
) n
WHERE logbook_entries.id = n.id AND n.told IS NULL AND logbook_entries.run_number IS NOT n.run;
