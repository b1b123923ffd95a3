/* A connection to a database: statements, and what to say of errors. */
#ifndef DB_H
#define DB_H

#include <sqlite3.h>
#include <stdbool.h>

/* "SQLite 3.40.1": the library that runs, for --version. */
const char *db_library(void);

/* Prepare a statement; NULL after a message that names path. */
sqlite3_stmt *db_prepare(sqlite3 *db, const char *path, const char *sql);

/* Run statements without results; 0, or -1 after a message. */
int db_exec(sqlite3 *db, const char *path, const char *sql);

/* The one whole number that a query gives, or fallback if it gives none. */
long long db_number(sqlite3 *db, const char *sql, long long fallback);

/* Has the database that table, or view? */
bool db_has(sqlite3 *db, const char *table);

/*
 * Does a reader find the table that it needs?  0, or -1 after a message that names path
 * and says how to bring a database of an older elog up to date.
 */
int db_require(sqlite3 *db, const char *path, const char *table);

/*
 * Say on stderr what the last call on db failed with, and what helps; once, where several
 * calls fail with the same, one after the other.
 */
void db_complain(sqlite3 *db, const char *path);

#endif
