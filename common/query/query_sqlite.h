/* The SQL functions, elog_..., that the statements of queries call. */
#ifndef QUERY_SQLITE_H
#define QUERY_SQLITE_H

#include <sqlite3.h>

/* The type under which a struct run_list is bound for elog_in_runs(run, ?). */
#define QUERY_SQLITE_RUNS "run_list"

/*
 * Register them.  All give NULL for a NULL, and where the mathematics or the value has
 * no answer: none fails.  Returns an SQLite code.
 */
int query_sqlite_register(sqlite3 *db);

#endif
