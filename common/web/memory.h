/* Answers that are remembered, by their addresses.  For one thread. */
#ifndef MEMORY_H
#define MEMORY_H

#include <microhttpd.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_SLOTS 509
#define MEMORY_BYTES ((size_t)6 << 20)

struct memory_entry {
	char *address;
	struct MHD_Response *response;
	unsigned status;
	size_t n;
	uint64_t version; /* of the database that it shows */
	int64_t until;	  /* monotonic milliseconds; 0: any time */
};

struct memory {
	struct memory_entry slots[MEMORY_SLOTS];
	size_t n;    /* bytes */
	size_t hand; /* the slot that is emptied next, where there is no room */
};

/* What is remembered of an address, if it is still true; else NULL. */
const struct memory_entry *memory_find(
    struct memory *memory, const char *address, uint64_t version, int64_t now);

/* Remember a response of n bytes, which is the memory's from now on, also where it is not
   kept. */
void memory_keep(struct memory *memory, const char *address,
    struct MHD_Response *response, unsigned status, size_t n, uint64_t version,
    int64_t until);

void memory_free(struct memory *memory);

#endif
