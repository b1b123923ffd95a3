-- What is wrong with the jobs, but for their files.
SELECT number, task, 'LOST' AS problem,
    'its process is gone, on ' || coalesce(host, 'a machine that it does not name') AS detail,
    uuid AS job
FROM jobs WHERE status = 'LOST'
UNION ALL
SELECT number, task, 'number', 'several jobs of its project have this number', uuid
FROM jobs j WHERE EXISTS (SELECT 1 FROM jobs o WHERE o.project = j.project
    AND o.number = j.number AND o.uuid <> j.uuid)
UNION ALL
SELECT number, task, 'parent', 'its parent ' || parent || ' is not known', uuid
FROM jobs j WHERE parent IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM jobs p WHERE p.uuid = j.parent)
UNION ALL
SELECT number, task, 'output', 'not all that it printed could be kept', uuid
FROM jobs WHERE output_unkept;
