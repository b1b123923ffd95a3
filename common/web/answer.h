/* What a request is answered with: a page, the rows of one, or that there is none. */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "web/page.h"

struct answer {
	int status;	  /* of HTTP */
	const char *type; /* of the body, with its charset */
	char *body;	  /* malloc'd */
	size_t n;
	int fd; /* where the body is too large for memory: a file without a name, else -1
		 */
	bool keep;   /* it is the same until the database is another */
	int seconds; /* and that long; 0: any time */
	const char
	    *save_as; /* a name, percent-encoded, of the request; NULL: it is shown */
	bool framed;  /* it is made to be shown in a frame of our own pages */
};

/*
 * Make the answer to a request for a page.  version is that of the database, which the
 * page says to its script.  It always makes one; release with answer_free().
 */
void answer_make(struct answer *answer, struct pool *pool, const struct page *page,
    struct request *request, uint64_t version);

/* A page that says what is wrong, or for a form of rows an object that does. */
void answer_error(struct answer *answer, struct request *request, int status,
    const char *title, const char *text);

void answer_free(struct answer *answer);

#endif
