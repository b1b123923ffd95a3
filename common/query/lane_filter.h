/*
 * A query's filter, told of runs from columns (lane.h): and, or, not of comparisons of
 * a condition, the run's number, its times, type or sample with constants.  What it says
 * is what SQLite says of the statement that query_sql.h writes.
 */
#ifndef LANE_FILTER_H
#define LANE_FILTER_H

#include "query/lane.h"
#include "query/query_node.h"

struct lane_filter;

/* Read a checked tree.  0, with *filter NULL if it has other things, too; -1 if the
   database failed or without memory. */
int lane_filter_read(
    struct lane_filter **filter, sqlite3 *db, const struct query_node *tree);

/* Begin at the first run of a scope, which may be done again.  0, or -1. */
int lane_filter_begin(struct lane_filter *filter, const struct lane_scope *scope);

/* Is it true for the run that a lane stands at?  Runs ascend.  1, 0, or -1 if the
   database failed. */
int lane_filter_holds(struct lane_filter *filter, const struct lane *leader);

/* NULL is allowed. */
void lane_filter_free(struct lane_filter *filter);

#endif
