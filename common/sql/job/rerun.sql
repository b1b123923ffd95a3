-- What a job was, to be run again.
SELECT j.argv, j.argv_hidden, j.directory, j.in_job_dir, j.options, j.task, j.title,
    j.experiment, CAST(j.run_number AS TEXT), j.status, j.number, j.host,
    (SELECT directory FROM projects WHERE uuid = j.project)
FROM jobs j WHERE j.uuid = :uuid;
