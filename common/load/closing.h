/*
 * What becomes of an experiment when the record of fetches that closes it comes: counted,
 * applied or refused, and noted (common/sql/load/fetches.sql).  The first statement of
 * that file gives a reason why nothing of it can be applied; those behind note what came
 * of it (:doc the record, :message the reason, :changes what was changed).
 */
#ifndef CLOSING_H
#define CLOSING_H

#include "load/stage.h"
#include "load/transaction.h"
#include "text/json.h"

struct closing;

/* All is borrowed.  NULL after a message. */
struct closing *closing_open(struct transaction *transaction, struct stage *stage);

/* Note why a stream of an experiment that is not closed yet must not be applied; the
   first reason counts.  0, or -1 after a message. */
int closing_problem(struct closing *closing, const char *experiment, const char *stream,
    const char *reason);

enum closing_result {
	CLOSING_TAKEN,
	CLOSING_REFUSED, /* why says what is wrong with the record */
	CLOSING_FAILED,	 /* the database or memory did, after a message */
};

/*
 * Take the record that closes an experiment.  Where its rows cannot be applied, or some
 * of its streams, that is said, counted and noted; nothing of it is staged any more.
 */
enum closing_result closing_take(
    struct closing *closing, struct json_span record, const char **why);

/* The stream ended: close as failed, after a message, each experiment whose record never
   came.  0, or -1 after a message. */
int closing_rest(struct closing *closing);

/*
 * Must the value of a STATE message be withheld?  So it is while an experiment that it
 * names waits for its record, or was refused; and one of elog-dump, which stands for all
 * that came before it, where anything waits or went wrong.  1, 0, or -1 after a message.
 */
int closing_withholds(struct closing *closing, struct json_span value);

/* NULL is allowed. */
void closing_close(struct closing *closing);

#endif
