-- there: is it in the logbook?
SELECT 1 FROM logbook_entries
WHERE experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
    AND entry_id = :entry;
