/*
 * Rows on their way to a server: lines as COPY and LOAD DATA have them, kept until their
 * transaction is committed, so that it can be tried again.  A pile that grows beyond
 * PILE_MEMORY goes into a file without a name in $TMPDIR.
 */
#ifndef PILE_H
#define PILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/buffer.h"

#define PILE_MEMORY ((size_t)1024 * 1024)

struct pile {
	struct buffer tail; /* what is not in the file */
	int fd;		    /* -1: there is no file */
	size_t in_file;
	long rows;
	bool twice;	/* a key may be there twice */
	bool deletes;	/* some rows say that theirs is no more */
	uint64_t *seen; /* hashes of keys */
	size_t n_seen, room;
};

/* NULL without memory, after a message. */
struct pile *pile_open(void);

/* Add a row of n bytes, whose key has that hash.  0, or -1 after a message. */
int pile_add(struct pile *pile, const char *p, size_t n, uint64_t hash);

/* Remove all rows. */
void pile_clear(struct pile *pile);

size_t pile_bytes(const struct pile *pile);

/* Read from the front on: *at begins as 0.  How many bytes are at *p, which lasts until
   the next call; 0 at the end, -1 after a message. */
long pile_read(struct pile *pile, size_t *at, const char **p);

/* NULL is allowed. */
void pile_close(struct pile *pile);

#endif
