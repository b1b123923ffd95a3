/*
 * A database as the stream that it came from, and what changed in it since another time.
 * All is derived from streams[]: documents go out byte for byte, rows of our own as
 * objects of their columns.  elog-stream(5) says what such records have of their own.
 */
#ifndef DUMP_H
#define DUMP_H

#include <sqlite3.h>
#include <stdbool.h>

#include "stream/stream.h"
#include "stream/streams.h"

struct dump_options {
	bool wanted[STREAMS_MAX]; /* by row of streams[] */
	const char *experiments;  /* a GLOB that their names match, or NULL: all */
	const char *since; /* the value of a STATE message of another dump, or NULL */
};

/*
 * Write a database, as it is now whatever is written meanwhile, to out, and a STATE
 * message behind it.  Memory does not grow with it.  What since names must be a state of
 * this database and this choice; else all is written, after a message.  0, or -1 after a
 * message.
 */
int dump_run(sqlite3 *db, const char *path, struct stream *out,
    const struct dump_options *options);

#endif
