/* The functions of the query language: a table, a row for each form of each. */
#ifndef QUERY_FUNCTION_H
#define QUERY_FUNCTION_H

#include <stddef.h>

#include "query/query_node.h"

struct query_function {
	const char *name;
	/*
	 * A letter for each argument: n number, s string, t time, j JSON, b blob, p
	 * part of a name, v a truth value; those behind a '?' may be left out; '*'
	 * repeats the last.
	 */
	const char *parameters;
	const char *sql; /* the SQL function that is called, with the same arguments */
	/* QUERY_NONE: that of the arguments. */
	enum query_type result;
};

/* Ends with a row of NULLs.  The forms of a function stand together. */
extern const struct query_function query_functions[];

/*
 * The row for a call whose arguments have their types already.  NULL with the error
 * set: there is no such function, or it does not take these arguments.
 */
const struct query_function *query_function_find(
    const struct query_node *call, struct query_error *error);

/* The letter of the i'th argument. */
char query_function_parameter(const struct query_function *function, size_t i);

/* Can a value be an argument of that letter? */
bool query_function_takes(char parameter, const struct query_node *node);

#endif
