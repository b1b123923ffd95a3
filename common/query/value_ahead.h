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
 * For the file that db, which is in a read transaction, is of, and the conditions of n
 * readers.  NULL where it is of no use, or cannot be: one processor, no file, WAL mode.
 */
struct value_ahead *value_ahead_open(
    sqlite3 *db, const struct value_reader *readers, size_t n);

/* NULL is allowed. */
void value_ahead_close(struct value_ahead *ahead);

/* n experiments will be asked for in that order; they and the question are borrowed until
   value_ahead_end(). */
void value_ahead_begin(struct value_ahead *ahead, const struct value_question *question,
    const sqlite3_int64 *ids, size_t n);

/* Nothing more will be asked for; what was given is gone. */
void value_ahead_end(struct value_ahead *ahead);

/*
 * Give number i of them with its rows: from readers, which are the caller's, while the
 * other thread reads the next ones.  It is valid until a later one is asked for; only
 * ascending numbers can be.  An SQLite code.
 */
int value_ahead_get(struct value_ahead *ahead, size_t i, struct value_reader *readers,
    struct value_experiment **experiment);

#endif
