/* A response body of the service, checked and split into documents. */
#ifndef SPLIT_H
#define SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "stream/streams.h"
#include "text/json.h"

struct split_document {
	struct json_span text; /* the document, byte for byte */
	bool unclean;	       /* needs json_clean() to stand on one line of JSON */
	size_t clean;	       /* bytes before the first place that does */
	/*
	 * It names its experiment itself, once, but not in its first member: no
	 * second member of that name is needed in front.
	 */
	bool named;
};

struct split_error {
	bool truncated; /* the body ends in the middle: worth another attempt */
	char text[200];
};

/* One document of the body; context is the caller's. */
typedef void split_take(void *context, const struct split_document *document);

/*
 * Walk a body of n bytes, the answer for resource, and hand its documents over in
 * their order.  The envelope must say success: true and hold a "value" of the
 * resource's shape; each document must be an object with the resource's key.
 *
 * Documents are handed over before the rest of the body is known to be good.  take
 * may be NULL.  passed (may be NULL) is called now and then with the offset of what was
 * read. Returns the number of documents, or -1 with *error filled in.
 */
long split_body(const char *body, size_t n, const struct streams_row *resource,
    const char *experiment, split_take *take, void *context,
    void (*passed)(void *passed_context, size_t offset), void *passed_context,
    struct split_error *error);

/*
 * Find a text in the info document: the value of a member of an object inside it
 * ("params", "PNR"), decoded and malloc'd.  NULL if it is not there, no string,
 * empty, or without memory.
 */
char *split_text(struct json_span document, const char *object, const char *member);

#endif
