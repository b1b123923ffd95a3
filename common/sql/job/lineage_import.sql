-- The file that was imported from there last.
SELECT file, path, at FROM job_file_imports WHERE source = :path ORDER BY at DESC LIMIT 1;
