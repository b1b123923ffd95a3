-- The experiments to fetch again: not complete, and not for want of permission; an expired
-- ticket counts.
SELECT experiment FROM fetches
WHERE status IN ('failed', 'partial') OR (status = 'denied' AND http_status = 401)
ORDER BY experiment;
