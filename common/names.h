/* A table of names, of any bytes, and what each stands for. */
#ifndef NAMES_H
#define NAMES_H

#include <stddef.h>

#include "scan.h"

struct names;

/* NULL without memory. */
struct names *names_open(void);

/* What a name stands for, or NULL if it is not there. */
void *names_find(const struct names *names, struct scan_span name);

/* Add a name, of which a copy is kept, that is not there.  0, or -1 without memory. */
int names_add(struct names *names, struct scan_span name, void *meaning);

size_t names_count(const struct names *names);

/* Remove all. */
void names_clear(struct names *names);

/* NULL is allowed. */
void names_close(struct names *names);

#endif
