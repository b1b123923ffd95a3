#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)8192)
#define ALIGNMENT sizeof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

void *
arena_get(struct arena *arena, size_t n)
{
	struct arena_block *block = arena->blocks;
	void *p;

	if (arena->failed || n > SIZE_MAX / 2)
		goto fail;
	n = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (block == NULL || n > block->size - block->used) {
		size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;

		block = calloc(1, sizeof(*block) + size);
		if (block == NULL)
			goto fail;
		block->size = size;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	p = block->bytes + block->used;
	block->used += n;
	return p;
fail:
	arena->failed = true;
	return NULL;
}

char *
arena_text(struct arena *arena, const char *p, size_t n)
{
	char *copy = arena_get(arena, n + 1);

	if (copy != NULL && n > 0)
		memcpy(copy, p, n);
	return copy;
}

void
arena_free(struct arena *arena)
{
	struct arena_block *block, *next;

	for (block = arena->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	*arena = (struct arena){0};
}
