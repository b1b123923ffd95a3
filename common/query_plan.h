/* How a query is to be answered: which conditions its runs must have. */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query_name.h"
#include "query_node.h"

/* Conditions that a filter may join; those beyond are looked up in subqueries. */
#define QUERY_JOINS_MAX 40

/*
 * Number the stored conditions that a checked filter names, and find those that a run
 * must have for the filter to be true: under SQL's three-valued logic a missing value
 * makes a comparison neither true nor false.  Guesses from the form of the comparisons
 * which part of the runs each lets pass.
 */
void query_plan(const struct query_catalog *catalog, const struct query_node *filter);

#endif
