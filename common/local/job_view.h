/*
 * What is read of jobs: a database, and inside a project its spool as well, as one set
 * of tables with the names that they have everywhere.
 *
 * The spool is read through .elog-job/index.db, a database like any other that holds
 * what the spool held when it was last looked at: only what came since is read.  It can
 * be deleted at any time.  Where it cannot be written the spool is read into memory.
 *
 * In these tables a job whose process is gone from this machine is LOST.
 */
#ifndef JOB_VIEW_H
#define JOB_VIEW_H

#include <sqlite3.h>
#include <stdbool.h>

#include "local/job_project.h"

struct job_view {
	sqlite3 *db;
	char *path;  /* for messages */
	bool both;   /* there is a database, elog, beside the project's, main */
	bool inside; /* there is a project: */
	struct job_project project;
};

/*
 * Open it: db is the database named, or NULL for the configuration's (from the file
 * config, or its usual places), which need not be there inside a project; project as in
 * job_project_open().  Jobs of the project that were LOST since are noted in its spool.
 * The exit status: 0; else, after a message, 1 or 2.
 */
int job_view_open(
    struct job_view *view, const char *db, const char *config, const char *project);

/*
 * Make these known to a connection, for SQL:
 *
 *	job_alive(...)	    see query/query_jobs.h
 *	job_order(NUMBER)   a text that sorts as the numbers of jobs do: 1.2 before 1.10
 *
 * Returns an SQLite code.
 */
int job_view_functions(sqlite3 *db);

/* The UUID of the job that a number, a UUID or the beginning of one (8 letters or more)
   means; numbers are those of the project first.  0, or 1 (the exit status) after a
   message. */
int job_view_find(const struct job_view *view, const char *id, char uuid[UUID_BYTES]);

/* Prepare common/sql/job/NAME.sql; NULL after a message. */
sqlite3_stmt *job_view_prepare(const struct job_view *view, const char *name);

void job_view_close(struct job_view *view);

#endif
