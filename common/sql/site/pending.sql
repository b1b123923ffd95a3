-- Updates that a site has not completed.
SELECT update_id FROM baselines b
WHERE NOT EXISTS (SELECT 1 FROM completions c
    WHERE c.update_id = b.update_id AND c.site_id = :site)
ORDER BY update_id;
