#include "web/memory.h"

#include <stdlib.h>
#include <string.h>

static struct memory_entry *
slot_of(struct memory *memory, const char *address)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (; *address != '\0'; address++)
		hash = (hash ^ (unsigned char)*address) * 16777619U;
	return &memory->slots[hash % MEMORY_SLOTS];
}

static void
forget(struct memory *memory, struct memory_entry *entry)
{
	if (entry->address == NULL)
		return;
	memory->n -= entry->n;
	MHD_destroy_response(entry->response);
	free(entry->address);
	*entry = (struct memory_entry){0};
}

const struct memory_entry *
memory_find(struct memory *memory, const char *address, uint64_t version, int64_t now)
{
	struct memory_entry *entry = slot_of(memory, address);

	if (entry->address == NULL || strcmp(entry->address, address) != 0)
		return NULL;
	if (entry->version == version && (entry->until == 0 || now < entry->until))
		return entry;
	forget(memory, entry);
	return NULL;
}

void
memory_keep(struct memory *memory, const char *address, struct MHD_Response *response,
    unsigned status, size_t n, uint64_t version, int64_t until)
{
	struct memory_entry *entry = slot_of(memory, address);
	char *copy;

	if (n > MEMORY_BYTES / 8 || (copy = strdup(address)) == NULL) {
		MHD_destroy_response(response);
		return;
	}
	forget(memory, entry);
	while (memory->n + n > MEMORY_BYTES) {
		forget(memory, &memory->slots[memory->hand]);
		memory->hand = (memory->hand + 1) % MEMORY_SLOTS;
	}
	*entry = (struct memory_entry){copy, response, status, n, version, until};
	memory->n += n;
}

void
memory_free(struct memory *memory)
{
	for (size_t i = 0; i < MEMORY_SLOTS; i++)
		forget(memory, &memory->slots[i]);
}
