/* What a database says of hashes: listed, shown, exported. */
#ifndef HASH_QUERY_H
#define HASH_QUERY_H

#include <sqlite3.h>
#include <stdbool.h>

struct hash_query {
	sqlite3 *db;
	const char *path;   /* of it, for messages */
	const char *site;   /* NULL: all */
	const char *format; /* NULL: paths, one a line */
	const char *field;  /* show: this alone */
	bool nul;	    /* a NUL behind each, not a line break */
};

/*
 * What a subcommand of elog-hash asks: priority, orphans, untracked, history, show, or
 * export in query->format (sha256sum, mtree, json); of a recorded path, or NULL.  The
 * exit status: 0; 1 after a message, also if of the path that show, history or export are
 * asked for nothing is recorded; 2 after one about the format.
 */
int hash_query(const struct hash_query *query, const char *name, const char *path);

/*
 * Before paths are forgotten: what is recorded of each of these arguments, up to a NULL,
 * or below it, at a site (NULL: the one without a name)?  Each of which nothing is gets a
 * message, and *status becomes 1.  False if the database cannot be asked, after a
 * message, with the exit status in *status.
 */
bool hash_query_known(const char *database, const char *site, char *const *roots,
    const char *const *paths, int *status);

#endif
