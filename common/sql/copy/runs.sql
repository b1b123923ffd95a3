-- A run without a document, as another database has it: made here, or no longer in the
-- logbook but with values of its own.
SELECT CASE WHEN e.id IS NULL THEN :experiment || ': there is no such experiment' END,
    e.id AS experiment_id
FROM (SELECT 1) LEFT JOIN experiments e ON e.name = :experiment;

INSERT INTO runs (experiment_id, run_number, start_time, end_time, type, sample)
VALUES (:experiment_id, :num, :begin_time, :end_time, :type, :sample)
ON CONFLICT (experiment_id, run_number) DO UPDATE SET
    start_time = excluded.start_time,
    end_time = excluded.end_time,
    type = excluded.type,
    sample = excluded.sample
WHERE doc IS NULL AND (start_time, end_time, type, sample)
    IS NOT (excluded.start_time, excluded.end_time, excluded.type, excluded.sample);
