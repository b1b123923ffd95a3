-- The discussion that an entry belongs to: from its root down, each answer behind what it
-- answers, the older first.
WITH RECURSIVE
up (entry_id, parent, height) AS (
    SELECT entry_id, parent, 0 FROM logbook_entries
    WHERE experiment_id = :experiment_id AND entry_id = :entry_id
    UNION
    SELECT l.entry_id, l.parent, height + 1
    FROM up JOIN logbook_entries l
        ON l.experiment_id = :experiment_id AND l.entry_id = up.parent
    WHERE height < 100
),
down (id, entry_id, depth, way) AS (
    SELECT id, entry_id, 0, '' FROM logbook_entries
    WHERE experiment_id = :experiment_id
        AND entry_id = (SELECT entry_id FROM up ORDER BY height DESC LIMIT 1)
    UNION ALL
    SELECT l.id, l.entry_id, depth + 1, way || '/' || l.created_at || l.entry_id
    FROM down JOIN logbook_entries l
        ON l.experiment_id = :experiment_id AND l.parent = down.entry_id
    WHERE depth < 100 AND (l.deleted_by IS NULL OR l.entry_id = :entry_id)
)
SELECT id, entry_id, depth FROM down ORDER BY way;
