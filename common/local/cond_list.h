/* What elog-cond shows of a database. */
#ifndef COND_LIST_H
#define COND_LIST_H

#include <sqlite3.h>
#include <stdbool.h>

/* How rows are printed. */
enum cond_form {
	COND_SHORT, /* a few columns */
	COND_LONG,  /* all of them */
	COND_JSON,  /* an object a line */
};

/*
 * Print to stdout, from the database db that messages call path: condition types,
 * aliases and periods whose name fits a glob (NULL: all);
 */
int cond_list(sqlite3 *db, const char *path, const char *glob, enum cond_form form);

/* the conditions and files of a run; */
int cond_show(sqlite3 *db, const char *path, const char *experiment, const char *run,
    enum cond_form form);

/* the content of a file, by its SHA-256 or the first digits of it, at least four. */
int cond_cat(sqlite3 *db, const char *path, const char *hash);

/* They return the exit status: 0, or 1 after a message. */

#endif
