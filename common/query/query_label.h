/* Experiments by their labels: a name that people know, whose spaces the address lacks.
 */
#ifndef QUERY_LABEL_H
#define QUERY_LABEL_H

#include "base/arena.h"
#include "query/query_node.h"

/*
 * In a checked tree, make addresses of the texts that stand beside the built-in
 * "experiment", in a comparison or a call: a '_' for each space, which no address has.
 * Returns 0, or -1 without memory.
 */
int query_label_resolve(struct query_node *node, struct arena *arena);

/* The same of a text: a copy in the arena, or NULL without memory. */
char *query_label_address(struct arena *arena, const char *text, size_t n);

#endif
