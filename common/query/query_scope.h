/* Which runs a query looks at, beside its filter: experiments, a run list, a period. */
#ifndef QUERY_SCOPE_H
#define QUERY_SCOPE_H

#include <stdbool.h>

#include "query/query_error.h"
#include "query/query_sql.h"

struct query_scope {
	struct run_list runs; /* where n is not 0 */
	bool some;	      /* not all experiments: those of experiments */
	char *experiments;    /* their ids as a JSON array, in the arena */
	bool period;
	bool has_min, has_max, has_start, has_end;
	sqlite3_int64 run_min, run_max, start, end; /* times in microseconds */
};

/*
 * Read a run list, find the experiments that match a glob and the row of a period;
 * each may be NULL.  Experiments that the service has no longer are left out unless
 * gone is true, and those that have no run table of the name, where that is not NULL.  0,
 * or -1 with the error set (an empty message: the database failed).
 */
int query_scope_read(struct query_scope *scope, sqlite3 *db, struct arena *arena,
    const char *runs, const char *glob, bool gone, const char *table, const char *period,
    struct query_error *error);

/* Write its terms, each with " AND " before it.  table is the one of the statement whose
   experiment_id is to be one of those. */
void query_scope_write(
    const struct query_scope *scope, const char *table, struct query_sql *sql);

void query_scope_free(struct query_scope *scope);

#endif
