-- What is indexed, a view a kind: place is the rowid of its row in search (010-search.sql
-- says how it is made; NULL for an entry that has none yet, for which second is the
-- first that it may have), key what elog-load calls the document.  Rows that have nothing
-- to be indexed are left out.
CREATE TEMP VIEW IF NOT EXISTS search_logbook_entries AS
SELECT id, experiment_id, entry_id AS key,
    iif(deleted_by IS NULL, (SELECT place FROM search_places p WHERE p.id = l.id),
        -(1 << 40 | id)) AS place,
    max(ifnull(unixepoch(created_at), 0), 0) AS second,
    folded(title) AS title,
    iif(title IS NOT NULL OR content_type LIKE '%html%', folded_html(content),
        folded(content)) AS content,
    folded(author) AS author,
    CASE WHEN tags IS NOT NULL THEN
        (SELECT folded(group_concat(value, ' | ')) FROM json_each(tags)) END AS tags,
    CASE WHEN instr(doc, '"attachments"') THEN
        (SELECT folded(group_concat(value ->> 'name', ' | '))
            FROM json_each(member(doc, 'attachments'))) END AS files
FROM logbook_entries l;

CREATE TEMP VIEW IF NOT EXISTS search_questionnaires AS
SELECT id, experiment_id, NULL AS key, -(2 << 40 | id) AS place, 0 AS second, NULL AS title,
    (SELECT folded(group_concat(value, char(10))) FROM json_tree(questionnaires.data)
        WHERE key = 'val' AND atom IS NOT NULL) AS content,
    NULL AS author, NULL AS tags, NULL AS files
FROM questionnaires;

CREATE TEMP VIEW IF NOT EXISTS search_workflows AS
SELECT id, experiment_id, NULL AS key, -(3 << 40 | id) AS place, 0 AS second, NULL AS title,
    (SELECT folded(group_concat(value, char(10))) FROM json_tree(workflows.data)
        WHERE key IN ('name', 'executable', 'parameters', 'trigger', 'location')
            AND atom IS NOT NULL) AS content,
    NULL AS author, NULL AS tags, NULL AS files
FROM workflows;

CREATE TEMP VIEW IF NOT EXISTS search_runs AS
SELECT id, experiment_id, run_number AS key,
    -(4 << 40 | id) AS place, 0 AS second,
    NULL AS title, folded(comment) AS content, NULL AS author, NULL AS tags,
    NULL AS files
FROM (SELECT *, comments(member(doc, 'editable_params')) AS comment FROM runs)
WHERE comment IS NOT NULL;

CREATE TEMP VIEW IF NOT EXISTS search_samples AS
SELECT id, experiment_id, sample_id AS key, -(5 << 40 | id) AS place, 0 AS second, folded(name) AS title,
    (SELECT folded(group_concat(value, char(10))) FROM json_tree(samples.doc)
        WHERE type = 'text' AND key NOT IN ('experiment', '_id', 'name')) AS content,
    NULL AS author, NULL AS tags, NULL AS files
FROM samples;
