-- What a directory should be: its hash, its target, and whether its entries are known.
SELECT current_hash, target_hash,
    dirs IS NOT NULL OR files IS NOT NULL OR links IS NOT NULL AS listed
FROM hash_records WHERE site_id = :site AND path = :path;
