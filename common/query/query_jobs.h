/*
 * What readers of a database ask about jobs.
 *
 * Jobs of a run in a query about runs: jobs('refine') is how many of that task there are
 * of the run, jobs('refine').PART what the newest of them has, of those that are
 * finished if any is: one of its own columns, such as status, or a figure.
 */
#ifndef QUERY_JOBS_H
#define QUERY_JOBS_H

#include <sqlite3.h>

#include "base/arena.h"
#include "query/query_type.h"

/*
 * What such a name stands for: its type, and SQL of a run r and its experiment e, in the
 * arena.  The texts of the name are in a temporary table that the SQL asks.  1; 0: it is
 * no such name, or the database knows no such figure or no jobs at all; -1: the database
 * failed, or no memory.
 */
int query_jobs_find(sqlite3 *db, struct arena *arena, const char *name,
    enum query_type *type, const char **sql);

/*
 * Make this known to a connection, for SQL:
 *
 *	job_alive(HOST, BOOT_ID, PID, PID_START)  0: that process of this machine is gone;
 *	    1: it lives, or it is of another machine, or not known
 *
 * Returns an SQLite code.
 */
int query_jobs_functions(sqlite3 *db);

#endif
