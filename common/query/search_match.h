/* A document held against a search: does it match, and where? */
#ifndef SEARCH_MATCH_H
#define SEARCH_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "query/search_document.h"
#include "query/search_parse.h"

/* Is the document of a run for which the where'th condition is true?  1, 0, or -1. */
typedef int search_where(
    void *context, const struct search_document *document, size_t where);

/*
 * Does the document match all terms?  exact: those that the index sees to wholly have
 * been seen to.  1; 0; -1 after a message.
 */
int search_matches(const struct search_query *query,
    const struct search_document *document, bool exact, search_where *where,
    void *context);

struct search_hit {
	size_t at, n; /* bytes */
};

/*
 * Where the terms that look at a field, or anywhere, are in a text of it: at most max
 * pieces, in the order of the text, none inside another.  Those that begin more than so
 * many bytes behind the first one may be left out.  Returns their number.
 */
size_t search_hits(const struct search_query *query, enum search_field field,
    const char *text, size_t behind, struct search_hit *hits, size_t max);

#endif
