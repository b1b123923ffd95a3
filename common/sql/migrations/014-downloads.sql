-- When what was refused is tried again; what became of files that came; sets of files.

-- Of one that failed: not before.
ALTER TABLE partial_downloads ADD COLUMN next_attempt TEXT;

-- The directory under which path lies, absolute.  status, besides 'complete', is what
-- elog-pull --verify found instead: 'missing', 'changed' or 'corrupt'.
ALTER TABLE downloads ADD COLUMN directory TEXT;
CREATE INDEX downloads_lost ON downloads (status) WHERE status <> 'complete';

-- What its consumer says of a file that came, of that version of it: 'unprocessed' if
-- there is no row, or another version came since.
CREATE TABLE download_states (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unprocessed', 'processed', 'rejected')),
    set_by TEXT,
    set_at TEXT
);
CREATE VIEW download_queue AS
SELECT d.*, coalesce(s.state, 'unprocessed') AS state,
    iif(d.directory IS NULL, d.path, d.directory || '/' || d.path) AS place
FROM downloads d LEFT JOIN download_states s ON s.url = d.url AND s.sha256 = d.sha256
WHERE d.status = 'complete';

-- Which files make a set: those of one source and time that agree in the fields "shared"
-- and have each of the values "expected" in the field "varies".
CREATE TABLE file_sets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    shared TEXT NOT NULL, -- an array of names
    varies TEXT NOT NULL,
    expected TEXT NOT NULL, -- an array of texts
    set_by TEXT,
    set_at TEXT
);
