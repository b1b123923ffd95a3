/* A table of names, of any bytes, and what each stands for. */
#ifndef MAP_H
#define MAP_H

#include <stddef.h>

#include "text/json.h"

struct map;

/* NULL without memory. */
struct map *map_open(void);

/* What a name stands for, or NULL if it is not there. */
void *map_find(const struct map *names, struct json_span name);

/* Add a name, of which a copy is kept, that is not there.  0, or -1 without memory. */
int map_add(struct map *names, struct json_span name, void *meaning);

size_t map_count(const struct map *names);

/* Remove all. */
void map_clear(struct map *names);

/* NULL is allowed. */
void map_close(struct map *names);

#endif
