/*
 * What one experiment has for a query: the runs that satisfy its terms, and their values.
 */
#ifndef VALUE_EXPERIMENT_H
#define VALUE_EXPERIMENT_H

#include <sqlite3.h>
#include <stddef.h>

#include "db/condition_column.h"
#include "query/value_source.h"
#include "query/value_term.h"

#define VALUE_TERMS_MAX 24 /* of a statement, that are looked at */

/* What is asked.  Nobody writes it while experiments are read for it. */
struct value_question {
	struct value_term terms[VALUE_TERMS_MAX];
	size_t of[VALUE_TERMS_MAX]; /* the condition of each, by its number */
	size_t n_terms;
	size_t first; /* the condition whose runs are gone through */
};

/* A run that satisfies all terms. */
struct value_row {
	struct condition_run run;
	sqlite3_int64 order; /* its number as a whole number */
};

struct value_experiment {
	sqlite3_int64 id;
	struct value_source *sources; /* of each condition */
	size_t n;
	struct value_row *rows; /* in their order */
	size_t n_rows, rows_room;
};

/* Room for n conditions.  False without memory. */
bool value_experiment_open(struct value_experiment *experiment, size_t n);

/* What was read is not needed any more; one with id is to be read. */
void value_experiment_begin(struct value_experiment *experiment, sqlite3_int64 id);

void value_experiment_close(struct value_experiment *experiment);

/* Find its rows.  Of conditions only that is read which the terms need.  readers has one
   for each condition.  An SQLite code. */
int value_experiment_find(struct value_experiment *experiment,
    struct value_reader *readers, const struct value_question *question);

/* Read what it has of a condition, unless that was done.  An SQLite code. */
int value_experiment_read(struct value_experiment *experiment,
    struct value_reader *readers, const struct value_question *question,
    size_t condition);

/* A run number cast to a whole number, as SQLite does it: by the digits that it begins
   with. */
sqlite3_int64 value_run_order(const struct condition_run *run);

#endif
