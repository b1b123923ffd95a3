/* What elog-cond shows of a database. */
#ifndef COND_LIST_H
#define COND_LIST_H

#include <sqlite3.h>
#include <stdbool.h>

#include "query/printer.h"

/* What is shown, and how.  JSON has all that is known in any case. */
struct cond_form {
	const struct printer_format *format;
	bool detailed; /* all columns, not just a few */
};

/*
 * Print to stdout the condition types, aliases and periods of the database db, which
 * messages call path, whose name fits a glob (NULL: all), or, where that has no
 * wildcard, holds it.  Returns the exit status: 0, or
 * 1 after a message.
 */
int cond_list(
    sqlite3 *db, const char *path, const char *glob, const struct cond_form *form);

/* Print the conditions and files of a run.  The exit status: 1, after a message, also
   where there is no such run. */
int cond_show(sqlite3 *db, const char *path, const char *experiment, const char *run,
    const struct cond_form *form);

/*
 * Print the content of a file, by its SHA-256 or the first digits of it.  The exit
 * status: 2, after a message, where they are no such digits, or fewer than four; 1 where
 * no file or several begin with them.
 */
int cond_cat(sqlite3 *db, const char *path, const char *hash);

#endif
