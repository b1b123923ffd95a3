-- Files that elog-pull fetched, those that it began, and the attachments that logbook
-- entries name.

-- One row a file that is in its place.  modified is the server's time of change, mtime
-- the file's own, time that of its data; path lies under elog-pull's --to.
CREATE TABLE downloads (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    modified TEXT,
    mtime TEXT,
    started TEXT,
    finished TEXT NOT NULL,
    attempts INTEGER,
    resumed_from INTEGER,
    source TEXT,
    time TEXT,
    observed_at TEXT,
    status TEXT NOT NULL
);
-- Each holds what counts and sums by source and day need.
CREATE INDEX downloads_by_source ON downloads (source, time, size);
CREATE INDEX downloads_by_time ON downloads (time, source, size);
CREATE INDEX downloads_by_finish ON downloads (finished, size);
CREATE INDEX downloads_by_path ON downloads (path);
CREATE INDEX downloads_by_sha256 ON downloads (sha256);

-- One row a file that was begun, or tried in vain, and is not in its place.
CREATE TABLE partial_downloads (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    path TEXT,
    bytes INTEGER NOT NULL,
    total INTEGER,
    sha256 TEXT,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    last_attempt TEXT NOT NULL,
    source TEXT,
    time TEXT,
    observed_at TEXT,
    status TEXT NOT NULL CHECK (status IN ('partial', 'failed'))
);
CREATE INDEX partial_downloads_by_source ON partial_downloads (source, time);

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    experiment TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    attachment_id TEXT NOT NULL,
    name TEXT,
    type TEXT,
    size INTEGER,
    path TEXT NOT NULL,
    url TEXT NOT NULL,
    -- When the entry was written.
    time TEXT,
    observed_at TEXT,
    UNIQUE (experiment, entry_id, attachment_id)
);
CREATE INDEX attachments_by_url ON attachments (url);
