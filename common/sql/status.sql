-- What elog-status shows, as rows of (key, value), in this order.  :file, :size and
-- :modified come from the file system, :pending from the migrations that we know.
SELECT 'database' AS key, :file AS value
UNION ALL SELECT 'size', :size
UNION ALL SELECT 'modified', :modified
UNION ALL SELECT 'schema_version', (SELECT max(version) FROM schema_version)
UNION ALL SELECT 'schema_pending', :pending
UNION ALL SELECT 'last_update', (SELECT value FROM metadata WHERE key = 'last_update')
UNION ALL SELECT 'last_sync', (SELECT value FROM metadata WHERE key = 'last_sync')
UNION ALL SELECT 'hours_lookback',
    (SELECT CAST(value AS REAL) FROM metadata WHERE key = 'hours_lookback')
UNION ALL SELECT 'complete', (SELECT count(*) FROM fetches WHERE status = 'complete')
UNION ALL SELECT 'failed', (SELECT count(*) FROM fetches WHERE status = 'failed')
UNION ALL SELECT 'denied', (SELECT count(*) FROM fetches WHERE status = 'denied')
UNION ALL SELECT 'experiments', (SELECT count(*) FROM experiments)
UNION ALL SELECT 'logbook_entries', (SELECT count(*) FROM logbook_entries)
UNION ALL SELECT 'runs', (SELECT count(*) FROM runs)
UNION ALL SELECT 'files', (SELECT count(*) FROM files)
UNION ALL SELECT 'questionnaires', (SELECT count(*) FROM questionnaires)
UNION ALL SELECT 'workflows', (SELECT count(*) FROM workflows)
UNION ALL SELECT 'workflow_jobs', (SELECT count(*) FROM workflow_jobs)
UNION ALL SELECT 'samples', (SELECT count(*) FROM samples)
UNION ALL SELECT 'shifts', (SELECT count(*) FROM shifts)
UNION ALL SELECT 'other_records', (SELECT count(*) FROM other_records);
