-- Entries that name no run belong to the run that was going on: the one that the
-- last entry at or before them names, by run_num or in words ("Run number 12:
-- Running ...").  Runs after logbook_entries.sql where that changed anything.  A document
-- is taken apart only where the words are somewhere in it.
UPDATE logbook_entries SET run_number = n.run, run_inferred = n.run IS NOT NULL
FROM (
    SELECT id, told, old, max(named) OVER (PARTITION BY period) AS run
    FROM (
        SELECT id, told, old, named, count(named) OVER (ORDER BY created_at) AS period
        FROM (
            SELECT id, created_at, told, old,
                coalesce(told, CASE
                    WHEN words GLOB '[0-9]*' AND instr(words, 'running') > 0
                    THEN CAST(words AS INTEGER) END) AS named
            FROM (
                SELECT id, created_at, told, old, CASE WHEN instr(content, 'run number ') > 0
                    THEN ltrim(substr(content, instr(content, 'run number ') + 11)) END
                    AS words
                FROM (
                    SELECT id, created_at, run_number AS old,
                        CASE WHEN run_inferred = 0 THEN run_number END AS told,
                        CASE WHEN doc LIKE '%run number %'
                            THEN lower(doc ->> 'content') END AS content
                    FROM logbook_entries WHERE experiment_id = :experiment_id
                    LIMIT -1 OFFSET 0
                ) LIMIT -1 OFFSET 0
            )
        )
    )
) n
WHERE logbook_entries.id = n.id AND n.told IS NULL AND n.old IS NOT n.run;
