-- What is not complete, the worst first.
SELECT status, experiment, stream, message, http_status, fetched_at FROM fetches
WHERE status <> 'complete' ORDER BY status DESC, experiment;
