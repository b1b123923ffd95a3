/* Searching: the documents that match, newest or best first. */
#ifndef SEARCH_H
#define SEARCH_H

#include <sqlite3.h>

#include "query/search_match.h"

struct search_options {
	bool by_rank;	 /* the best first (BM25), not the newest */
	bool ranked;	 /* rank is asked for all the same */
	bool deleted;	 /* deleted entries and older versions, too */
	bool gone;	 /* experiments that the service has no more, too */
	long long limit; /* -1: none */
};

/* A document that was found, borrowed.  Not 0: no more are wanted. */
typedef int search_take(void *context, const struct search_document *document);

/*
 * Hand over the documents of a database that match, in their order.  The exit status: 0,
 * also if there is none; 1 after a message that names path; 2 after one about a condition
 * (where:).
 */
int search_run(sqlite3 *db, const char *path, struct search_query *query,
    const struct search_options *options, search_take *take, void *context);

/* Count them.  The exit status as of search_run(). */
int search_count(sqlite3 *db, const char *path, struct search_query *query,
    const struct search_options *options, long long *n);

#endif
