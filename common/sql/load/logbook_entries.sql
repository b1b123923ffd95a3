CREATE TEMP TABLE IF NOT EXISTS staged_logbook_entries (experiment TEXT, key, subkey,
    doc TEXT, insert_time, run_num);

SELECT 1 FROM experiments e JOIN logbook_entries l ON l.experiment_id = e.id
WHERE e.name = :experiment AND l.entry_id = :key AND l.doc = :doc;

DELETE FROM logbook_entries WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_logbook_entries s
        WHERE s.experiment = :experiment AND s.key = logbook_entries.entry_id);

INSERT INTO logbook_entries (experiment_id, entry_id, created_at, run_number, run_inferred,
    doc)
SELECT :experiment_id, key, insert_time, run_num, 0, doc
FROM staged_logbook_entries
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, entry_id) DO UPDATE SET
    created_at = excluded.created_at,
    run_number = excluded.run_number,
    run_inferred = 0,
    doc = excluded.doc;
