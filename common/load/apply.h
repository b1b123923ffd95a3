/*
 * The staged records of an experiment become rows, all or none.
 *
 * What becomes of a record is SQL: common/sql/load/STREAM.sql.  Its first two statements
 * are for staging (see stage.h); those behind turn the table staged_STREAM into rows
 * (:experiment, :experiment_id, :fetched_at).  STREAM.after.sql, if there is one, runs
 * when they changed anything.
 */
#ifndef APPLY_H
#define APPLY_H

#include <sqlite3.h>

#include "load/stage.h"
#include "load/transaction.h"
#include "text/json.h"

struct apply;

/* All is borrowed.  NULL after a message. */
struct apply *apply_open(struct transaction *transaction, struct stage *stage);

enum apply_result {
	APPLY_DONE,
	APPLY_REFUSED, /* the database does not take it: no row was changed */
	APPLY_FAILED,  /* it is in trouble, after a message */
};

/*
 * Apply those streams of an experiment that came, as fetch, the record that closes it,
 * says, but for those that are named in the table problems.
 */
enum apply_result apply_experiment(struct apply *apply, const char *experiment,
    struct json_span fetch, const char *fetched_at);

/* How many rows the last one changed, by stream: "runs":2,"files":1; NULL if none.  It
   lasts until the next one. */
const char *apply_changes(const struct apply *apply);

/* Bind what the statements of an experiment are given; each has of it what it names. */
void apply_bind(sqlite3_stmt *statement, const char *experiment, struct json_span fetch,
    const char *fetched_at);

/* NULL is allowed. */
void apply_close(struct apply *apply);

#endif
