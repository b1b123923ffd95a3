/* Records of stream attachments: what the documents of logbook entries name. */
#ifndef ATTACHMENT_H
#define ATTACHMENT_H

#include <stdbool.h>

#include "logbook/experiment.h"
#include "stream/stream.h"
#include "text/json.h"

struct attachment_output {
	struct stream *out;   /* borrowed */
	const char *base_url; /* the service's authenticated_url */
	bool schema_sent;
};

/*
 * Write a record for each attachment of an entry (its document, an object that was
 * checked), and before the first of all the SCHEMA.  None for an entry that was deleted.
 * Its path is EXPERIMENT/ENTRY/NAME, where NAME is the attachment's, with '/' as '_'; if
 * it has none, a very long one, or that of another before it, its id is in front.
 * Returns 0, or -1 without memory.
 */
int attachment_records(struct attachment_output *output, const char *experiment,
    struct json_span document, const char *observed_at);

/*
 * The same for all entries that a database has of the experiments in a list, or of all
 * experiments if it is empty.  Returns 0, or 1 (the exit status) after a message: one of
 * them is not there, too.
 */
int attachment_from_database(struct attachment_output *output, const char *database,
    const struct experiment_list *list);

#endif
