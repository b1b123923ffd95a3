CREATE TEMP TABLE IF NOT EXISTS staged_shifts (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN shifts s ON s.experiment_id = e.id
WHERE e.name = :experiment AND s.shift_id = :key
    AND lasting(s.doc, 'shifts') = lasting(:doc, 'shifts');

DELETE FROM shifts WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_shifts s
        WHERE s.experiment = :experiment AND s.key = shifts.shift_id);

INSERT INTO shifts (experiment_id, shift_id, doc)
SELECT :experiment_id, key, doc
FROM staged_shifts
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, shift_id) DO UPDATE SET
    doc = excluded.doc;
