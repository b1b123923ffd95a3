/*
 * New columns of conditions, kept back until some megabytes of them came: they are
 * written a condition behind the other, so that those of several experiments lie
 * together, as a query reads them, and a page of an index is written once for all of
 * them.
 */
#ifndef GATHER_H
#define GATHER_H

#include <sqlite3.h>
#include <stdbool.h>

#include "db/condition_column.h"

/* So many bytes are kept back, but for those of the experiment at hand. */
#define GATHER_BYTES ((size_t)8 * 1024 * 1024)

struct gather;

/* The database and path are borrowed.  NULL after a message. */
struct gather *gather_open(sqlite3 *db, const char *path);

/* NULL is allowed. */
void gather_close(struct gather *gather);

/* Before the savepoint of an experiment (0: it is new): write what is too much, and what
   there is of that one.  0, or -1 after a message. */
int gather_begin(struct gather *gather, sqlite3_int64 experiment);

/* The savepoint was rolled back: what came since gather_begin() is forgotten, and what
   was written since is to be written again. */
void gather_undo(struct gather *gather);

/*
 * Add the column of a block of whole run numbers, ended, which the experiment does not
 * have yet.  1, 0 if it is too much to be kept back, or -1 after a message.
 */
int gather_add(struct gather *gather, sqlite3_int64 experiment, sqlite3_int64 type,
    sqlite3_int64 block, const struct condition_draft *draft);

/* Write all: before a COMMIT, and before anything reads columns.  0, or -1 after a
 * message.
 */
int gather_write(struct gather *gather);

/* After a COMMIT. */
void gather_clear(struct gather *gather);

/* How many rows are still to be written. */
int gather_count(const struct gather *gather);

/* Bind the number of values, the kinds, the bounds and the text of a column to the
   parameters 5 to 9 of a statement. */
void gather_bind(sqlite3_stmt *statement, const struct condition_draft *draft);

#endif
