-- A use of a file, as it is printed.
SELECT :way AS way, :depth AS depth,
    (SELECT number FROM jobs WHERE uuid = :job) AS number,
    (SELECT task FROM jobs WHERE uuid = :job) AS task,
    (SELECT CASE WHEN status IN ('PENDING', 'QUEUED', 'RUNNING', 'RUNNING_REMOTELY')
            AND NOT job_alive(host, boot_id, pid, pid_start) THEN 'LOST'
            ELSE status END FROM jobs WHERE uuid = :job) AS status,
    :direction AS direction, :role AS role, :path AS path,
    (SELECT source FROM job_file_imports WHERE file = :file ORDER BY at LIMIT 1)
        AS imported_from,
    (SELECT experiment FROM jobs WHERE uuid = :job) AS experiment,
    (SELECT run_number FROM jobs WHERE uuid = :job) AS run,
    (SELECT sha256 FROM job_files WHERE uuid = :file) AS sha256, :job AS job;
