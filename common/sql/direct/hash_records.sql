-- What a directory (or what else has a hash) is at a site, and what it should be.  The
-- statement behind the first notes the hash that goes, the next takes the new one, the
-- last only sees it again.  A target without a site is that of all sites.
SELECT CASE
        WHEN key IS NULL OR substr(CAST(key AS TEXT), 1, 1) <> '/'
            THEN 'a hash record needs its path, an absolute one'
        WHEN :_sdc_deleted_at IS NOT NULL THEN NULL
        WHEN :current_hash IS NULL AND :target_hash IS NULL
            THEN substr(CAST(key AS TEXT), 1, 150) || ': a hash record needs its current_hash'
        WHEN typeof(coalesce(:current_hash, '')) <> 'text'
            OR typeof(coalesce(:target_hash, '')) <> 'text'
            THEN substr(CAST(key AS TEXT), 1, 150) || ': a hash is a text'
        WHEN typeof(coalesce(:current_dtg_latest, 0)) <> 'integer'
            THEN substr(CAST(key AS TEXT), 1, 150) || ': current_dtg_latest is no Unix time'
        WHEN json_type(coalesce(:dirs_json, '[]')) NOT IN ('array', 'null')
            OR json_type(coalesce(:files_json, '[]')) NOT IN ('array', 'null')
            OR json_type(coalesce(:links_json, '[]')) NOT IN ('array', 'null')
            THEN substr(CAST(key AS TEXT), 1, 150) || ': dirs, files and links are arrays'
    END,
    key, site, latest, r.id AS old_id,
    CASE WHEN :_sdc_deleted_at IS NOT NULL THEN 1
        WHEN :current_hash IS NULL THEN 2
        WHEN r.current_hash IS :current_hash THEN 6
        WHEN r.current_hash IS NOT NULL AND r.current_dtg_latest > latest THEN 7
        ELSE 4 END AS next
FROM (SELECT coalesce(unbase64(:path_b64), :path) AS key, coalesce(:site_id, '') AS site,
        coalesce(:current_dtg_latest, CAST(strftime('%s', 'now') AS INTEGER)) AS latest)
    LEFT JOIN hash_records r ON r.site_id = site AND r.path = key;

DELETE FROM hash_records WHERE :_sdc_deleted_at IS NOT NULL AND site_id = :site
    AND (path = :key OR (:tree AND ((path > rtrim(:key, '/') || '/'
            AND path < rtrim(:key, '/') || '0')
        OR (path > x'' AND path_below(path, :key)))));

UPDATE hash_records SET target_hash = :target_hash
WHERE :current_hash IS NULL AND :target_hash IS NOT NULL AND path = :key
    AND (:site_id IS NULL OR site_id = :site);

INSERT INTO hash_records (site_id, path, target_hash)
SELECT :site, :key, :target_hash
WHERE :current_hash IS NULL AND :target_hash IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM hash_records WHERE path = :key
        AND (:site_id IS NULL OR site_id = :site));

INSERT INTO hash_history (site_id, path, hash, dtg_first, dtg_latest)
SELECT site_id, path, current_hash, current_dtg_first, current_dtg_latest
FROM hash_records WHERE id = :old_id AND :current_hash IS NOT NULL
    AND current_hash IS NOT NULL
ON CONFLICT DO UPDATE SET dtg_latest = max(dtg_latest, excluded.dtg_latest);

INSERT INTO hash_records (site_id, path, current_hash, prev_hash, current_dtg_first,
    current_dtg_latest, prev_dtg_latest, dirs, files, links, target_hash, session_id)
SELECT :site, :key, :current_hash, :prev_hash, coalesce(:current_dtg_first, :latest),
    :latest, :prev_dtg_latest, :dirs, :files, :links, :target_hash, :session_id
WHERE :current_hash IS NOT NULL AND :_sdc_deleted_at IS NULL
ON CONFLICT (site_id, path) DO UPDATE SET
    prev_hash = coalesce(current_hash, excluded.prev_hash),
    prev_dtg_latest = coalesce(current_dtg_latest, excluded.prev_dtg_latest),
    current_hash = excluded.current_hash,
    current_dtg_first = excluded.current_dtg_first,
    current_dtg_latest = excluded.current_dtg_latest,
    dirs = excluded.dirs,
    files = excluded.files,
    links = excluded.links,
    target_hash = coalesce(excluded.target_hash, target_hash),
    session_id = excluded.session_id;

UPDATE hash_records SET current_dtg_latest = max(current_dtg_latest, :latest),
    target_hash = coalesce(:target_hash, target_hash), dirs = coalesce(dirs, :dirs),
    files = coalesce(files, :files), links = coalesce(links, :links)
WHERE id = :old_id AND current_hash = :current_hash;
