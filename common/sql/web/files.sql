-- wanting: what is not here, and why
SELECT p.url, p.last_error AS error, p.attempts, p.last_attempt, p.next_attempt, p.status
FROM partial_downloads p ORDER BY p.status, p.last_attempt DESC LIMIT 100;
-- scans: directories that could not be listed
SELECT url, message, tried_at, attempts FROM scanned_directories
WHERE status = 'failed' ORDER BY tried_at DESC LIMIT 100;
