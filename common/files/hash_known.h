/* What a database knows of the files of a directory: the cache of a scan. */
#ifndef HASH_KNOWN_H
#define HASH_KNOWN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "files/hash_merkle.h"

/* What tells whether a file may have changed: stat(2), times in nanoseconds. */
struct hash_state {
	long long size, mtime, ctime, inode, device;
};

struct hash_known_file {
	const char *name; /* borrowed, until the next call */
	size_t n;
	bool odd; /* the name is no UTF-8: such ones come last, in their own order */
	const unsigned char *digest;
	struct hash_state state;
	long long noted; /* when the scan began that read it */
};

struct hash_known;

/*
 * Open a database for a site's files.  NULL if there is none yet, or nothing of hashes
 * in it; *failed is set, after a message, if it cannot be read.  One thread uses it.
 */
struct hash_known *hash_known_open(const char *db, const char *site, bool *failed);

/*
 * Begin to read the files of a directory that stand behind the name after (NULL: from
 * the first on), up to the name last (NULL: to the end), in the order of their bytes.
 */
void hash_known_begin(
    struct hash_known *known, const char *directory, const char *after, const char *last);

/* The next one.  False at the end. */
bool hash_known_next(struct hash_known *known, struct hash_known_file *file);

/* Done with this directory. */
void hash_known_end(struct hash_known *known);

/* One file by its name. */
bool hash_known_find(struct hash_known *known, const char *directory, const char *name,
    struct hash_known_file *file);

/* The hash that a directory was recorded with; malloc'd, NULL if there is none. */
char *hash_known_hash(struct hash_known *known, const char *directory);

/*
 * Is a file known to be the same, so that it need not be read?  Not if it changed when
 * the scan that noted it had begun, for then it may have changed after it was read.
 */
bool hash_known_holds(const struct hash_known_file *file, const struct hash_state *state);

/* The database, for other questions; NULL for NULL. */
sqlite3 *hash_known_db(struct hash_known *known);

void hash_known_close(struct hash_known *known);

#endif
