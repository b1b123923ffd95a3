-- elog-load writes the segments of the index itself (load/segment.h); FTS5 merges sixteen
-- of a level, and no fewer.
INSERT INTO search (search, rank) VALUES ('usermerge', 16);

-- The place of an entry is at its second or soon behind: no index is needed to find it.
CREATE TABLE search_places_15 (
    place INTEGER PRIMARY KEY,
    id INTEGER NOT NULL -- in logbook_entries
);
INSERT INTO search_places_15 SELECT place, id FROM search_places;
DROP TABLE search_places;
ALTER TABLE search_places_15 RENAME TO search_places;
