/* What a database, or a list in its place, says that a tree should be. */
#ifndef HASH_EXPECTED_H
#define HASH_EXPECTED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "files/hash_merkle.h"

struct hash_expected_entry {
	char type;	     /* d, f, l */
	bool known;	     /* digest is; else only that it is there */
	char *name, *target; /* target: of a link, or NULL */
	unsigned char digest[HASH_BYTES];
	long long size; /* -1: not known */
};

/* The record of a directory. */
struct hash_expected_record {
	char *hash, *target; /* malloc'd, or NULL */
	bool there, listed;  /* recorded; with its entries */
};

struct hash_expected;

/* path names the database in messages; both are borrowed.  NULL after a message. */
struct hash_expected *hash_expected_open(sqlite3 *db, const char *path, const char *site);

void hash_expected_close(struct hash_expected *expected);

/* The record of a directory; its texts are the caller's.  Nothing, if it cannot be read,
   which is said and shows in hash_expected_failed(). */
struct hash_expected_record hash_expected_record(
    struct hash_expected *expected, const char *directory);

/* The entries of a directory, sorted by type and name; with dirs_only those of type d,
   without their digests.  hash_expected_free() releases them.  NULL if they cannot be
   read, or without memory, which is said and shows in hash_expected_failed(). */
struct hash_expected_entry *hash_expected_entries(
    struct hash_expected *expected, const char *directory, bool dirs_only, size_t *n);

void hash_expected_free(struct hash_expected_entry *entries, size_t n);

/* Was something not read since it was opened? */
bool hash_expected_failed(const struct hash_expected *expected);

/* The entry of that type (0: any) and name, or NULL. */
const struct hash_expected_entry *hash_expected_find(
    const struct hash_expected_entry *entries, size_t n, char type, const char *name);

#endif
