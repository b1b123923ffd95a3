-- The download at a path below a directory; :directory NULL: any.
SELECT json_object('url', url, 'sha256', sha256, 'state', :state)
FROM downloads
WHERE path = :path AND (:directory IS NULL OR directory = :directory)
    AND status = 'complete';
