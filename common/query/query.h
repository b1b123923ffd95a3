/*
 * The query language of elog-query(7), whole: from a text to an SQL statement that
 * is ready to step, and, for who only stores an expression, its syntax and names.
 */
#ifndef QUERY_H
#define QUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "query/printer.h"
#include "query/query_error.h"
#include "query/query_type.h"

/* ---- An expression by itself: needs no database ---------------------------- */

/* The names that an expression uses, each once, in the order of the text. */
struct query_names {
	char **names; /* of conditions, without back-quotes */
	size_t n;
	char **aliases; /* without the @ */
	size_t n_aliases;
};

/*
 * Read an expression, without looking at what its names stand for.  0, or -1 with
 * *error set: its syntax is wrong, or it is empty.  Release with query_names_free().
 */
int query_names_read(
    const char *expression, struct query_names *names, struct query_error *error);

void query_names_free(struct query_names *names);

/*
 * Would @name, standing for expression, be sound?  Reads expression, and through
 * lookup the aliases that it uses, and theirs: lookup(context, alias) returns the
 * text of an alias, borrowed until the next call, or NULL if there is none.  0, or -1
 * with *error set: name is no identifier, the syntax is wrong, an alias is not
 * there, or @name would come to use itself.
 */
int query_alias_check(const char *name, const char *expression,
    const char *(*lookup)(void *context, const char *alias), void *context,
    struct query_error *error);

/* ---- Selecting runs -------------------------------------------------------- */

struct value_ahead;

/* Which runs, and what of them.  All is borrowed. */
struct query_wanted {
	const char *text;	 /* the query; NULL or blank: all runs */
	const char *columns;	 /* "a,b,`c d`"; NULL: the names of the query */
	const char *table;	 /* a run table of the logbook: its columns; NULL: none */
	const char *runs;	 /* "100-200,250", NULL: all */
	const char *experiments; /* a glob, whatever the case of letters; NULL: all */
	const char *period;	 /* a row of run_periods; NULL: none */
	bool gone;		 /* experiments too that the service has no longer */
	const char
	    *sort; /* the name of a column of the answer, to sort by; NULL: by run */
	bool descending;
	long long limit;	   /* -1: none */
	struct value_ahead *ahead; /* may read ahead (value_ahead.h); NULL: none */
};

struct query;
struct query_node;
struct query_scope;

/*
 * Turn what is wanted into a statement.  Opens a read transaction on db, if none is open,
 * so that
 * names and rows are of one state, and registers SQL functions in it.  NULL if what
 * was asked makes no sense, with *error set, or if the database failed, after a
 * message that names path, with error->message empty.
 */
struct query *query_prepare(sqlite3 *db, const char *path,
    const struct query_wanted *wanted, struct query_error *error);

/* The statement, to be stepped; it belongs to the query. */
sqlite3_stmt *query_statement(const struct query *query);

/* The columns of the statement, experiment and run first; those of a run table are called
   as there. */
int query_columns(const struct query *query);
const char *query_column_name(const struct query *query, int column);
enum query_type query_column_type(const struct query *query, int column);

/* The id of the stored condition that a column is, where its values are as they were
   stored: nobody declared a type; else 0. */
sqlite3_int64 query_column_stored(const struct query *query, int column);

/* The same for a printer, as many as there are and one without a name behind them;
   malloc'd, its names borrowed.  NULL without memory. */
struct printer_column *query_printer_columns(const struct query *query);

/* For who reads conditions by themselves: the checked filter, NULL if all runs are
   wanted; and which runs are looked at beside it. */
const struct query_node *query_filter(const struct query *query);
const struct query_scope *query_scope(const struct query *query);

/*
 * Print the SQL, the bound values, and SQLite's plan.  0, or -1 if the database
 * failed.
 */
int query_explain(const struct query *query, FILE *out);

void query_free(struct query *query);

#endif
