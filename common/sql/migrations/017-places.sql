-- The place of an entry is its time in steps of 32 seconds, or the next one after it that
-- is free: the distances from one to the next, of which the index is made, are written in
-- fewer bytes.  The next load makes the index anew; until then the old one serves.
INSERT INTO metadata (key, value)
SELECT 'search_pending', 'all' WHERE EXISTS (SELECT 1 FROM experiments)
ON CONFLICT DO NOTHING;
