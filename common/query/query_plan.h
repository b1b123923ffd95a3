/* How a query is to be answered: which conditions its runs must have. */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query/query_name.h"
#include "query/query_node.h"

/* Conditions that are joined, of SQLite's 64 tables; those beyond are looked up in
   subqueries, which is slower. */
#define QUERY_JOINS_MAX 56

/*
 * Number the stored conditions that a checked filter names, and find those that a run
 * must have for the filter to be true: under SQL's three-valued logic a missing value
 * makes a comparison neither true nor false.
 */
void query_plan(const struct query_catalog *catalog, const struct query_node *filter);

/*
 * Look at the first rows of each condition that is required: how many there are, up to
 * some thousands, and how many the filter would let pass, as far as it is about that
 * condition alone.  0, or -1: the database failed, or no memory.
 */
int query_plan_sample(
    const struct query_catalog *catalog, const struct query_node *filter);

/* Number a stored condition that is only a column, once the filter's are. */
void query_plan_column(
    const struct query_catalog *catalog, struct query_condition *condition);

#endif
