-- rows: the experiments, those with the newest data first.  How many rows a stream has is
-- what came with its last fetch, where that is known: counting a million takes too long.
-- Entries that were deleted, and older versions, are few.
WITH chosen (id, at) AS MATERIALIZED (
    SELECT e.id, coalesce(member(e.doc, 'end_time'), member(e.doc, 'start_time'))
    FROM experiments e
    WHERE :q IS NULL OR instr(lower(e.name || ' ' || coalesce(e.label, '') || ' '
            || coalesce(e.instrument, '') || ' ' || coalesce(e.pi, '') || ' '
            || coalesce(e.description, '')), lower(:q)) > 0
    ORDER BY 2 DESC, e.name
    LIMIT iif(:form = 'page', 201, -1)
    OFFSET iif(:form = 'page', 200 * max(0, CAST(coalesce(:page, '1') AS INTEGER) - 1), 0)
)
SELECT e.name, e.label, e.instrument, e.pi, e.start_time, e.end_time,
    coalesce((SELECT s.records FROM fetched_streams s WHERE s.experiment = e.name
        AND s.stream = 'runs' AND s.status = 'complete')
        + (SELECT count(*) FROM local_runs l WHERE l.experiment = e.name),
        (SELECT count(*) FROM runs r WHERE r.experiment_id = e.id)) AS runs,
    coalesce((SELECT s.records FROM fetched_streams s WHERE s.experiment = e.name
        AND s.stream = 'logbook_entries' AND s.status = 'complete'),
        (SELECT count(*) FROM logbook_entries l WHERE l.experiment_id = e.id))
        - (SELECT count(*) FROM logbook_entries l WHERE l.experiment_id = e.id
            AND instr(l.doc, '"deleted_by"') > 0 AND member(l.doc, 'deleted_by') IS NOT NULL)
        AS entries,
    f.status, f.completed_at, f.message,
    substr(e.description, 1, 200) AS description
FROM chosen c CROSS JOIN experiments e ON e.id = c.id LEFT JOIN fetches f ON f.experiment = e.name
ORDER BY c.at DESC, e.name;
-- all: how many there are
SELECT count(*) AS n FROM experiments e
WHERE :q IS NULL OR instr(lower(e.name || ' ' || coalesce(e.label, '') || ' '
        || coalesce(e.instrument, '') || ' ' || coalesce(e.pi, '') || ' '
        || coalesce(e.description, '')), lower(:q)) > 0;
-- problems: what is not complete
SELECT f.experiment, f.status, f.stream, f.http_status, f.message, f.fetched_at,
    EXISTS (SELECT 1 FROM experiments e WHERE e.name = f.experiment) AS here
FROM fetches f WHERE f.status <> 'complete' AND :q IS NULL
ORDER BY f.status IN ('denied', 'gone'), f.status, f.experiment LIMIT 200;
