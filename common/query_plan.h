/* How a query is to be answered: which conditions its runs must have. */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query_name.h"
#include "query_node.h"

/* Conditions that are joined, of SQLite's 64 tables; those beyond are looked up in
   subqueries, which is slower. */
#define QUERY_JOINS_MAX 56

/*
 * Number the stored conditions that a checked filter names, and find those that a run
 * must have for the filter to be true: under SQL's three-valued logic a missing value
 * makes a comparison neither true nor false.  Guesses from the form of the comparisons
 * which part of the runs each lets pass.
 */
void query_plan(const struct query_catalog *catalog, const struct query_node *filter);

/* Number a stored condition that is only a column, once the filter's are. */
void query_plan_column(
    const struct query_catalog *catalog, struct query_condition *condition);

#endif
