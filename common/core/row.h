/* A record as a row of its table: a line as COPY and LOAD DATA have it. */
#ifndef ROW_H
#define ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "core/table.h"
#include "text/buffer.h"
#include "text/json.h"

#define ROW_WHY 200

struct row_maker {
	const char *source; /* borrowed */
	const struct dialect *dialect;
	size_t longest;	     /* no value may be longer; 0: no bound */
	struct buffer line;  /* the last row; of a table that is single without its end */
	struct buffer key;   /* its row_key */
	struct buffer value; /* a decoded text */
	struct json_span document; /* of the record at hand, behind open */
	const char *open;	   /* what stands before it: "{", or "" */
	uint64_t hash;		   /* of its key */
};

enum row_kind {
	ROW_WHOLE,
	ROW_DELETED, /* what has its key is no more: it has no record; of a staged table
			its source is '' */
	ROW_BARE,    /* without a document */
};

/*
 * Make the row of a record, an object that was checked, into maker->line.  NULL; or what
 * is wrong with it, in why.
 */
const char *row_make(struct row_maker *maker, const struct table *table,
    struct json_span record, enum row_kind kind, char why[ROW_WHY]);

/* n bytes as a field of a line. */
void row_escape(struct buffer *line, const char *p, size_t n);

void row_release(struct row_maker *maker);

#endif
