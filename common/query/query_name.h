/* What the names of a query stand for: stored conditions, and those that runs have. */
#ifndef QUERY_NAME_H
#define QUERY_NAME_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/arena.h"
#include "db/condition_type.h"
#include "query/query_error.h"
#include "query/query_type.h"

#define QUERY_USES_MAX 2

struct query_condition {
	const char *name;
	enum query_type type;
	sqlite3_int64 id;	      /* condition_types.id; 0: not stored */
	unsigned kinds;		      /* of its values; 0: not known */
	enum condition_type declared; /* or CONDITION_NONE */
	const char *sql;	      /* where it is not: of runs r and experiments e */
	/* If it is of other conditions, which may be NULL: %0 and %1 in sql are their
	   values. */
	bool derived;
	struct query_condition *uses[QUERY_USES_MAX];
	bool hidden; /* the filter and the columns cannot name it: another uses it */
	/* How the statement gets at it; query_plan.c sets this. */
	int number;    /* from 0; -1: not at all */
	bool filtered; /* the filter names it */
	bool required; /* the filter is true only for runs that have it */
	/* Of one that is required: rows of condition_columns, and bytes of one of them.
	 */
	long long columns, bytes;
	struct query_condition *next;
};

/* A name that is not stored: what every run has, or a file. */
struct query_given {
	const char *name;
	enum query_type type;
	const char *sql;
};

struct query_catalog {
	sqlite3 *db; /* of the stored conditions; NULL: there are none */
	const struct query_given *given;
	size_t n_given;
	const char *noun; /* what messages call a name */
	struct arena *arena;
	struct query_error *error;
	struct query_condition *first, **end; /* those found so far, in their order */
};

void query_catalog_begin(struct query_catalog *catalog, sqlite3 *db, struct arena *arena,
    struct query_error *error);

/* The names of something else than runs: those n (borrowed), and no stored ones. */
void query_catalog_begin_given(struct query_catalog *catalog,
    const struct query_given *given, size_t n, const char *noun, struct arena *arena,
    struct query_error *error);

/*
 * The condition of that name: the same one for each call.  NULL with the error set at
 * the place (NULL: none): there is none, which names the nearest three; or with
 * an empty message: the database failed.
 */
struct query_condition *query_catalog_find(
    struct query_catalog *catalog, const char *name, const struct query_place *place);

/* Is there a condition of that name? */
bool query_catalog_has(struct query_catalog *catalog, const char *name);

/*
 * What helps who gave a name that is none of those that a query gives in its first
 * column:
 * "; the nearest: a, b, c", at most three that are near, or that none is defined, or what
 * lists them all, such as QUERY_NEAR_LIST.  out holds n bytes.
 */
#define QUERY_NEAR_LIST "elog-cond ls"
void query_near(sqlite3 *db, const char *sql, const char *name, const char *list,
    char *out, size_t n);

#endif
