-- elog-load writes the segments of the index itself (load/segment.h); FTS5 merges sixteen
-- of a level, and no fewer.
INSERT INTO search (search, rank) VALUES ('usermerge', 16);
