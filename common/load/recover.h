/* What was set in another database of ours, and is not in this one. */
#ifndef RECOVER_H
#define RECOVER_H

#include <sqlite3.h>

/*
 * Take from file, a database of any schema that has local data, the values, aliases,
 * periods and files of runs that db, which messages call name, does not have: what db
 * has stays, and so does away what was removed in it.  In one transaction; common/sql/
 * recover/local.sql is what is done.  Says how many there were, unless there were none.
 * Returns the exit status: 0; 1 after a message: some were left out, or nothing was done.
 */
int recover_local(sqlite3 *db, const char *name, const char *file);

#endif
