#include "web/draft.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 61
#define BYTES ((size_t)3 << 20)
#define MARK "data-version=\""

struct draft {
	char *address, *page;
	size_t n;
	size_t at; /* of the version */
	uint64_t digest;
};

static struct draft drafts[SLOTS];
static size_t held;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- Digests ---------------------------------------------------------------- */

/* Mixes eight bytes at once (after the finalizer of MurmurHash3): no more is needed to
   tell a page from what it was before. */
static uint64_t
mix(uint64_t digest, uint64_t word)
{
	digest ^= word;
	digest *= 0xff51afd7ed558ccdULL;
	return digest ^ digest >> 32;
}

static uint64_t
add_text(uint64_t digest, const xmlChar *text)
{
	size_t n = text != NULL ? strlen((const char *)text) : 0, i = 0;
	uint64_t word = 0;

	for (; i + 8 <= n; i += 8) {
		memcpy(&word, text + i, 8);
		digest = mix(digest, word);
	}
	word = 0;
	if (n > i)
		memcpy(&word, text + i, n - i);
	return mix(mix(digest, word), n);
}

uint64_t
draft_digest(xmlDoc *doc)
{
	const xmlNode *root = xmlDocGetRootElement(doc), *node = root;
	uint64_t digest = 1;

	while (node != NULL) {
		digest = add_text(mix(digest, node->type), node->name);
		if (node->type == XML_TEXT_NODE)
			digest = add_text(digest, node->content);
		else
			for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
				if (node != root ||
				    strcmp((const char *)a->name, "version") != 0)
					digest = add_text(add_text(digest, a->name),
					    a->children != NULL ? a->children->content
								: NULL);
		if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
			node = node->children;
			continue;
		}
		while (node != root && node->next == NULL) {
			digest = mix(digest, 0);
			node = node->parent;
		}
		node = node == root ? NULL : node->next;
	}
	return digest;
}

/* ---- Pages ------------------------------------------------------------------ */

static struct draft *
slot_of(const char *address)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (; *address != '\0'; address++)
		hash = (hash ^ (unsigned char)*address) * 16777619U;
	return &drafts[hash % SLOTS];
}

static void
forget(struct draft *draft)
{
	held -= draft->n;
	free(draft->address);
	free(draft->page);
	*draft = (struct draft){0};
}

char *
draft_find(const char *address, uint64_t digest, const char *version, size_t *n)
{
	struct draft *draft;
	char *page = NULL;

	pthread_mutex_lock(&lock);
	draft = slot_of(address);
	if (draft->address != NULL && draft->digest == digest &&
	    strcmp(draft->address, address) == 0 && (page = malloc(draft->n)) != NULL) {
		memcpy(page, draft->page, draft->n);
		memcpy(page + draft->at, version, strlen(version));
		*n = draft->n;
	}
	pthread_mutex_unlock(&lock);
	return page;
}

void
draft_keep(const char *address, uint64_t digest, const char *page, size_t n)
{
	const char *mark = memmem(page, n, MARK, strlen(MARK));
	struct draft *draft;

	if (mark == NULL || n > BYTES / 8)
		return;
	pthread_mutex_lock(&lock);
	draft = slot_of(address);
	forget(draft);
	for (size_t i = 0; held + n > BYTES && i < SLOTS; i++)
		forget(&drafts[i]);
	draft->address = strdup(address);
	draft->page = malloc(n);
	if (draft->address == NULL || draft->page == NULL) {
		free(draft->address);
		free(draft->page);
		*draft = (struct draft){0};
	} else {
		memcpy(draft->page, page, n);
		draft->n = n;
		draft->at = (size_t)(mark - page) + strlen(MARK);
		draft->digest = digest;
		held += n;
	}
	pthread_mutex_unlock(&lock);
}

void
draft_end(void)
{
	for (size_t i = 0; i < SLOTS; i++)
		forget(&drafts[i]);
}
