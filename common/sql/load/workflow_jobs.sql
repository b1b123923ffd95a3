CREATE TEMP TABLE IF NOT EXISTS staged_workflow_jobs (experiment TEXT, key, subkey, doc TEXT);

SELECT 1 FROM experiments e JOIN workflow_jobs j ON j.experiment_id = e.id
WHERE e.name = :experiment AND j.job_id = :key AND j.doc = :doc;

DELETE FROM workflow_jobs WHERE experiment_id = :experiment_id
    AND NOT EXISTS (SELECT 1 FROM staged_workflow_jobs s
        WHERE s.experiment = :experiment AND s.key = workflow_jobs.job_id);

INSERT INTO workflow_jobs (experiment_id, job_id, doc)
SELECT :experiment_id, key, doc
FROM staged_workflow_jobs
WHERE experiment = :experiment AND doc IS NOT NULL
ON CONFLICT (experiment_id, job_id) DO UPDATE SET
    doc = excluded.doc;
