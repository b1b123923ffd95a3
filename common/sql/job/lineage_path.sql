-- The file that a path meant last.
SELECT file, path, at FROM job_file_uses WHERE path = :path ORDER BY at DESC LIMIT 1;
