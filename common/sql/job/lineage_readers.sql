-- Who read a content since.
SELECT job, role, path, at FROM job_file_uses
WHERE file = :file AND direction = 'IN' AND at >= :at AND job IS NOT :job;
