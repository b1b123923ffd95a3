/* How a query is to be answered: which conditions its runs must have. */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query/query_name.h"
#include "query/query_node.h"

/*
 * Number the stored conditions that a checked filter names, and find those that a run
 * must have for the filter to be true: under SQL's three-valued logic a missing value
 * makes a comparison neither true nor false.  Of these, count the columns.  0, or -1: the
 * database failed.
 */
int query_plan(const struct query_catalog *catalog, const struct query_node *filter);

/* Number a stored condition that is only a column, once the filter's are. */
void query_plan_column(
    const struct query_catalog *catalog, struct query_condition *condition);

#endif
