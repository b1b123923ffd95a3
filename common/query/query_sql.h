/* From a checked tree to SQL: values are bound, never written. */
#ifndef QUERY_SQL_H
#define QUERY_SQL_H

#include <sqlite3.h>
#include <stdio.h>

#include "base/arena.h"
#include "query/query_name.h"
#include "query/query_node.h"
#include "query/run_list.h"

/* A value to be bound: its number is its place in the list, from 1. */
struct query_value {
	enum query_type type; /* int, float, string; QUERY_RUN: a list of runs */
	sqlite3_int64 integer;
	double real;
	const char *text;
	size_t length;
	struct run_list *runs;
	const char *about; /* for --explain, may be NULL */
	struct query_value *next;
};

struct query_sql {
	struct arena *arena;
	FILE *out; /* a memory stream */
	char *text;
	size_t length;
	struct query_value *values, **end;
	int n;
};

/* 0, or -1 without memory. */
int query_sql_begin(struct query_sql *sql, struct arena *arena);

/* Add a value; write its parameter, ?1 and so on. */
void query_sql_value(struct query_sql *sql, const struct query_value *value);
void query_sql_integer(struct query_sql *sql, sqlite3_int64 integer, const char *about);

/* Write where the value of a condition is. */
void query_sql_condition(struct query_sql *sql, const struct query_condition *condition);

/* Write an expression that is true for the runs that the filter lets pass. */
void query_sql_filter(struct query_sql *sql, const struct query_node *filter);

/*
 * The text is complete.  0; -1 without memory, or where it is longer than any
 * reasonable query.
 */
int query_sql_end(struct query_sql *sql);

/* Bind all values.  Returns an SQLite code.  They must live as long as the statement. */
int query_sql_bind(const struct query_sql *sql, sqlite3_stmt *statement);

void query_sql_free(struct query_sql *sql);

#endif
