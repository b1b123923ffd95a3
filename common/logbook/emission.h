/*
 * A body that came from the service, on its way out: checked, and each of its documents a
 * record, or what a filter makes of it.
 */
#ifndef EMISSION_H
#define EMISSION_H

#include <stdbool.h>
#include <stddef.h>

#include "logbook/attachment.h"
#include "logbook/filter.h"
#include "logbook/split.h"
#include "stream/stream.h"
#include "stream/streams.h"
#include "text/buffer.h"

struct emission {
	struct stream *out;
	struct filter *filter;		       /* or NULL for messages */
	struct attachment_output *attachments; /* behind each logbook entry; or NULL */
	/* Its own: */
	bool schema_sent[STREAMS_MAX];
	struct split_document *documents; /* where those of the body at hand are */
	size_t n;
	struct buffer record; /* on its way through the filter */
};

/* The answer for a resource of an experiment. */
struct emission_body {
	const struct streams_row *resource;
	const char *experiment, *fetched_at;
	const char *experiment_json; /* the name as a JSON string */
	const char *text;
	size_t n;
	/* Called now and then with the offset of what is not needed any more. */
	void (*passed)(void *spool, size_t offset);
	void *spool;
};

/* All is borrowed, filter and attachments where they are not NULL.  0, or -1 without
   memory, after a message. */
int emission_open(struct emission *emission, struct stream *out, struct filter *filter,
    struct attachment_output *attachments);

/* Check a body.  Returns the number of its documents, or -1 with *error filled in. */
long emission_look(struct emission *emission, const struct emission_body *body,
    struct split_error *error);

/* The first document of the body that was looked at, if it has any. */
struct json_span emission_first(const struct emission *emission);

/* Pass on the records of the body that was looked at, with the SCHEMA before the first of
   all.  0, or -1 where some could not be; the others are written. */
int emission_pass(struct emission *emission, const struct emission_body *body);

void emission_close(struct emission *emission);

#endif
