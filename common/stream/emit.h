/*
 * Records, written as lines of a stream: elog-stream(5) shows them.
 *
 *	struct writer w = emit_record(&out, "conditions");
 *
 *	writer_string(&w, "experiment", "mfx12345");
 *	writer_integer(&w, "run", 7);
 *	emit_end(&w);
 */
#ifndef EMIT_H
#define EMIT_H

#include "stream/stream.h"
#include "text/writer.h"

/*
 * Begin a RECORD message.  What is written to the writer are the members of the record;
 * out is borrowed until emit_end(), which ends the line.
 */
struct writer emit_record(struct stream *out, const char *stream);
void emit_end(struct writer *w);

/* The same with time_extracted, RFC 3339, in the message. */
void emit_end_at(struct writer *w, const char *time_extracted);

#endif
