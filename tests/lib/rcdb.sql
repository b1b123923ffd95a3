-- A small database of RCDB, as python/rcdb/model.py of github.com/JeffersonLab/rcdb has
-- SQLAlchemy create one in SQLite: schema version 2.  The rows are those of the table
-- that RCDB's documentation of queries uses.
CREATE TABLE schema_versions (version INTEGER NOT NULL PRIMARY KEY, created DATETIME, comment VARCHAR(255));
CREATE TABLE runs (number INTEGER NOT NULL PRIMARY KEY UNIQUE, started DATETIME, finished DATETIME);
CREATE TABLE condition_types (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL,
    value_type VARCHAR(6) NOT NULL, created DATETIME, description VARCHAR(255));
CREATE TABLE conditions (id INTEGER NOT NULL PRIMARY KEY, text_value TEXT, int_value INTEGER NOT NULL DEFAULT 0,
    float_value FLOAT NOT NULL DEFAULT 0.0, bool_value BOOLEAN NOT NULL DEFAULT 0, time_value DATETIME,
    run_number INTEGER REFERENCES runs (number), condition_type_id INTEGER REFERENCES condition_types (id),
    created DATETIME);
CREATE TABLE files (id INTEGER NOT NULL PRIMARY KEY, path TEXT NOT NULL, sha256 VARCHAR(44) NOT NULL,
    content TEXT NOT NULL, description VARCHAR(255), importance INTEGER NOT NULL DEFAULT '0');
CREATE TABLE files_have_runs (files_id INTEGER REFERENCES files (id), run_number INTEGER REFERENCES runs (number));
CREATE TABLE run_periods (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, description VARCHAR(255),
    start_date DATE, end_date DATE, run_min INTEGER NOT NULL, run_max INTEGER NOT NULL);
CREATE TABLE aliases (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, code TEXT NOT NULL, description VARCHAR(255));
CREATE TABLE logs (id INTEGER NOT NULL PRIMARY KEY, table_ids VARCHAR(255), description TEXT, related_run INTEGER,
    created DATETIME, user_name VARCHAR(255));

INSERT INTO schema_versions VALUES (2, '2020-01-01 00:00:00.000000', 'v2');
INSERT INTO runs VALUES (1, '2026-03-01 10:00:00.000000', '2026-03-01 10:30:00.000000'), (2, NULL, NULL),
    (3, NULL, NULL), (4, NULL, NULL), (5, NULL, NULL), (9, NULL, NULL);
INSERT INTO condition_types VALUES (1, 'a', 'int', '2026-02-01 00:00:00.000000', 'a number'),
    (2, 'b', 'float', NULL, NULL), (3, 'c', 'bool', NULL, NULL), (4, 'd', 'string', NULL, NULL),
    (5, 'e', 'json', NULL, NULL), (6, 'f', 'string', NULL, NULL), (7, 'g', 'blob', NULL, NULL),
    (8, 't', 'time', NULL, NULL);
INSERT INTO conditions (int_value, run_number, condition_type_id, created)
    VALUES (1, 1, 1, '2026-02-02 03:04:05.000000'), (2, 2, 1, NULL), (3, 3, 1, NULL), (4, 4, 1, NULL), (9, 9, 1, NULL);
INSERT INTO conditions (float_value, run_number, condition_type_id)
    VALUES (1.01, 1, 2), (7.0 / 3, 2, 2), (2.55, 3, 2), (1.64, 4, 2), (2.32, 5, 2), (2.02, 9, 2);
INSERT INTO conditions (bool_value, run_number, condition_type_id)
    VALUES (0, 1, 3), (1, 2, 3), (1, 3, 3), (1, 4, 3), (0, 5, 3), (1, 9, 3);
INSERT INTO conditions (text_value, run_number, condition_type_id)
    VALUES ('haha', 1, 4), ('hoho', 4, 4), ('bang', 5, 4), ('mew', 9, 4),
    ('{"a":1}', 1, 5), ('[1,2,3]', 4, 5), ('[3,2,{"b":5}]', 9, 5),
    ('my only value', 4, 6), ('aGVsbG8=', 5, 7);
INSERT INTO conditions (time_value, run_number, condition_type_id) VALUES ('2026-03-01 12:00:00.500000', 1, 8);
INSERT INTO files VALUES (1, '/etc/daq.conf', 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=', 'test', 'the DAQ', 1);
INSERT INTO files_have_runs VALUES (1, 1), (1, 2);
INSERT INTO run_periods VALUES (1, '2026-02', 'spring', '2026-02-01', '2026-04-30', 1, 9);
INSERT INTO aliases VALUES (1, 'is_production', 'a > 2 and c', 'good runs');
