-- Each site with its classes, and what it lacks: the updates that it has not completed.
SELECT site_id, iif(official, 'official', 'unofficial') AS official,
    CASE sync WHEN 0 THEN 'sync_current' WHEN 1 THEN 'sync_1_behind'
        WHEN 2 THEN 'sync_l24_behind' WHEN 3 THEN 'sync_g24_behind'
        ELSE 'sync_unknown' END AS sync,
    CASE WHEN :now - heard <= :interval THEN 'live_current'
        WHEN :now - heard <= 2 * :interval THEN 'live_1_behind'
        WHEN :now - heard <= 86400 THEN 'live_l24_behind'
        ELSE 'live_inactive' END AS live,
    heard AS last_heard,
    (SELECT group_concat(update_id, ' ') FROM baselines b WHERE NOT EXISTS (
        SELECT 1 FROM completions c
        WHERE c.update_id = b.update_id AND c.site_id = s.site_id)) AS lacks
FROM site_state s
WHERE :site IS NULL OR site_id = :site
ORDER BY sync DESC, site_id;
