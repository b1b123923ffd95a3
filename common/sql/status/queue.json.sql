-- The same with what is known of each.
SELECT place AS path, url, source, time, size, sha256, modified, finished, state
FROM download_queue WHERE state = :state ORDER BY time, place;
