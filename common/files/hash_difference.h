/* Differences between two trees: noted, joined to moves, and printed. */
#ifndef HASH_DIFFERENCE_H
#define HASH_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "files/hash_merkle.h"
#include "stream/stream.h"

enum hash_status {
	HASH_CHANGED,
	HASH_ADDED,
	HASH_REMOVED,
	HASH_MOVED,
	HASH_UNREADABLE,
	HASH_TYPE, /* another type than it should be */
	HASH_NOTHING,
};

struct hash_difference {
	enum hash_status status;
	char type; /* d, f, l */
	char *path, *from;
	bool known; /* digest is: what was added, or what is missing */
	unsigned char digest[HASH_BYTES];
};

struct hash_differences {
	struct hash_difference *list;
	size_t n, size;
	bool failed; /* without memory */
};

/* Note one; path is malloc'd, and taken over.  digest may be NULL. */
void hash_difference_add(struct hash_differences *differences, enum hash_status status,
    char type, char *path, const unsigned char *digest);

/* What is missing at one place and new at another with the same content has moved. */
void hash_difference_join(struct hash_differences *differences);

/* Print them sorted by path.  site is NULL where it is not to be told. */
void hash_difference_print(const struct hash_differences *differences, struct stream *out,
    const char *site, bool json);

void hash_difference_free(struct hash_differences *differences);

#endif
