-- entry: its HTML, as it was written
SELECT content FROM logbook_entries
WHERE experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
    AND entry_id = :entry;
