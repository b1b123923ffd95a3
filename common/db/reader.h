/* The database that a tool reads: named by the user, or else by the configuration. */
#ifndef READER_H
#define READER_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/config.h"

struct reader {
	sqlite3 *db;
	char *path; /* of the file, for messages */
};

/*
 * Which file that is: what reader_open() opens for the same arguments.  The exit status;
 * with 0, *file is malloc'd, else that is said.
 */
int reader_find(const char *path, const char *config, char **file);

/*
 * Open it read-only: path, a database or a directory with an elog.db in it, or where that
 * is NULL what the configuration says, from the file config or, if that is NULL, from its
 * usual places.  The exit status: 0; else, after a message, 2 if the configuration is
 * wrong, 1 if the database cannot be read.  reader_close() releases, also after that.
 *
 * At a terminal, what takes longer than a second shows on stderr that it goes on.
 */
int reader_open(struct reader *reader, const char *path, const char *config);

/* For who reads most pages once: to keep one takes new memory, which costs more than to
   read it again.  Does nothing where none is open. */
void reader_keep_few(const struct reader *reader);

/* A row came, and may be printed: where it goes to the terminal, the progress ends. */
void reader_row(sqlite3 *db);

/*
 * Does a path look like a database, where it might be a word or an expression: a file of
 * SQLite's, a directory with an elog.db, or a name that ends in .db?
 */
bool reader_is_database(const char *path);

/*
 * The last of some words, which is no database: is it a file all the same, and the
 * database of the configuration not there?  True after a message: it was meant for one.
 */
bool reader_is_misnamed(const struct config *config, const char *word);

/* The database of the configuration, be it there or not; malloc'd, NULL without memory.
 */
char *reader_configured(const struct config *config);

void reader_close(struct reader *reader);

#endif
