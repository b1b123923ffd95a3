/* A directory of a tree that is walked, and its entries, read and sorted. */
#ifndef HASH_ENTRIES_H
#define HASH_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files/hash_merkle.h"

enum hash_entry_state {
	HASH_FINE,
	HASH_GONE,   /* it went away while we were at it: no entry */
	HASH_FAILED, /* it cannot be read, which was said */
	HASH_PARTLY, /* a directory: something in it cannot be read */
};

struct hash_entry {
	uint64_t inode;
	uint32_t name;	     /* offset in names */
	char type;	     /* d, f, l */
	unsigned char state; /* enum hash_entry_state */
};

/* A directory, its entries sorted: directories, files, links, each by their names. */
struct hash_directory {
	struct hash_directory *parent; /* NULL for the root */
	char *path;		       /* under which it is recorded */
	int fd;
	char *names;
	struct hash_entry *entries;
	size_t n, n_dirs, n_files; /* links are the rest */
	/* By entry: of the directories; of all if the walk keeps them. */
	unsigned char (*digests)[HASH_BYTES];
	unsigned char digest[HASH_BYTES]; /* its own */
	bool failed; /* something in it cannot be read: it has no hash */
	void *own;   /* the caller's; released by done() */
	/* The walk's own. */
	size_t at, next, pending, names_used, names_size, size;
	struct hash_directory *below;
	unsigned long long device;
};

/* The name of an entry. */
const char *hash_entry_name(
    const struct hash_directory *directory, const struct hash_entry *entry);

/*
 * Read the directory open at directory->fd: directories, regular files and links, but
 * for . and .. and names, or paths relative to the root, that a glob of excludes fits.
 * relative is the directory's own path relative to the root, "" for the root.  0, or -1
 * with errno set.
 */
int hash_entries_read(
    struct hash_directory *directory, char *const *excludes, const char *relative);

#endif
