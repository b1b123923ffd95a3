-- What elog-status shows, as rows of (key, value), in this order.  :file, :size and
-- :modified come from the file system, :pending from the migrations that we know.
-- Behind them come the counts of rows (query/counts.h).
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
UNION ALL SELECT 'partial', (SELECT count(*) FROM fetches WHERE status = 'partial')
UNION ALL SELECT 'failed', (SELECT count(*) FROM fetches WHERE status = 'failed')
UNION ALL SELECT 'denied', (SELECT count(*) FROM fetches WHERE status = 'denied')
UNION ALL SELECT 'gone', (SELECT count(*) FROM fetches WHERE status = 'gone')
UNION ALL SELECT 'questionnaires_failed', (SELECT count(*) FROM fetched_streams
    WHERE stream = 'questionnaires' AND status IN ('failed', 'denied'));
