/* The types of a tree's parts, and whether they go together. */
#ifndef QUERY_CHECK_H
#define QUERY_CHECK_H

#include "query/query_name.h"
#include "query/query_node.h"

/*
 * Set the type of each node of an expanded tree, the condition of each name, the
 * function of each call.  0, or -1 with the catalog's error set (an empty message:
 * the database failed).
 */
int query_check(struct query_catalog *catalog, struct query_node *node);

/* The value of math.pi and its like; false if the name is none of them. */
bool query_constant(const char *name, double *value);

/* The node itself, or, where it is an alias, the root of what the alias stands for. */
const struct query_node *query_plain(const struct query_node *node);

/*
 * As what two values are compared: 'n' numbers, 's' strings, 't' times; 0: they cannot
 * be.  A string in quotes is a time beside a time.
 */
char query_compared_as(const struct query_node *a, const struct query_node *b);

#endif
