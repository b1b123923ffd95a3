#include "load/map.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 4096 /* a power of two */

struct name {
	char *text; /* NULL: a free place */
	size_t n;
	void *meaning;
};

/* A hash table with open addressing, at most half full. */
struct map {
	struct name *places;
	size_t room, n; /* room is a power of two */
};

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static size_t
hash(struct json_span text)
{
	unsigned long long h = 14695981039346656037ULL;

	for (size_t i = 0; i < text.n; i++)
		h = (h ^ (unsigned char)text.p[i]) * 1099511628211ULL;
	return (size_t)(h ^ h >> 32);
}

/* The place of a name, or the free one where it belongs. */
static struct name *
place(struct name *places, size_t room, struct json_span name)
{
	size_t i = hash(name) & (room - 1);

	while (places[i].text != NULL &&
	       (places[i].n != name.n || memcmp(places[i].text, name.p, name.n) != 0))
		i = (i + 1) & (room - 1);
	return &places[i];
}

/* Move to room places.  0, or -1 without memory. */
static int
move(struct map *names, size_t room)
{
	struct name *places = calloc(room, sizeof(*places));

	if (places == NULL)
		return -1;
	for (size_t i = 0; i < names->room; i++) {
		const struct name *old = &names->places[i];

		if (old->text != NULL)
			*place(places, room, (struct json_span){old->text, old->n}) =
			    *old;
	}
	free(names->places);
	names->places = places;
	names->room = room;
	return 0;
}

struct map *
map_open(void)
{
	struct map *names = calloc(1, sizeof(*names));

	if (names != NULL && move(names, ROOM_MIN) == 0)
		return names;
	free(names);
	return NULL;
}

void *
map_find(const struct map *names, struct json_span name)
{
	return place(names->places, names->room, name)->meaning;
}

int
map_add(struct map *names, struct json_span name, void *meaning)
{
	char *text;

	if (names->n * 2 >= names->room && move(names, names->room * 2) != 0)
		return -1;
	text = malloc(name.n + 1);
	if (text == NULL)
		return -1;
	memcpy(text, name.p, name.n);
	*place(names->places, names->room, name) =
	    (struct name){.text = text, .n = name.n, .meaning = meaning};
	names->n++;
	return 0;
}

size_t
map_count(const struct map *names)
{
	return names->n;
}

void
map_clear(struct map *names)
{
	for (size_t i = 0; i < names->room && names->n > 0; i++) {
		if (names->places[i].text == NULL)
			continue;
		free(names->places[i].text);
		names->places[i] = (struct name){.text = NULL};
		names->n--;
	}
}

void
map_close(struct map *names)
{
	if (names == NULL)
		return;
	map_clear(names);
	free(names->places);
	free(names);
}
