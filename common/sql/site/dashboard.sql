-- The eleven figures: each site in one class of each kind.
WITH state AS MATERIALIZED (
    SELECT sync, :now - heard AS silent FROM site_state),
recent AS (
    -- Whole hours are counted already; of the one in which the 24 hours began, lines are.
    SELECT lines FROM log_counts JOIN sites USING (site_id)
    WHERE log_level = 'CRITICAL' AND hour > (:now - 86400) / 3600
    UNION ALL
    SELECT count(*) FROM logs
    WHERE log_level = 'CRITICAL' AND timestamp >= :now - 86400
        AND timestamp < ((:now - 86400) / 3600 + 1) * 3600
        AND site_id IN (SELECT site_id FROM sites))
SELECT (SELECT ifnull(sum(lines), 0) FROM recent) AS crit_error_count,
    (SELECT ifnull(sum(records), 0) FROM site_hashes) AS hash_record_count,
    count(*) FILTER (WHERE sync = 0) AS sync_current,
    count(*) FILTER (WHERE sync = 1) AS sync_1_behind,
    count(*) FILTER (WHERE sync = 2) AS sync_l24_behind,
    count(*) FILTER (WHERE sync = 3) AS sync_g24_behind,
    count(*) FILTER (WHERE sync = 4) AS sync_unknown,
    count(*) FILTER (WHERE silent <= :interval) AS live_current,
    count(*) FILTER (WHERE silent > :interval AND silent <= 2 * :interval)
        AS live_1_behind,
    count(*) FILTER (WHERE silent > 2 * :interval AND silent <= 86400)
        AS live_l24_behind,
    count(*) FILTER (WHERE silent IS NULL OR (silent > 2 * :interval AND silent > 86400))
        AS live_inactive
FROM state;
