-- What people say of a job may change: the newest counts, whatever comes first.
SELECT NULL,
    iif(:note IS NOT NULL AND :at >= coalesce(o.note_at, ''), :note, o.note) AS note,
    iif(:note IS NOT NULL, max(:at, coalesce(o.note_at, '')), o.note_at) AS note_at,
    iif(:evaluation IS NOT NULL AND :at >= coalesce(o.evaluation_at, ''), :evaluation,
        o.evaluation) AS evaluation,
    iif(:evaluation IS NOT NULL, max(:at, coalesce(o.evaluation_at, '')),
        o.evaluation_at) AS evaluation_at
FROM (SELECT 1) LEFT JOIN jobs o ON o.uuid = :uuid;
