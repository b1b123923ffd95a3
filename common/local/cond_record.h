/* Records of local data, written as lines of a stream: elog-stream(5) shows them. */
#ifndef COND_RECORD_H
#define COND_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "stream/stream.h"
#include "text/timestamp.h"
#include "text/writer.h"

/* Records of one of the streams in streams[], by one person at one time. */
struct cond_record {
	struct stream *out;
	const char *stream;
	const char *program;
	char *user;
	bool force;		  /* a value may widen a type that somebody declared */
	char at[TIMESTAMP_SHORT]; /* RFC 3339 in UTC */
	struct writer w;
};

/*
 * Begin records of a stream, with its SCHEMA message.  The stream's name and out are
 * borrowed.  0, or -1 after a message.
 */
int cond_record_open(struct cond_record *record, struct stream *out, const char *stream);

/* A record begins; its members follow, then cond_record_end(). */
void cond_record_begin(struct cond_record *record);

/* A member with a text of n bytes in UTF-8.  p may be NULL: then there is no member. */
void cond_record_text(
    struct cond_record *record, const char *name, const char *p, size_t n);

/* The same for a field of tab-separated values as elog-select(1) writes them, in which
   \t, \n, \r and \\ stand for the characters. */
void cond_record_field(
    struct cond_record *record, const char *name, const char *p, size_t n);

/* A member with a JSON value, as it stands. */
void cond_record_json(
    struct cond_record *record, const char *name, struct json_span json);

/* A member with a whole number. */
void cond_record_number(struct cond_record *record, const char *name, long long number);

/* The member "experiment": its address, whichever of its names is given. */
void cond_record_experiment(struct cond_record *record, const char *name);

/* The member "run": a number where the text is one as it would be written, so not
   "007", else a text. */
void cond_record_run(struct cond_record *record, const char *p, size_t n);

/* Who, when, with which program, and at which line; 0: it is of no input with lines. */
void cond_record_end(struct cond_record *record, long line);

/* Release; the stream stays open. */
void cond_record_close(struct cond_record *record);

#endif
