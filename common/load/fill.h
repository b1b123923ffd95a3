/* Tables of migrations that SQL cannot fill. */
#ifndef FILL_H
#define FILL_H

#include <sqlite3.h>

/* A migration_fill (db/migration.h): the tables of that migration.  0, or -1 after a
   message. */
int fill_tables(sqlite3 *db, const char *path, int number);

#endif
