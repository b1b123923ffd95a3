/* A server database, back into the stream. */
#ifndef READ_H
#define READ_H

#include "core/dbms.h"
#include "stream/stream.h"
#include "stream/streams.h"

struct read_options {
	bool wanted[STREAMS_MAX]; /* by row of streams[] */
	const char *experiments;  /* a pattern that their names match, or NULL: all */
	const char
	    *source; /* of what tells of a source's own database, that of this one */
};

/*
 * Write it as it is now, whatever is written there meanwhile.  Memory does not grow with
 * it.  The exit status, after a message; but that out could not be written is the
 * caller's to tell, see stream_close().
 */
int read_stream(
    struct dbms *server, struct stream *out, const struct read_options *options);

#endif
