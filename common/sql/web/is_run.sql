-- there: does the experiment have it?
SELECT 1 FROM runs
WHERE experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
    AND run_number IN (:run, iif(CAST(CAST(:run AS INTEGER) AS TEXT) = :run,
        CAST(:run AS INTEGER), NULL));
