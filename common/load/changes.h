/*
 * Which rows changed since when: what elog-dump --state goes by.
 *
 * A generation is a transaction that changed anything.  Rows that are written are seen
 * through SQLite's update hook and kept as stretches of rowids, so that a load of a
 * million new rows costs one line; rows that are removed, and those of tables without
 * rowid, are noted by their keys, by temporary triggers that are derived from streams[].
 */
#ifndef CHANGES_H
#define CHANGES_H

#include <sqlite3.h>

struct changes;

/* Note from now on what this connection writes.  The database and path are borrowed.
   NULL after a message. */
struct changes *changes_open(sqlite3 *db, const char *path);

/* Before a COMMIT: write what was noted.  0, or -1 after a message. */
int changes_write(struct changes *changes);

/* How many rows this connection wrote so far, as sqlite3_total_changes() says, but
   without those that were written to note it. */
int changes_total(const struct changes *changes);

/* NULL is allowed. */
void changes_close(struct changes *changes);

#endif
