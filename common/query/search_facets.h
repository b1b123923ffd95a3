/* How many of what was found have which author, tag, experiment and so on. */
#ifndef SEARCH_FACETS_H
#define SEARCH_FACETS_H

#include "query/printer.h"
#include "query/search.h"

struct search_facets;

/*
 * Count by these facets, with commas between them: author, tag, experiment, instrument,
 * run, kind.  The exit status: 0; 2 after a message if there is no such facet; 1 after
 * one if the database failed.
 */
int search_facets_open(
    struct search_facets **facets, sqlite3 *db, const char *path, const char *names);

/* A search_take. */
int search_facets_take(void *facets, const struct search_document *document);

/* Rows facet, value, count, as they are printed, to be finalized; NULL after a message.
 */
sqlite3_stmt *search_facets_rows(struct search_facets *facets);

/* Print rows facet, value, count, the most frequent first.  The exit status. */
int search_facets_print(
    struct search_facets *facets, const struct printer_format *format);

/* NULL is allowed. */
void search_facets_close(struct search_facets *facets);

#endif
