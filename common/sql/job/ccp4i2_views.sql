-- What the records of ccp4i2.sql need to be told more than once.
CREATE TEMP VIEW ccp4_projects AS
SELECT *, substr(uuid, 1, 8) || '-' || substr(uuid, 9, 4) || '-' || substr(uuid, 13, 4) || '-'
        || substr(uuid, 17, 4) || '-' || substr(uuid, 21) AS id_text,
    replace(substr(creation_time, 1, 26), ' ', 'T') || 'Z' AS created
FROM ccp4_project;

CREATE TEMP VIEW ccp4_jobs AS
SELECT j.id, j.parent_id, j.number, j.title, j.status, j.evaluation, j.comments, j.task_name,
    substr(j.uuid, 1, 8) || '-' || substr(j.uuid, 9, 4) || '-' || substr(j.uuid, 13, 4) || '-'
        || substr(j.uuid, 17, 4) || '-' || substr(j.uuid, 21) AS id_text,
    p.id_text AS project_text,
    replace(substr(j.creation_time, 1, 26), ' ', 'T') || 'Z' AS created,
    replace(substr(j.finish_time, 1, 26), ' ', 'T') || 'Z' AS finished,
    p.directory AS project_directory,
    p.directory || '/CCP4_JOBS/job_' || replace(j.number, '.', '/job_') AS directory
FROM ccp4_job j JOIN ccp4_projects p ON p.id = j.project_id;

CREATE TEMP VIEW ccp4_files AS
SELECT f.id, f.name, f.directory, f.type_id, f.sub_type, f.content, f.annotation,
    f.job_param_name,
    substr(f.uuid, 1, 8) || '-' || substr(f.uuid, 9, 4) || '-' || substr(f.uuid, 13, 4) || '-'
        || substr(f.uuid, 17, 4) || '-' || substr(f.uuid, 21) AS id_text,
    j.id_text AS job_text, j.project_text,
    coalesce(j.created, '1970-01-01T00:00:00Z') AS created,
    CASE f.directory WHEN 1 THEN 'JOB' WHEN 2 THEN 'IMPORT' ELSE 'ELSEWHERE' END AS where_text,
    CASE f.directory WHEN 1 THEN j.directory || '/'
        WHEN 2 THEN j.project_directory || '/CCP4_IMPORTED_FILES/' ELSE '' END || f.name AS path
FROM ccp4_file f LEFT JOIN ccp4_jobs j ON j.id = f.job_id;
