/* Is a database sound? */
#ifndef CHECK_H
#define CHECK_H

#include <sqlite3.h>

/*
 * Read all of an open database: SQLite's structures, what refers to what, the index of
 * words, and whether it has all that is to be searched.  The exit status: 0; 1 after a
 * message, which names path, for each thing that is wrong.
 */
int check_database(sqlite3 *db, const char *path);

#endif
