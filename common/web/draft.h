/*
 * Pages as they were made last, by their addresses.  A database changes often, and most
 * pages hold the same rows after that as before: then the HTML is that of the last time,
 * but for the version of the database that it names.  For any thread.
 */
#ifndef DRAFT_H
#define DRAFT_H

#include <libxml/tree.h>
#include <stddef.h>
#include <stdint.h>

/* A digest of all that a document holds, but for the attribute "version" of its root. */
uint64_t draft_digest(xmlDoc *doc);

/*
 * The page that was made of a document with that digest for an address, with another
 * version in it; malloc'd, *n bytes.  NULL if it is not known.
 */
char *draft_find(const char *address, uint64_t digest, const char *version, size_t *n);

/* Remember a page, whose text is copied. */
void draft_keep(const char *address, uint64_t digest, const char *page, size_t n);

/* Forget all, when all threads have ended. */
void draft_end(void);

#endif
