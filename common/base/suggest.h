/* The nearest of several names to a mistyped one. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Index of the name, of n that name_at(table, i) gives, that is the least far
 * from text; the first of several.  n must not be 0.
 */
size_t suggest(const char *text, const char *(*name_at)(const void *table, size_t i),
    const void *table, size_t n);

/*
 * How far a name is from a text: 1 where it holds the text whole, else the Levenshtein
 * distance.  suggest_is_near() tells whether that is near enough to be worth a word: with
 * about a third of the text's letters wrong it is.
 */
size_t suggest_far(const char *text, const char *name);
bool suggest_is_near(const char *text, size_t far);

/* Levenshtein distance of the first 64 bytes of two texts. */
size_t suggest_distance(const char *a, const char *b);

#endif
