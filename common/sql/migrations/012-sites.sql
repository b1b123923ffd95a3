-- What lies where (elog-hash), what happened (elog-log), who is behind (elog-site).
-- Times are Unix seconds.  A site without a name is ''.  Paths and names that are no
-- UTF-8 are blobs.

CREATE TABLE hash_records (
    id INTEGER PRIMARY KEY,
    site_id TEXT NOT NULL DEFAULT '',
    path TEXT NOT NULL,
    current_hash TEXT,
    prev_hash TEXT,
    current_dtg_first INTEGER,
    current_dtg_latest INTEGER,
    prev_dtg_latest INTEGER,
    target_hash TEXT,
    session_id TEXT,
    dirs TEXT,
    files TEXT,
    links TEXT,
    UNIQUE (site_id, path)
);
CREATE INDEX hash_records_by_path ON hash_records (path);
CREATE INDEX hash_records_behind ON hash_records (site_id, path)
    WHERE target_hash IS NOT NULL AND target_hash IS NOT current_hash;

-- The hashes that a path had before.
CREATE TABLE hash_history (
    id INTEGER PRIMARY KEY,
    site_id TEXT NOT NULL,
    path TEXT NOT NULL,
    hash TEXT NOT NULL,
    dtg_first INTEGER,
    dtg_latest INTEGER,
    UNIQUE (site_id, path, hash, dtg_first)
);

-- Regular files.  What stands behind size tells whether a file can have changed
-- without being read: nanoseconds, and noted_ns is when the scan began that read it.
CREATE TABLE hash_files (
    site_id TEXT NOT NULL DEFAULT '',
    directory TEXT NOT NULL,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    size INTEGER,
    mtime_ns INTEGER,
    ctime_ns INTEGER,
    inode INTEGER,
    device INTEGER,
    noted_ns INTEGER,
    path TEXT AS (rtrim(directory, '/') || '/' || name) VIRTUAL,
    sha256 TEXT AS (lower(hex(digest))) VIRTUAL,
    mtime INTEGER AS (mtime_ns / 1000000000) VIRTUAL,
    PRIMARY KEY (site_id, directory, name)
) WITHOUT ROWID;

CREATE TABLE hash_links (
    site_id TEXT NOT NULL DEFAULT '',
    directory TEXT NOT NULL,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    path TEXT AS (rtrim(directory, '/') || '/' || name) VIRTUAL,
    PRIMARY KEY (site_id, directory, name)
) WITHOUT ROWID;

