-- Updates that some official site has not completed, and which sites that are.
SELECT b.update_id, b.path, b.hash, b.set_at, json_group_array(s.site_id) AS lacking
FROM baselines b JOIN sites s ON s.official
WHERE NOT EXISTS (SELECT 1 FROM completions c
    WHERE c.update_id = b.update_id AND c.site_id = s.site_id)
GROUP BY b.update_id ORDER BY b.update_id;
