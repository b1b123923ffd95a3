SELECT site_id, iif(official, 'official', 'unofficial') AS official, added_at
FROM sites ORDER BY official, site_id;
