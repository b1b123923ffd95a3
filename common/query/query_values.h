/*
 * Stored conditions as SQL sees them in a query: a virtual table
 *
 *	elog_values (experiment_id, run_number, experiment, run_order,
 *		v0, n0, s0, v1, n1, s1, ...)
 *
 * with a row for each run that has a value of the condition that is said to come first;
 * where experiment and run are given, one row in any case, without the name of the
 * experiment.  run_order is the run number as a whole number.  v is the value of the
 * first, second, ... condition, NULL where the run has none; n that if it is a number, s
 * if it is a text.  Rows come in the order of the experiments' names and of run_order, so
 * that a statement that wants that, or the reverse, need not sort.
 *
 * Columns of conditions are read where they are asked for, an experiment at a time, and
 * passed over where their bounds say that no value is such as the statement asks for;
 * what it compares with constants is compared here, as values stand in the columns.
 * Local values take the place of the logbook's.  The subtype of v, which functions see,
 *is its enum condition_type where that is a bool or a JSON text.
 */
#ifndef QUERY_VALUES_H
#define QUERY_VALUES_H

#include <sqlite3.h>
#include <stdbool.h>

#include "query/query_name.h"
#include "query/value_ahead.h"

/* So many fit SQLite's limit on columns. */
#define QUERY_VALUES_MAX 600

struct query_values;

/*
 * Make the table known to a connection: of the conditions of a catalog that have a
 * number, in that order.  first is the number of the one that comes first, or -1: it is
 * only looked up by experiment and run.  ahead: a second thread that may read what comes
 * next, or NULL.  NULL if the database failed or without memory.
 */
struct query_values *query_values_open(sqlite3 *db, const struct query_catalog *catalog,
    int first, struct value_ahead *ahead);

/* Before the connection is closed or used for another query; NULL is allowed. */
void query_values_close(struct query_values *values);

#endif
