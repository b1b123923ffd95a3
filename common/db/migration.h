/*
 * The schema, version by version: common/sql/migrations/NNN-NAME.sql, compiled in.  The
 * table schema_version has a row for each that was applied.
 */
#ifndef MIGRATION_H
#define MIGRATION_H

#include <sqlite3.h>
#include <stdbool.h>

/* The newest schema that this program knows. */
int migration_newest(void);

/*
 * What fills tables of a migration from others where SQL cannot: called for each that is
 * applied, with its number, behind its statements and in its transaction.  0, or -1 after
 * a message.  To be said once, before a database is opened; else nothing is filled.
 */
typedef int migration_fill(sqlite3 *db, const char *path, int number);
void migration_filled_by(migration_fill *fill);

/*
 * Bring a database from a version, 0 for an empty one, up to date, all in one
 * transaction: a reader sees it as it was, or up to date.  0, or -1 after a message that
 * names path.
 */
int migration_apply(sqlite3 *db, const char *path, int version);

/* Does a database of ours lack a migration that this program knows? */
bool migration_lacks(sqlite3 *db);

/*
 * The migrations that a database of ours waits for, their names with a space between
 * them; "" if it is up to date.  malloc'd, NULL without memory.
 */
char *migration_pending(sqlite3 *db);

#endif
