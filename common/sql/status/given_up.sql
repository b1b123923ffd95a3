-- What is given up for now: why, how often it was tried, and when it comes again.
SELECT p.url, p.last_error AS error, p.attempts, p.last_attempt,
    coalesce(p.next_attempt, p.last_attempt) AS next_attempt
FROM partial_downloads p WHERE p.status = 'failed' ORDER BY next_attempt, p.url;
