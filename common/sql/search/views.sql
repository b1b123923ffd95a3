-- What is indexed, a view a kind: place is the rowid of its row in search (010-search.sql
-- says how it is made), key what elog-load calls the document.  Rows that have nothing to
-- be indexed are left out.  The texts of entries, and who deleted them, are
-- read from their documents (load/entry.h).
CREATE TEMP VIEW IF NOT EXISTS search_logbook_entries AS
SELECT l.id, iif(l.deleted_by IS NULL, p.place, -(1 << 40 | l.id)) AS place
FROM logbook_entries l LEFT JOIN search_places p ON p.id = l.id;

CREATE TEMP VIEW IF NOT EXISTS search_questionnaires AS
SELECT id, experiment_id, NULL AS key, -(2 << 40 | id) AS place, NULL AS title,
    (SELECT group_concat(value, char(10)) FROM json_tree(questionnaires.data)
        WHERE key = 'val' AND atom IS NOT NULL) AS content
FROM questionnaires;

CREATE TEMP VIEW IF NOT EXISTS search_workflows AS
SELECT id, experiment_id, NULL AS key, -(3 << 40 | id) AS place, NULL AS title,
    (SELECT group_concat(value, char(10)) FROM json_tree(workflows.data)
        WHERE key IN ('name', 'executable', 'parameters', 'trigger', 'location')
            AND atom IS NOT NULL) AS content
FROM workflows;

CREATE TEMP VIEW IF NOT EXISTS search_runs AS
SELECT id, experiment_id, run_number AS key, -(4 << 40 | id) AS place, NULL AS title,
    comment AS content
FROM (SELECT *, comments(doc) AS comment FROM runs)
WHERE comment IS NOT NULL;

CREATE TEMP VIEW IF NOT EXISTS search_samples AS
SELECT id, experiment_id, sample_id AS key, -(5 << 40 | id) AS place, name AS title,
    (SELECT group_concat(value, char(10)) FROM json_tree(samples.doc)
        WHERE type = 'text' AND key NOT IN ('experiment', '_id', 'name')) AS content
FROM samples;

-- What elog-load calls the documents where they wait, by which it finds those that changed.
CREATE TEMP VIEW IF NOT EXISTS keys_questionnaires AS
SELECT id, experiment_id, '' AS key FROM questionnaires;
CREATE TEMP VIEW IF NOT EXISTS keys_workflows AS
SELECT id, experiment_id, '' AS key FROM workflows;
CREATE TEMP VIEW IF NOT EXISTS keys_runs AS
SELECT id, experiment_id, run_number AS key FROM runs;
CREATE TEMP VIEW IF NOT EXISTS keys_samples AS
SELECT id, experiment_id, sample_id AS key FROM samples;
