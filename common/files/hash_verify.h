/* Is a tree what it should be?  elog-hash verify. */
#ifndef HASH_VERIFY_H
#define HASH_VERIFY_H

#include <sqlite3.h>

#include "files/hash_walk.h"

struct hash_verify {
	sqlite3 *db;	   /* what knows: a database, or a list that was read into one */
	const char *name;  /* of it, for messages */
	const char *cache; /* the file that knows which files need not be read, or NULL */
	const char *site;  /* NULL: all that know the directory */
	char *const *roots;
	bool files_only; /* a list that knows neither links nor empty directories */
	bool target;	 /* against the target hashes */
	bool json;
	struct hash_walk walk; /* excludes, jobs, paranoid, cross_mounts */
};

/*
 * Print what is not as it should be in a directory to stdout, sorted by path: a line each
 * with its status (changed, added, removed, moved, unreadable, type), a tab and its path,
 * of what moved with a tab and where to; or as JSON objects.  The exit status: 0: as it
 * should be; 1: differences, or after a message.
 */
int hash_verify(const struct hash_verify *verify, const char *directory);

/* The same against a list (hash_list.h), in a file; verify needs no db. */
int hash_verify_list(
    const struct hash_verify *verify, const char *list, const char *directory);

#endif
