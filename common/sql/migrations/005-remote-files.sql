-- Files on other machines, as their directories were listed, and how far the listing came.

CREATE TABLE remote_files (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    -- Below the directory of the sources, not encoded: RMA1/2025/01/01/18/3020/NAME.
    path TEXT NOT NULL,
    size INTEGER,
    -- As exact as the listing has it: 2025-01-01T18:30:20Z, 2025-01-01T18:30Z, 2025-01-01.
    modified TEXT,
    -- When it was first listed so.
    observed_at TEXT NOT NULL,
    -- What its path and name say, in UTC: 2025-01-01T18:30:20Z.
    time TEXT,
    -- What else they say: {"field": "DBZH", "volume": "01"}.
    fields TEXT
);
CREATE INDEX remote_files_by_time ON remote_files (time);
CREATE INDEX remote_files_by_source ON remote_files (source, time);

-- Each directory that was listed: how far below it all is known.
CREATE TABLE scanned_directories (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    -- The stretch of time that its path names; "until" is the first second behind it.
    time TEXT,
    until TEXT,
    status TEXT NOT NULL CHECK (status IN ('listed', 'failed')),
    entries INTEGER,
    -- The newest "modified" of its entries; its own as the directory above shows it.
    newest_change TEXT,
    modified TEXT,
    -- All below it was listed, and it was older than --settle then: not listed again.
    settled INTEGER NOT NULL DEFAULT 0,
    -- A hash of what was looked for below it: the template and the choice of files.
    selection TEXT,
    message TEXT,
    -- Attempts in a row that failed.
    attempts INTEGER NOT NULL DEFAULT 0,
    listed_at TEXT,
    tried_at TEXT
);
CREATE INDEX scanned_directories_by_source ON scanned_directories (source, time);
CREATE INDEX scanned_directories_failed ON scanned_directories (status, source, time)
WHERE status = 'failed';
