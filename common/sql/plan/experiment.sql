-- What is to be fetched of an experiment that the service lists with the document :doc
-- (a text that SQLite may not take for JSON: then :runs is NULL), or names only (:doc is
-- NULL): 'whole', 'entries', or NULL for nothing.  :recent says that a run began within
-- the window, :baseline that there was a list before.  Times are texts of RFC 3339.
SELECT CASE
    WHEN :all THEN 'whole'
    -- It never came.
    WHEN whole_at IS NULL THEN CASE
        WHEN :recent
            OR status IS NOT NULL                        -- tried
            OR (known IS NULL AND :baseline)             -- new
            OR was IS NOT :doc AND known IS NOT NULL     -- moved
            OR coalesce(:runs, 0) = 0                    -- an instrument's logbook
            OR since <= :look_before
        THEN 'whole' END
    -- What did not come last time; and what moved since it came.
    WHEN status IS NOT 'complete' OR known IS NOT 1 OR was IS NOT :doc
        OR changed_at > whole_at
    THEN 'whole'
    -- Files, jobs and remarks follow a run within hours.
    WHEN julianday(whole_at) < julianday(:last) + 0.25 THEN 'whole'
    -- It ended long ago: at a tenth of its age late entries are looked for.
    WHEN end_time < :settled_before AND coalesce(:last, '') < :settled_before THEN CASE
        WHEN julianday(:now) - julianday(entries_at) > 1
            AND julianday(:now) - julianday(entries_at)
                > (julianday(:now) - julianday(end_time)) / 10
        THEN 'entries' END
    WHEN whole_at <= :look_before THEN 'whole'
    ELSE 'entries' END
FROM (
    SELECT f.status, e.end_time, l.listed AS known, l.doc AS was, l.changed_at,
        l.listed_since AS since,
        coalesce(
            (SELECT completed_at FROM fetched_streams
                WHERE experiment = :experiment AND stream = 'runs'),
            (SELECT completed_at FROM fetched_streams
                WHERE experiment = :experiment AND stream = 'experiments')) AS whole_at,
        coalesce(
            (SELECT completed_at FROM fetched_streams
                WHERE experiment = :experiment AND stream = 'logbook_entries'),
            f.completed_at) AS entries_at
    FROM (SELECT 1)
    LEFT JOIN experiments e ON e.name = :experiment
    LEFT JOIN fetches f ON f.experiment = :experiment
    LEFT JOIN listed_experiments l ON l.experiment = :experiment
);
