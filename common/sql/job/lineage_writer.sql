-- Who wrote what a job (:job, NULL: nobody) found under a path at a time.
SELECT u.job, u.role, u.path FROM job_file_uses u
WHERE u.file = :file AND u.direction = 'OUT' AND u.written IS NOT 0
    AND u.job IS NOT :job AND u.at <= :at
    AND (u.path = :path OR (SELECT size FROM job_files WHERE uuid = :file) IS NOT 0)
ORDER BY u.path = :path DESC, u.at DESC LIMIT 1;
