/*
 * A tree of files here, hashed (hash_merkle.h): directory by directory from the leaves
 * up, by several threads.  Files are read in the order of their inodes, never through a
 * symbolic link, and what the database knows already is not read again.
 */
#ifndef HASH_WALK_H
#define HASH_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "files/hash_entries.h"
#include "files/hash_known.h"
#include "files/hash_merkle.h"

struct hash_walk_call {
	/* Each may be NULL; one is called at a time. */
	void (*entered)(void *context, struct hash_directory *directory);
	/* A file that was read. */
	void (*read)(void *context, const struct hash_directory *directory,
	    const char *name, const struct hash_state *state,
	    const unsigned char digest[HASH_BYTES]);
	/* A file that the database knows and the directory does not have. */
	void (*gone)(void *context, const struct hash_directory *directory,
	    const char *name, size_t n);
	/* All is known of a directory, and everything below it is done. */
	void (*done)(
	    void *context, struct hash_directory *directory, struct hash_known *known);
	void *context;
};

struct hash_walk {
	/* Given. */
	const char *root;     /* the directory here */
	const char *recorded; /* and its path in the records */
	const char *db;	      /* what knows files, NULL: nothing does */
	const char *site;
	char *const *excludes; /* globs, may be NULL */
	int jobs;
	bool paranoid;	   /* read all, whatever is known */
	bool cross_mounts; /* also what is mounted in the tree */
	bool keep;	   /* digests of all entries until a directory is done */
	bool stop;	   /* set while it walks: end early */
	struct hash_walk_call call;
	/* How it went. */
	long long files, files_read, bytes_read;
	long problems; /* said on stderr */
	/* For the progress line: what there is, 0 if that is not known. */
	long long expected_files, expected_bytes;
};

/*
 * Walk the tree.  0; -1 if its root cannot be read, memory or the database fails, after a
 * message.  What in it cannot be read is said, and counted in problems.
 */
int hash_walk(struct hash_walk *walk);

/* The path of an entry as it is recorded; malloc'd. */
char *hash_walk_path(const struct hash_directory *directory, const char *name);

#endif
