/* Documents of the service, back as the records that they came in. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "stream/stream.h"
#include "stream/streams.h"

/* All of a message up to the document, for an experiment whose name is that JSON string;
   malloc'd, NULL after a message. */
char *document_prefix(const struct streams_row *row, const char *experiment_json);

/* Write a document of n bytes with its experiment, in front as elog-get puts it. */
void document_put(struct stream *out, const struct streams_row *row, const char *prefix,
    const char *experiment, const char *p, size_t n);

/* The messages around a record that is an object. */
void document_begin(struct stream *out, const struct streams_row *row);
void document_end(struct stream *out);

#endif
