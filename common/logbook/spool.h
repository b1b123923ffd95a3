/*
 * A response body on its way: in memory while it is small, else in an unlinked
 * temporary file that is mapped in the end.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stddef.h>

/* Bytes of a body that are kept in memory; what is larger goes to the file. */
#define SPOOL_MEMORY ((size_t)1024 * 1024)

struct spool {
	int fd; /* of the file, -1 while there is none */
	size_t size;
	char *memory; /* SPOOL_MEMORY bytes, NULL until the first write */
	char *map;    /* of the file, NULL until spool_map() */
};

/* Make an empty spool. */
void spool_open(struct spool *spool);

/*
 * Append n bytes.  The file is made in $TMPDIR, else /tmp, when it is needed; it has
 * no name: nothing is left behind, however the process ends.  Returns 0, or -1 with
 * errno set (ENOSPC: the disk is full).
 */
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

/* Release everything. */
void spool_close(struct spool *spool);

#endif
