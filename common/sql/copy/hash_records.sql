-- The record of a path, as another database has it.
SELECT iif(coalesce(unbase64(:path_b64), :path) IS NULL, 'a hash record needs its path',
        NULL),
    coalesce(unbase64(:path_b64), :path) AS key, coalesce(:site_id, '') AS site;

DELETE FROM hash_records
WHERE :_sdc_deleted_at IS NOT NULL AND site_id = :site AND path = :key;

INSERT INTO hash_records (site_id, path, current_hash, prev_hash, current_dtg_first,
    current_dtg_latest, prev_dtg_latest, target_hash, session_id, dirs, files, links)
SELECT :site, :key, :current_hash, :prev_hash, :current_dtg_first, :current_dtg_latest,
    :prev_dtg_latest, :target_hash, :session_id, :dirs, :files, :links
WHERE :_sdc_deleted_at IS NULL
ON CONFLICT (site_id, path) DO UPDATE SET
    current_hash = excluded.current_hash,
    prev_hash = excluded.prev_hash,
    current_dtg_first = excluded.current_dtg_first,
    current_dtg_latest = excluded.current_dtg_latest,
    prev_dtg_latest = excluded.prev_dtg_latest,
    target_hash = excluded.target_hash,
    session_id = excluded.session_id,
    dirs = excluded.dirs,
    files = excluded.files,
    links = excluded.links
WHERE (current_hash, prev_hash, current_dtg_first, current_dtg_latest, prev_dtg_latest,
        target_hash, session_id, dirs, files, links)
    IS NOT (excluded.current_hash, excluded.prev_hash, excluded.current_dtg_first,
        excluded.current_dtg_latest, excluded.prev_dtg_latest, excluded.target_hash,
        excluded.session_id, excluded.dirs, excluded.files, excluded.links);
