-- The words of entries, questionnaires, workflows, samples and the comments of runs.  The
-- texts are folded (elog-schema(5)) and not kept: a row's rowid, its place, says what it
-- is of, and a text is made anew from its document where it must be taken out.
--
-- The place of an entry is the second at which it was written, or the next one after it
-- that is free: so the newest come last, and the distances from one to the next, of which
-- the index is made, stay small.  That of anything else is negative:
--
--     -(kind << 40 | id in its table)
--
-- kind: 1 an entry that was deleted or is an older version, 2 a questionnaire, 3
-- workflows, 4 a run, 5 a sample.
CREATE VIRTUAL TABLE search USING fts5 (
    content, title, author, tags, files, -- the longest first: its number costs nothing
    content = '', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE search_places (
    place INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE -- in logbook_entries
);
-- So many bytes of new words wait in memory; a larger share of a load is one segment.
INSERT INTO search (search, rank) VALUES ('hashsize', 33554432);
-- One page of the index fills one of the database.
INSERT INTO search (search, rank) VALUES ('pgsz', 8100);

-- Searches that have a name: elog-search --save.
CREATE TABLE searches (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL,
    set_by TEXT,
    set_at TEXT
);

-- What an older schema loaded waits to be indexed.
INSERT INTO metadata (key, value)
SELECT 'search_pending', 'all' WHERE EXISTS (SELECT 1 FROM experiments);
