/* The nearest of several names to a mistyped one. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

/*
 * Index of the name, of n that name_at(table, i) gives, with the smallest
 * Levenshtein distance to text; the first of several.  Looks at the first 64
 * bytes of each.  n must not be 0.
 */
size_t suggest(const char *text, const char *(*name_at)(const void *table, size_t i),
    const void *table, size_t n);

/* Levenshtein distance of the first 64 bytes of two texts. */
size_t suggest_distance(const char *a, const char *b);

#endif
