/* What elog-status shows of a database. */
#ifndef STATUS_H
#define STATUS_H

#include <sqlite3.h>
#include <stdbool.h>

struct writer;

struct status {
	sqlite3 *db;
	const char *path;  /* of its file */
	bool json;	   /* an object, or objects */
	bool person;	   /* stdout is a terminal: in words, what is wrong first */
	bool nul;	   /* names end with a NUL */
	long long rows;	   /* of the log */
	const char *state; /* of the downloads that are asked for */
	long long late;	   /* seconds after which a set that lacks files is late */
};

/* Each prints one view to stdout.  They return the exit status: 0, or 1 after a message.
 */

/* The file, how fresh it is, what failed, how many rows it has. */
int status_summary(const struct status *status);

/* The names of the experiments to fetch again. */
int status_failed(const struct status *status);

/* The newest changes to local data. */
int status_log(const struct status *status);

/* What elog-pull fetched, and what is lacking. */
int status_downloads(const struct status *status);

/* The paths of the files that came and are in a state. */
int status_queue(const struct status *status);

/* Which sets of files are complete, partial or late. */
int status_sets(const struct status *status);

/* ---- For the views ----------------------------------------------------------- */

/* The rows (key, value) of the summary: common/sql/status/facts.sql, with the counts of
   rows and the jobs behind them.  NULL after a message. */
sqlite3_stmt *status_facts(const struct status *status);

/* The statement common/sql/status/NAME.sql; NULL after a message. */
sqlite3_stmt *status_prepare(const struct status *status, const char *name);

/* sqlite3_step(), with the progress line out of the way of what is printed then. */
int status_step(sqlite3_stmt *statement);

/*
 * Print the rows of a statement (key, value) as a line each, or as members of an object
 * whose writer is not NULL, and finalize it.  NULL is an error that was reported.
 */
int status_pairs(const struct status *status, sqlite3_stmt *pairs, struct writer *w);

/* Print one JSON object, a line, whose members a function writes; that returns the exit
   status, as this does. */
int status_object(const struct status *status,
    int (*members)(const struct status *status, struct writer *w));

/* Print a value, "-" for a missing one, without what would forge a line or reach the
   terminal. */
void status_put(const char *value);

/*
 * The path of the database as a word of a shell's command, in quotes where it needs them.
 * It lives until the next call.
 */
const char *status_word(const char *path);

/* How long ago a time (RFC 3339) was, "4 minutes ago"; "never" if it is none.  It lives
   until the next call. */
const char *status_ago(const char *time);

#endif
