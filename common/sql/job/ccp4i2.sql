-- Records out of a CCP4i2 database: each statement gives the stream and the record.  The
-- tables stand behind views, ccp4_job and so on: their names begin with that of Django's
-- application.  A UUID has no hyphens there, and a time no zone: it is UTC.

SELECT 'projects', json_object(
    'uuid', p.id_text, 'name', p.name, 'directory', p.directory, 'host', p.creation_host,
    'user', p.creation_user, 'created_at', p.created, 'at', p.created)
FROM ccp4_projects p ORDER BY p.id;

SELECT 'jobs', json_patch('{}', json_object(
    'uuid', j.id_text, 'project', j.project_text, 'number', j.number,
    'parent', (SELECT id_text FROM ccp4_jobs o WHERE o.id = j.parent_id),
    'task', j.task_name, 'title', nullif(j.title, ''),
    'status', CASE j.status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'QUEUED' WHEN 3 THEN 'RUNNING'
        WHEN 4 THEN 'INTERRUPTED' WHEN 5 THEN 'FAILED' WHEN 6 THEN 'FINISHED'
        WHEN 7 THEN 'RUNNING_REMOTELY' WHEN 9 THEN 'TO_DELETE' WHEN 10 THEN 'UNSATISFACTORY'
        ELSE 'UNKNOWN' END,
    'evaluation', CASE j.evaluation WHEN 1 THEN 'best' WHEN 2 THEN 'good'
        WHEN 3 THEN 'rejected' END,
    'note', nullif(j.comments, ''),
    'created_at', j.created, 'started_at', j.created, 'finished_at', j.finished,
    'directory', j.directory, 'at', coalesce(j.finished, j.created)))
FROM ccp4_jobs j ORDER BY j.id;

SELECT 'job_files', json_patch('{}', json_object(
    'uuid', f.id_text, 'type', f.type_id, 'subtype', CAST(f.sub_type AS TEXT),
    'content', CAST(f.content AS TEXT), 'note', nullif(f.annotation, ''), 'path', f.path,
    'directory', f.where_text, 'project', f.project_text, 'job', f.job_text, 'at', f.created))
FROM ccp4_files f ORDER BY f.id;

-- A file in the directory of a job is what that job wrote; it is read no sooner than that.
SELECT 'job_file_uses', json_object(
    'job', f.job_text, 'file', f.id_text, 'direction', 'OUT',
    'role', coalesce(nullif(f.job_param_name, ''), f.name), 'path', f.path, 'at', f.created)
FROM ccp4_files f WHERE f.directory = 1 AND f.job_text IS NOT NULL ORDER BY f.id;

SELECT 'job_file_uses', json_object(
    'job', j.id_text, 'file', f.id_text, 'direction', iif(u.role = 1, 'IN', 'OUT'),
    'role', coalesce(nullif(u.job_param_name, ''), f.name), 'path', f.path,
    'at', iif(u.role = 1, max(coalesce(j.finished, j.created), f.created), j.created))
FROM ccp4_fileuse u JOIN ccp4_jobs j ON j.id = u.job_id JOIN ccp4_files f ON f.id = u.file_id
ORDER BY u.id;

SELECT 'job_file_imports', json_patch('{}', json_object(
    'project', f.project_text, 'file', f.id_text, 'source', i.name, 'path', f.path,
    'job', f.job_text, 'md5', nullif(i.checksum, ''),
    'at', replace(substr(i.time, 1, 26), ' ', 'T') || 'Z'))
FROM ccp4_fileimport i JOIN ccp4_files f ON f.id = i.file_id
WHERE f.project_text IS NOT NULL ORDER BY i.file_id;

SELECT 'job_values', json_object(
    'job', j.id_text, 'name', v.key_id,
    'value', iif(abs(v.value) = 9e999, iif(v.value > 0, 'Infinity', '-Infinity'), v.value),
    'at', coalesce(j.finished, j.created))
FROM ccp4_jobfloatvalue v JOIN ccp4_jobs j ON j.id = v.job_id WHERE v.value IS NOT NULL
ORDER BY v.id;

SELECT 'job_values', json_object(
    'job', j.id_text, 'name', v.key_id, 'value', v.value,
    'at', coalesce(j.finished, j.created))
FROM ccp4_jobcharvalue v JOIN ccp4_jobs j ON j.id = v.job_id ORDER BY v.id;
