/* One regular file, read and hashed. */
#ifndef HASH_READ_H
#define HASH_READ_H

#include <stdatomic.h>

#include "files/hash_known.h"
#include "files/hash_merkle.h"

#define HASH_READ_BYTES ((size_t)256 * 1024)

enum hash_read_result {
	HASH_READ_DONE,
	HASH_READ_CHANGED, /* while it was read */
	HASH_READ_OTHER,   /* it is no regular file any more */
	HASH_READ_ERROR,   /* errno says why */
};

/* Take what tells whether it changes from a stat(2) buffer. */
struct stat;
void hash_read_state(const struct stat *st, struct hash_state *state);

/*
 * Read the file name of the open directory fd, not through a link.  buffer has
 * HASH_READ_BYTES; bytes counts what was read.  *state gets what it was before and
 * behind.
 */
enum hash_read_result hash_read(struct hash_merkle *merkle, char *buffer, int fd,
    const char *name, struct hash_state *state, unsigned char digest[HASH_BYTES],
    atomic_llong *bytes);

#endif
