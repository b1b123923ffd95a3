-- A file on another machine.  When it was first listed so stays what it was while it is
-- listed so; but a time of change to the day or minute that was not over then may hide
-- another change, so that one is listed anew.
SELECT NULL,
    CASE WHEN o.url IS NOT NULL
            AND (o.source, o.path, o.size, o.modified, o.time, o.fields)
                IS (:source, :path, :size, :modified, :time, :fields)
            AND NOT (:observed_at > o.observed_at AND iif(length(o.modified) = 10,
                o.modified = substr(o.observed_at, 1, 10),
                length(o.modified) = 17
                AND substr(o.modified, 15, 2) = substr(o.observed_at, 15, 2)
                AND abs(julianday(o.modified) - julianday(o.observed_at)) < 1)) IS TRUE
        THEN o.observed_at
        ELSE coalesce(:observed_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
    END AS observed_at
FROM (SELECT 1) LEFT JOIN remote_files o ON o.url = :url;
