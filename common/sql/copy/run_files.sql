-- A file of a run, as another database has it.
SELECT CASE
        WHEN :_sdc_deleted_at IS NOT NULL THEN NULL
        WHEN r.id IS NULL THEN :experiment || ': there is no run ' || :run
        WHEN sha256(unbase64(:content)) IS NOT :sha256
            THEN :path || ': its SHA-256 is not that of its content'
    END,
    r.id AS run_id
FROM (SELECT 1)
    LEFT JOIN experiments e ON e.name = :experiment
    LEFT JOIN runs r ON r.experiment_id = e.id AND r.run_number = :run;

DELETE FROM run_files WHERE :_sdc_deleted_at IS NOT NULL
    AND run_id = :run_id AND path = :path AND sha256 = :sha256;

INSERT INTO file_contents (sha256, size, content)
SELECT :sha256, length(content), content FROM (SELECT unbase64(:content) AS content)
WHERE :_sdc_deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM file_contents WHERE sha256 = :sha256);

INSERT INTO run_files (run_id, path, sha256, importance, description, set_by, set_at)
SELECT :run_id, :path, :sha256, coalesce(:importance, 0), :description, :set_by, :set_at
WHERE :_sdc_deleted_at IS NULL
ON CONFLICT (run_id, path, sha256) DO UPDATE SET
    importance = excluded.importance,
    description = excluded.description,
    set_by = excluded.set_by,
    set_at = excluded.set_at
WHERE (importance, description, set_by, set_at) IS NOT
    (excluded.importance, excluded.description, excluded.set_by, excluded.set_at);
