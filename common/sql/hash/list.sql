-- The tables that a list of files is read into.
CREATE TABLE entries (directory TEXT, name TEXT, type TEXT, digest BLOB, size INTEGER,
    target TEXT, PRIMARY KEY (directory, name)) WITHOUT ROWID;
CREATE TABLE hash_records (site_id TEXT, path TEXT, current_hash TEXT, target_hash TEXT,
    dirs TEXT, files TEXT, links TEXT, PRIMARY KEY (site_id, path)) WITHOUT ROWID;
CREATE VIEW hash_files AS
SELECT '' AS site_id, directory, name, digest, size FROM entries WHERE type = 'f';
CREATE VIEW hash_links AS
SELECT '' AS site_id, directory, name, target FROM entries WHERE type = 'l';
