/*
 * Databases of RCDB, JLab's Run Conditions Database, in SQLite: schema version 1 or 2
 * of github.com/JeffersonLab/rcdb (python/rcdb/model.py).
 */
#ifndef RCDB_H
#define RCDB_H

#include <sqlite3.h>
#include <stdbool.h>

/*
 * Read the RCDB database file into db, opened for writing, which messages call name, as
 * an experiment: its runs with their start and end, condition types (declared),
 * conditions, files, run periods and aliases, all of them set by "RCDB".  In one
 * transaction; what is there as it should be is not written again, so that a second
 * import changes nothing; what is not there any more goes; what somebody else has set
 * stays.  file is only read.  Its times are of the zone of base/zone.h.
 *
 * common/sql/rcdb/import.sql is what is done.  A row that local data refuse (direct.h) is
 * reported and left out.  Says at the end how much was done if talk is true.  Returns the
 * exit status: 0; 1 after a message: rows were left out, or nothing was done.
 */
int rcdb_import(
    sqlite3 *db, const char *name, const char *file, const char *experiment, bool talk);

#endif
