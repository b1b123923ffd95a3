-- Is it known already that the service does not have it, or not for us?
SELECT 1 FROM fetches WHERE experiment = :experiment AND status IN ('denied', 'gone');