-- Log lines.  log_id is the microsecond at which the line was taken, so that it grows.
CREATE TABLE logs (
    log_id INTEGER PRIMARY KEY,
    site_id TEXT NOT NULL DEFAULT '',
    log_level TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    session_id TEXT,
    summary_message TEXT NOT NULL,
    detailed_message TEXT,
    job_id TEXT,
    -- The severity numbers of OpenTelemetry.
    level_number INTEGER AS (CASE log_level WHEN 'DEBUG' THEN 5 WHEN 'INFO' THEN 9
        WHEN 'WARNING' THEN 13 WHEN 'ERROR' THEN 17 WHEN 'CRITICAL' THEN 21 END) VIRTUAL
);
CREATE INDEX logs_by_time ON logs (timestamp);
CREATE INDEX logs_by_session ON logs (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX logs_severe ON logs (log_level, timestamp, site_id)
    WHERE log_level IN ('ERROR', 'CRITICAL');

-- How many lines there are, by the hour, and when the last was: so that a dashboard
-- need not count ten million of them.
CREATE TABLE log_counts (
    site_id TEXT NOT NULL,
    log_level TEXT NOT NULL,
    hour INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    latest INTEGER NOT NULL,
    PRIMARY KEY (site_id, log_level, hour)
) WITHOUT ROWID;

CREATE TRIGGER logs_added AFTER INSERT ON logs BEGIN
    INSERT INTO log_counts
    VALUES (new.site_id, new.log_level, new.timestamp / 3600, 1, new.timestamp)
    ON CONFLICT DO UPDATE SET lines = lines + 1, latest = max(latest, excluded.latest);
END;
CREATE TRIGGER logs_removed AFTER DELETE ON logs BEGIN
    UPDATE log_counts SET lines = lines - 1
    WHERE site_id = old.site_id AND log_level = old.log_level
        AND hour = old.timestamp / 3600;
END;

-- The same of hash records.
CREATE TABLE site_hashes (
    site_id TEXT PRIMARY KEY,
    records INTEGER NOT NULL,
    latest INTEGER
) WITHOUT ROWID;

CREATE TRIGGER hash_records_added AFTER INSERT ON hash_records BEGIN
    INSERT INTO site_hashes VALUES (new.site_id, 1, new.current_dtg_latest)
    ON CONFLICT DO UPDATE SET records = records + 1,
        latest = max(ifnull(latest, 0), ifnull(excluded.latest, 0));
END;
CREATE TRIGGER hash_records_seen AFTER UPDATE OF current_dtg_latest ON hash_records BEGIN
    UPDATE site_hashes SET latest = new.current_dtg_latest
    WHERE site_id = new.site_id AND ifnull(latest, 0) < new.current_dtg_latest;
END;
CREATE TRIGGER hash_records_removed AFTER DELETE ON hash_records BEGIN
    UPDATE site_hashes SET records = records - 1 WHERE site_id = old.site_id;
END;

CREATE TABLE sites (
    site_id TEXT PRIMARY KEY,
    official INTEGER NOT NULL DEFAULT 1,
    added_at INTEGER
) WITHOUT ROWID;

-- What a path should become, in order.
CREATE TABLE baselines (
    update_id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    hash TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    set_by TEXT
);
CREATE INDEX baselines_by_hash ON baselines (path, hash, update_id);
CREATE INDEX baselines_by_path ON baselines (path, update_id);

-- Which site has done which update, and when it said so.
CREATE TABLE completions (
    site_id TEXT NOT NULL,
    update_id INTEGER NOT NULL,
    completed_at INTEGER NOT NULL,
    PRIMARY KEY (update_id, site_id)
) WITHOUT ROWID;

-- What each path that has baselines should be: the newest update, and the one before.
CREATE VIEW baseline_paths AS
SELECT path, newest,
    (SELECT max(update_id) FROM baselines b
        WHERE b.path = p.path AND b.update_id < newest) AS before
FROM (SELECT path, max(update_id) AS newest FROM baselines GROUP BY path) p;

-- Where each site stands with each of them: has is the newest update whose hash it has.
CREATE VIEW site_paths AS
SELECT s.site_id, s.official, p.path, p.newest, p.before, r.current_hash,
    r.current_dtg_latest,
    (SELECT max(update_id) FROM baselines b
        WHERE b.path = p.path AND b.hash = r.current_hash) AS has
FROM sites s
    CROSS JOIN baseline_paths p
    LEFT JOIN hash_records r ON r.site_id = s.site_id AND r.path = p.path;

-- The same a site: its worst path (0 sync_current, 1 sync_1_behind, 2 sync_l24_behind,
-- 3 sync_g24_behind, 4 sync_unknown), and when it was last heard of, in Unix seconds.
CREATE VIEW site_state AS
SELECT s.site_id, s.official, ifnull(worst, 4) AS sync,
    nullif(max(ifnull(h.latest, -1), ifnull(logged, -1)), -1) AS heard
FROM (SELECT site_id, official, (
        -- Of each level the newest hour alone: there may be thousands.
        SELECT max(ifnull((SELECT latest FROM log_counts c
            WHERE c.site_id = sites.site_id AND c.log_level = level
            ORDER BY hour DESC LIMIT 1), -1))
        FROM (SELECT 'DEBUG' AS level UNION ALL SELECT 'INFO' UNION ALL SELECT 'WARNING'
            UNION ALL SELECT 'ERROR' UNION ALL SELECT 'CRITICAL')) AS logged
        FROM sites) s
    LEFT JOIN (SELECT site_id, max(CASE WHEN has IS NULL THEN 4 WHEN has = newest THEN 0
            WHEN has = before THEN 1
            WHEN CAST(strftime('%s', 'now') AS INTEGER) - current_dtg_latest < 86400
                THEN 2
            ELSE 3 END) AS worst
        FROM site_paths GROUP BY site_id) w ON w.site_id = s.site_id
    LEFT JOIN site_hashes h ON h.site_id = s.site_id;

-- In words, with the usual interval of 35 minutes.
CREATE VIEW site_status AS
SELECT site_id, official,
    CASE sync WHEN 0 THEN 'sync_current' WHEN 1 THEN 'sync_1_behind'
        WHEN 2 THEN 'sync_l24_behind' WHEN 3 THEN 'sync_g24_behind'
        ELSE 'sync_unknown' END AS sync_status,
    CASE WHEN CAST(strftime('%s', 'now') AS INTEGER) - heard <= 2100 THEN 'live_current'
        WHEN CAST(strftime('%s', 'now') AS INTEGER) - heard <= 4200 THEN 'live_1_behind'
        WHEN CAST(strftime('%s', 'now') AS INTEGER) - heard <= 86400
            THEN 'live_l24_behind'
        ELSE 'live_inactive' END AS live_status,
    heard AS last_heard
FROM site_state;
