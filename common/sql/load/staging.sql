-- Where records wait until their experiment is closed.  doc is NULL where the
-- database holds the same document already.
PRAGMA temp.journal_mode = MEMORY;
PRAGMA temp.cache_size = -16000;
PRAGMA temp.secure_delete = OFF;
CREATE TEMP TABLE staged (experiment TEXT, stream TEXT, key, subkey, doc TEXT);
CREATE UNIQUE INDEX temp.staged_key
    ON staged (experiment, stream, key, ifnull(subkey, ''));
-- Why an experiment that is not closed yet must be refused.
CREATE TEMP TABLE problems (experiment TEXT PRIMARY KEY, reason TEXT);
-- Experiments that were refused: their bookmarks are withheld.
CREATE TEMP TABLE refused (experiment TEXT PRIMARY KEY);
