/* A connection to a database: statements, and what to say of errors. */
#ifndef DB_H
#define DB_H

#include <sqlite3.h>

/* "SQLite 3.40.1": the library that runs, for --version. */
const char *db_library(void);

/* Prepare a statement; NULL after a message that names path. */
sqlite3_stmt *db_prepare(sqlite3 *db, const char *path, const char *sql);

/* Run statements without results; 0, or -1 after a message. */
int db_exec(sqlite3 *db, const char *path, const char *sql);

/* The one whole number that a query gives, or fallback if it gives none. */
long long db_number(sqlite3 *db, const char *sql, long long fallback);

/* Say on stderr what the last call on db failed with, and what helps. */
void db_complain(sqlite3 *db, const char *path);

#endif
