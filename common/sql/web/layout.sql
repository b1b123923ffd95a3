-- here: the experiment that the page is about
SELECT name, label, instrument FROM experiments WHERE name = :experiment;
-- fresh: when a synchronization last ran, and the newest that it brought
SELECT (SELECT value FROM metadata WHERE key = 'last_sync') AS last_sync,
    (SELECT value FROM metadata WHERE key = 'last_update') AS last_update;
