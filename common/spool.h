/* A response body on its way: an unlinked temporary file, then mapped. */
#ifndef SPOOL_H
#define SPOOL_H

#include <stddef.h>

struct spool {
	int fd; /* -1 while closed */
	size_t size;
	char *map; /* NULL until spool_map() */
};

/*
 * Open an empty spool in $TMPDIR, else /tmp.  The file has no name: nothing is
 * left behind, however the process ends.  Returns 0, or -1 with errno set.
 */
int spool_open(struct spool *spool);

/* Append n bytes.  Returns 0, or -1 with errno set (ENOSPC: the disk is full). */
int spool_write(struct spool *spool, const char *p, size_t n);

/*
 * The spooled bytes, spool->size of them, valid until spool_reset().  Never NULL
 * for an empty spool.  Returns NULL with errno set if they cannot be mapped.
 */
const char *spool_map(struct spool *spool);

/*
 * Tell the system that the bytes before offset are not needed for now, so that
 * memory stays small however large the body.  They can still be read again.
 */
void spool_release(struct spool *spool, size_t offset);

/* Make it empty again. */
void spool_reset(struct spool *spool);

/* Release everything.  A spool of all zeroes but fd -1 may be closed too. */
void spool_close(struct spool *spool);

#endif
