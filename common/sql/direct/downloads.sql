-- A file that elog-pull put into its place is no longer one that it left.
SELECT NULL;

DELETE FROM partial_downloads
WHERE url = :url AND coalesce(:status, 'complete') = 'complete';
