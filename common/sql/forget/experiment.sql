-- What is removed of an experiment before its rows are.  The first statement finds it;
-- tables whose foreign keys lead to runs and experiments need none here.
SELECT CASE
        WHEN e.id IS NULL AND NOT EXISTS (SELECT 1 FROM fetches WHERE experiment = :experiment)
            THEN 'there is no such experiment in this database'
    END,
    e.id,
    (SELECT count(*) FROM runs WHERE experiment_id = e.id)
FROM (SELECT 1) LEFT JOIN experiments e ON e.name = :experiment;

DELETE FROM local_runs WHERE experiment = :experiment;

DELETE FROM attachments WHERE experiment = :experiment;

DELETE FROM fetches WHERE experiment = :experiment;

DELETE FROM fetched_streams WHERE experiment = :experiment;
