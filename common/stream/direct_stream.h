/*
 * The streams that elog's own tools make beside those of the service: their keys and
 * schemas, shared by the tools that write them and elog-load, which takes them record
 * by record (direct.h).  Adding one is adding a row here and
 * common/sql/direct/STREAM.sql.
 */
#ifndef DIRECT_STREAM_H
#define DIRECT_STREAM_H

#include "stream/stream.h"
#include "text/json.h"

#define DIRECT_KEYS_MAX 4

struct direct_stream {
	const char *stream;
	const char *keys[DIRECT_KEYS_MAX]; /* key_properties, NULL behind the last */
	const char *schema;		   /* JSON Schema of a record */
};

/* Ends with a row whose stream is NULL. */
extern const struct direct_stream direct_streams[];

/* The row of a stream of that name (a JSON string with its quotes), or NULL. */
const struct direct_stream *direct_stream_named(struct json_span name);

/* Write its SCHEMA message, a line.  A stream that is not in the table is an error of
   the program, and writes nothing. */
void direct_stream_schema(struct stream *out, const char *name);

#endif
