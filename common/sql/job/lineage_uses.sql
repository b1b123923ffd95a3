-- What a job read, or wrote.
SELECT file, role, path, at, written FROM job_file_uses
WHERE job = :job AND direction = :direction;
