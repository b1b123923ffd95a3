/* From the text of a query to a tree. */
#ifndef QUERY_PARSE_H
#define QUERY_PARSE_H

#include "base/arena.h"
#include "query/query_node.h"

struct query_parser {
	struct arena *arena;
	struct query_error *error;
	int nodes; /* made so far, of QUERY_NODES_MAX; begin with 0 */
};

/* Text of an alias, borrowed until the next call; NULL if there is none. */
typedef const char *query_lookup(void *context, const char *alias);

/*
 * Read a whole source.  The precedence is Python's (The Python Language Reference,
 * 6.17): or, and, not, comparisons, + -, * / // %, unary - and +, **.  The tree
 * lives as long as the arena.  NULL with the error set.
 */
struct query_node *query_parse(
    struct query_parser *parser, const struct query_source *source);

/*
 * Put the tree of its text under each alias of a tree, and so on.  name is the alias
 * whose text the tree is, or NULL.  0, or -1 with the error set: an alias is not
 * known, comes to use itself, or is wrong.
 */
int query_expand(struct query_parser *parser, struct query_node *tree, const char *name,
    query_lookup *lookup, void *context);

#endif
