/*
 * Singer messages (specification 0.3.0: SCHEMA, RECORD, STATE), written as lines
 * of a stream.  elog-stream(5) shows them.
 */
#ifndef RECORD_H
#define RECORD_H

#include "logbook/split.h"
#include "stream/stream.h"
#include "stream/streams.h"

/* What came of one stream of an experiment. */
enum record_arrival {
	RECORD_UNASKED,
	RECORD_ARRIVED,
	RECORD_MISSING, /* an optional one that the service does not have */
	RECORD_REFUSED, /* 403 */
	RECORD_FAILED,
};

struct record_outcome {
	enum record_arrival arrival;
	long count; /* records, if it arrived; else: */
	long http_status;
	int attempts;
	char *message; /* malloc'd, or NULL */
};

/* How the fetch of an experiment ended: the record of stream "fetches". */
struct record_fetch {
	const char *experiment;
	const char *status; /* "complete", "partial", "failed", "denied" or "gone" */
	const struct record_outcome *outcomes; /* by row of streams[] */
	const char *message;		       /* if nothing was asked: why; else NULL */
	const char *fetched_at;		       /* RFC 3339, UTC */
};

/*
 * The row of the stream that is to blame: the first in the order of the table that was
 * refused or failed, those of another application left out.  -1 if there is none.
 */
int record_blamed(const struct record_outcome *outcomes);

/* Takes n bytes of output. */
typedef void record_put(void *context, const char *p, size_t n);

/*
 * The record itself: the document, with its experiment as the first member,
 * cleaned if it needs it.  No message around it, no newline behind it.
 * experiment_json is the name as a JSON string with its quotes.
 */
void record_body(record_put *put, void *context, const struct streams_row *resource,
    const char *experiment_json, const struct split_document *document);

/* The RECORD message of a document, without a newline behind it. */
void record_document(record_put *put, void *context, const struct streams_row *resource,
    const char *experiment_json, const struct split_document *document,
    const char *time_extracted);

/* The RECORD message that closes an experiment. */
void record_fetch(struct stream *out, const struct record_fetch *fetch);

/* The STATE message of an experiment that is complete. */
void record_state(struct stream *out, const char *experiment, const char *fetched_at);

#endif
