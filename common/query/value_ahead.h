/*
 * A second thread that reads experiments ahead of the one that a statement is at, by a
 * connection of its own.  Only in a database that is not in WAL mode: there nobody can
 * write as long as the statement's connection reads, so that both see the same.
 */
#ifndef VALUE_AHEAD_H
#define VALUE_AHEAD_H

#include <sqlite3.h>
#include <stddef.h>

#include "query/value_experiment.h"

struct value_ahead;

/*
 * Start the thread: it opens a database, which takes a while, and waits.  Before that,
 * db_configure_reader().  NULL where it is of no use, or cannot be: one processor, no
 * file or a small one, WAL mode, a journal.
 */
struct value_ahead *value_ahead_open(const char *path);

/*
 * It is to read for db, which is in a read transaction, the conditions of n readers.
 * Once.  False: it cannot.
 */
bool value_ahead_use(
    struct value_ahead *ahead, sqlite3 *db, const struct value_reader *readers, size_t n);

/* End the thread.  What it made stays, for a process that ends.  NULL is allowed. */
void value_ahead_stop(struct value_ahead *ahead);

/* The same, and release.  NULL is allowed. */
void value_ahead_close(struct value_ahead *ahead);

/* n experiments will be asked for in that order; they and the question are borrowed until
   value_ahead_end(). */
void value_ahead_begin(struct value_ahead *ahead, const struct value_question *question,
    const sqlite3_int64 *ids, size_t n);

/* Nothing more will be asked for; what was given is gone. */
void value_ahead_end(struct value_ahead *ahead);

/*
 * Give number i of them with its rows: from readers, which are the caller's, while the
 * other thread reads the next ones.  All are asked for, one after the other, and each is
 * valid until the next one is.  An SQLite code.
 */
int value_ahead_get(struct value_ahead *ahead, size_t i, struct value_reader *readers,
    struct value_experiment **experiment);

#endif
