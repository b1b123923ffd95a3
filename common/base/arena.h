/* Memory of one job that is given back as a whole. */
#ifndef ARENA_H
#define ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

/* Begin with {0}. */
struct arena {
	struct arena_block *blocks;
	bool failed; /* an allocation failed: all later ones do */
};

/* n bytes of zeros, aligned for anything; NULL without memory. */
void *arena_get(struct arena *arena, size_t n);

/* A copy of n bytes, with a NUL behind it; NULL without memory. */
char *arena_text(struct arena *arena, const char *p, size_t n);

/* Give all back. */
void arena_free(struct arena *arena);

#endif
