-- export: all entries that the filter lets through, the newest first
SELECT l.entry_id, l.created_at, l.author, l.title, l.content, l.content_type, l.tags,
    l.run_number, l.run_inferred, l.parent, l.deleted_by, l.deleted_at, l.previous_version
FROM logbook_entries l JOIN experiments e ON e.id = l.experiment_id
WHERE e.name = :experiment AND (:entry IS NULL OR l.entry_id = :entry)
    AND (:deleted IS NOT NULL OR :entry IS NOT NULL OR instr(l.doc, '"deleted_by"') = 0
        OR l.deleted_by IS NULL)
    AND (:author IS NULL OR l.author = :author COLLATE NOCASE)
    AND (:tag IS NULL OR EXISTS (SELECT 1 FROM json_each(l.tags) WHERE value = :tag))
    AND (:run IS NULL OR CAST(l.run_number AS TEXT) = :run)
    AND (:from IS NULL OR l.created_at >= :from)
    AND (:to IS NULL OR l.created_at < iif(length(:to) = 10, date(:to, '+1 day'), :to))
ORDER BY l.created_at DESC, l.entry_id DESC;
-- threads: a page of discussions, those that began last first, each with its answers in
-- their order behind it; under a filter the entries by themselves.  Of one entry, the
-- discussion that it belongs to.
WITH RECURSIVE x (eid) AS (SELECT id FROM experiments WHERE name = :experiment),
f (any) AS (SELECT coalesce(:author, :tag, :run, :from, :to) IS NOT NULL),
up (entry_id, parent, n) AS (
    SELECT entry_id, parent, 0 FROM logbook_entries
    WHERE experiment_id = (SELECT eid FROM x) AND entry_id = :entry
    UNION ALL
    SELECT l.entry_id, l.parent, n + 1 FROM up JOIN logbook_entries l
        ON l.experiment_id = (SELECT eid FROM x) AND l.entry_id = up.parent
    WHERE n < 100
), listed (entry_id, created_at) AS (
    SELECT l.entry_id, l.created_at FROM logbook_entries l
    WHERE :entry IS NULL AND l.experiment_id = (SELECT eid FROM x)
        AND (:deleted IS NOT NULL OR instr(l.doc, '"deleted_by"') = 0
            OR member(l.doc, 'deleted_by') IS NULL)
        AND (:author IS NULL OR member(l.doc, 'author') = :author COLLATE NOCASE)
        AND (:tag IS NULL OR EXISTS (SELECT 1 FROM json_each(l.tags) WHERE value = :tag))
        AND (:run IS NULL OR CAST(l.run_number AS TEXT) = :run)
        AND (:from IS NULL OR l.created_at >= :from)
        AND (:to IS NULL
            OR l.created_at < iif(length(:to) = 10, date(:to, '+1 day'), :to))
        AND ((SELECT any FROM f) OR instr(l.doc, '"parent"') = 0 OR member(l.doc, 'parent') IS NULL OR NOT EXISTS (
            SELECT 1 FROM logbook_entries p WHERE p.experiment_id = l.experiment_id
                AND p.entry_id = member(l.doc, 'parent')
                AND (:deleted IS NOT NULL OR instr(p.doc, '"deleted_by"') = 0
                    OR member(p.doc, 'deleted_by') IS NULL)))
    ORDER BY l.created_at DESC, l.entry_id DESC
    LIMIT 51 OFFSET 50 * max(0, CAST(coalesce(:page, '1') AS INTEGER) - 1)
), top (entry_id, rank) AS (
    SELECT entry_id, row_number() OVER (ORDER BY created_at DESC, entry_id DESC) FROM listed
    UNION ALL
    SELECT * FROM (SELECT entry_id, 1 FROM up ORDER BY n DESC LIMIT 1)
), answer AS MATERIALIZED (
    SELECT entry_id, member(doc, 'parent') AS parent, created_at FROM logbook_entries
    WHERE experiment_id = (SELECT eid FROM x) AND instr(doc, '"parent"') > 0
        AND member(doc, 'parent') IS NOT NULL AND (:deleted IS NOT NULL OR entry_id = :entry
            OR instr(doc, '"deleted_by"') = 0 OR member(doc, 'deleted_by') IS NULL)
        AND NOT (SELECT any FROM f)
), tree (entry_id, depth, rank, path) AS (
    SELECT entry_id, 0, rank, '' FROM top WHERE rank <= 50
    UNION ALL
    SELECT a.entry_id, depth + 1, rank, path || a.created_at || ' ' || a.entry_id || '/'
    FROM tree JOIN answer a ON a.parent = tree.entry_id WHERE depth < 30
)
SELECT l.entry_id AS shown, l.entry_id, min(t.depth, 6) AS depth, l.created_at, l.author,
    l.title, l.run_number, l.run_inferred, l.parent, l.deleted_by, l.deleted_at,
    l.previous_version, l.entry_id = :entry AS wanted,
    (SELECT count(*) FROM top) > 50 AS more,
    CASE WHEN l.title IS NOT NULL OR l.content_type = 'HTML' THEN 1 END AS html,
    CASE WHEN l.deleted_by IS NOT NULL AND EXISTS (SELECT 1 FROM logbook_entries n
        WHERE n.experiment_id = l.experiment_id AND n.entry_id = l.parent
            AND n.previous_version = l.entry_id) THEN 1 END AS older,
    CASE WHEN l.entry_id IS NOT :entry AND length(l.content) > 2000
        THEN length(l.content) END AS cut,
    reading(CASE WHEN l.entry_id IS :entry THEN l.content
            ELSE substr(l.content, 1, 2000) END,
        l.title IS NOT NULL OR l.content_type = 'HTML') AS content
FROM tree t JOIN logbook_entries l
    ON l.experiment_id = (SELECT eid FROM x) AND l.entry_id = t.entry_id
ORDER BY t.rank, t.path;
-- tags: of the entries on the page
SELECT l.entry_id, t.value AS tag FROM json_each(:shown) s CROSS JOIN logbook_entries l
    ON l.experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
        AND l.entry_id = s.value,
    json_each(l.tags) t;
-- files: of the entries on the page; here says that it was pulled
SELECT l.entry_id, a.value ->> '_id' AS id, a.value ->> 'name' AS name,
    a.value ->> 'type' AS type, t.size,
    (SELECT 1 FROM downloads d WHERE d.url = t.url AND d.status = 'complete') AS here,
    a.value ->> 'type' IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp') AS image
FROM json_each(:shown) s CROSS JOIN logbook_entries l
    ON l.experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
        AND l.entry_id = s.value,
    json_each(l.doc, '$.attachments') a
    LEFT JOIN attachments t ON t.experiment = :experiment AND t.entry_id = l.entry_id
        AND t.attachment_id = a.value ->> '_id';
-- authors: for the filter
SELECT DISTINCT member(doc, 'author') AS author FROM logbook_entries
WHERE experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
    AND member(doc, 'author') IS NOT NULL AND :entry IS NULL
ORDER BY 1 COLLATE NOCASE LIMIT 500;
-- all_tags: for the filter
SELECT DISTINCT t.value AS tag FROM get_elog_tags g, json_each(g.data) t
WHERE g.experiment_id = (SELECT id FROM experiments WHERE name = :experiment)
    AND :entry IS NULL
ORDER BY 1 LIMIT 500;
