/* The tree that a query becomes. */
#ifndef QUERY_NODE_H
#define QUERY_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "query/query_error.h"
#include "query/query_type.h"

/* What SQLite's own parser and its expressions can carry; see query_node_measure(). */
#define QUERY_HEIGHT_MAX 12
#define QUERY_DEPTH_MAX 150
#define QUERY_NODES_MAX 10000

enum query_kind {
	KIND_CONSTANT, /* None, True, False, a number, a string: see type */
	KIND_NAME,     /* text: a condition */
	KIND_ALIAS,    /* text; its child is what it stands for, once expanded */
	KIND_LIST,     /* [a, b] */
	KIND_CALL,     /* text: the function; its children are the arguments */
	KIND_NEGATE,   /* -a */
	KIND_ADD,
	KIND_SUBTRACT,
	KIND_MULTIPLY,
	KIND_DIVIDE,
	KIND_FLOOR_DIVIDE,
	KIND_MODULO,
	KIND_POWER,
	KIND_COMPARE, /* a < b <= c: each child but the first has its operator */
	KIND_NOT,
	KIND_AND, /* two children or more */
	KIND_OR,
};

enum query_operator {
	OPERATOR_NONE,
	OPERATOR_LESS,
	OPERATOR_LESS_EQUAL,
	OPERATOR_EQUAL,
	OPERATOR_NOT_EQUAL,
	OPERATOR_GREATER_EQUAL,
	OPERATOR_GREATER,
	OPERATOR_IN,
	OPERATOR_NOT_IN,
	OPERATOR_IS,
	OPERATOR_IS_NOT,
};

struct query_function;
struct query_condition;

struct query_node {
	enum query_kind kind;
	enum query_type type;	      /* of constants; of all others once checked */
	enum query_operator operator; /* that stands before it in a comparison */
	struct query_place place;
	const char *text; /* terminated */
	size_t length;
	int64_t integer; /* of True and False too */
	double real;
	struct query_node *first, *next; /* its children; its next sibling */
	/* Once checked: */
	const struct query_function *function;
	struct query_condition *condition;
};

/* "<", "not in". */
const char *query_operator_text(enum query_operator operator);

/* "+"; NULL for a kind that is written otherwise. */
const char *query_kind_text(enum query_kind kind);

/*
 * Print an expression so that it reads back as the same tree: with parentheses
 * around each part, names in back-quotes where they need them.
 */
void query_node_print(const struct query_node *node, FILE *out);

/* Are two trees the same, but for their places? */
bool query_node_equal(const struct query_node *a, const struct query_node *b);

/* Can the left operand of an arithmetic node stand without brackets before it? */
bool query_node_joins(const struct query_node *node);

/*
 * Refuse a tree that SQLite could not take: its parser's stack holds 100 symbols, of
 * which each operand in brackets takes some, and its expressions may be 1000 deep,
 * to which each operator of a chain adds one.  Returns 0, or -1 with the error set.
 */
int query_node_measure(const struct query_node *node, struct query_error *error);

#endif
