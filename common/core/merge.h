/* A batch into the server's tables, in one transaction. */
#ifndef MERGE_H
#define MERGE_H

#include <stdbool.h>

#include "core/batch.h"
#include "core/dbms.h"

struct merge {
	const char *source; /* borrowed */
	char session[40];   /* of this push, unlike that of any other */
	long number;	    /* of the batch, from 1 */
	bool begun;	    /* one was written */
	/* Of each stream's table: was it looked at, and was nothing in it? */
	bool looked[STREAMS_MAX], empty[STREAMS_MAX];
	bool superseded; /* another push of this source has begun: after a failure */
};

/*
 * Write it all, or nothing.  One that was written already, though nobody told us so, is
 * not written again.  DBMS_STOPPED after a message.
 */
enum dbms_result merge_batch(
    struct merge *merge, struct dbms *server, struct batch *batch);

/* The SQL of all that is ever asked of a stream's table, for its tests; malloc'd. */
char *merge_text(const struct table *table, const struct dialect *dialect);

#endif
