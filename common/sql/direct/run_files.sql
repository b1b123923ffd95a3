-- A file of a run, with its content in base64.  mode "remove" takes it away: the version
-- that sha256 names, or all of the path; and a content that no run has any more goes.
SELECT CASE
        WHEN :experiment IS NULL OR :run IS NULL OR ifnull(:path, '') = ''
                OR (:mode IS NOT 'remove' AND (:sha256 IS NULL OR :content IS NULL))
            THEN 'a file of a run needs experiment, run, path, sha256 and content'
        WHEN e.id IS NULL THEN :experiment || ': no such experiment in this database'
        WHEN r.id IS NULL THEN :experiment || ': there is no run ' || :run
        WHEN :mode IS 'remove' AND NOT EXISTS (SELECT 1 FROM run_files m
                WHERE m.run_id = r.id AND m.path = :path
                AND m.sha256 = coalesce(:sha256, m.sha256))
            THEN :experiment || ': run ' || :run || ': there is no file ' || :path
        WHEN :mode IS 'remove' THEN NULL
        WHEN unbase64(:content) IS NULL
            THEN :path || ': its content is no base64'
        WHEN sha256(unbase64(:content)) <> :sha256
            THEN :path || ': its SHA-256 is not that of its content'
        WHEN :importance IS NOT NULL AND typeof(:importance) <> 'integer'
            THEN :path || ': its importance is no whole number'
    END,
    r.id AS run_id,
    r.run_number AS run_number,
    f.sha256 AS old_sha256,
    f.importance AS old_importance,
    iif(:mode IS 'remove', 4, 1) AS next
FROM (SELECT 1)
    LEFT JOIN experiments e ON e.name = :experiment
    LEFT JOIN runs r ON r.id = coalesce(
        (SELECT id FROM runs WHERE experiment_id = e.id AND run_number = :run),
        (SELECT id FROM runs WHERE experiment_id = e.id AND run_number = :run || ''))
    LEFT JOIN run_files f ON f.run_id = r.id AND f.path = :path AND f.sha256 = :sha256;

INSERT INTO file_contents (sha256, size, content)
SELECT :sha256, length(content), content FROM (SELECT unbase64(:content) AS content)
WHERE NOT EXISTS (SELECT 1 FROM file_contents WHERE sha256 = :sha256);

INSERT INTO run_files (run_id, path, sha256, importance, description, set_by, set_at)
VALUES (:run_id, :path, :sha256, coalesce(:importance, 0), :description,
    coalesce(:set_by, who()), coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))
ON CONFLICT (run_id, path, sha256) DO UPDATE SET
    importance = coalesce(:importance, importance),
    description = coalesce(:description, description)
WHERE importance <> coalesce(:importance, importance)
    OR description IS NOT coalesce(:description, description);

INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action, old_value, new_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), coalesce(:user, :set_by, who()),
    :program, :experiment, :run_number, 'run_files',
    iif(:old_sha256 IS NULL, 'insert', 'update'), :old_sha256, :sha256, :path
WHERE changes() > 0;

-- mode "remove":
INSERT INTO log_records (created_at, user, program, experiment, run_number, table_name,
    action, old_value, message)
SELECT coalesce(:set_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    coalesce(:user, :set_by, who()), :program, :experiment, :run_number, 'run_files',
    'delete', m.sha256, :path
FROM run_files m
WHERE :mode IS 'remove' AND m.run_id = :run_id AND m.path = :path
    AND m.sha256 = coalesce(:sha256, m.sha256);

DELETE FROM run_files
WHERE :mode IS 'remove' AND run_id = :run_id AND path = :path
    AND sha256 = coalesce(:sha256, sha256);

DELETE FROM file_contents
WHERE :mode IS 'remove'
    AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.sha256 = file_contents.sha256);
