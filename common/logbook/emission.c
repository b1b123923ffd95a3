#include "logbook/emission.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "logbook/record.h"
#include "text/json.h"

#define KEPT_MAX 16384 /* documents of a body that are found only once */

int
emission_open(struct emission *emission, struct stream *out, struct filter *filter,
    struct attachment_output *attachments)
{
	*emission =
	    (struct emission){.out = out, .filter = filter, .attachments = attachments};
	emission->documents = calloc(KEPT_MAX, sizeof(*emission->documents));
	if (emission->documents != NULL)
		return 0;
	msg("no memory");
	return -1;
}

void
emission_close(struct emission *emission)
{
	free(emission->documents);
	buffer_free(&emission->record);
}

/* Remember where a document is, as long as there are not too many. */
static void
keep(void *context, const struct split_document *document)
{
	struct emission *emission = context;

	if (emission->n < KEPT_MAX)
		emission->documents[emission->n] = *document;
	emission->n++;
}

long
emission_look(struct emission *emission, const struct emission_body *body,
    struct split_error *error)
{
	emission->n = 0;
	return split_body(body->text, body->n, body->resource, body->experiment, keep,
	    emission, body->passed, body->spool, error);
}

struct json_span
emission_first(const struct emission *emission)
{
	return emission->documents[0].text;
}

/* The records of one body on their way out. */
struct passage {
	struct emission *emission;
	const struct emission_body *body;
	size_t released; /* offset up to which the body was let go */
	bool failed;
};

/* Write to stdout; of a piece too large for memory, let go what is written. */
static void
put(void *context, const char *p, size_t n)
{
	struct passage *passage = context;
	const struct emission_body *body = passage->body;
	struct stream *out = passage->emission->out;

	for (; n > JSON_STRIDE; p += JSON_STRIDE, n -= JSON_STRIDE) {
		stream_put(out, p, JSON_STRIDE);
		body->passed(body->spool, (size_t)(p - body->text));
	}
	stream_put(out, p, n);
}

static void
let_go(struct passage *passage, const char *end)
{
	const struct emission_body *body = passage->body;
	size_t offset = (size_t)(end - body->text);

	if (offset - passage->released < JSON_STRIDE)
		return;
	body->passed(body->spool, offset);
	passage->released = offset;
}

static void
pass_message(struct passage *passage, const struct split_document *document)
{
	const struct emission_body *body = passage->body;
	struct emission *emission = passage->emission;

	record_document(put, passage, body->resource, body->experiment_json, document,
	    body->fetched_at);
	stream_end_line(emission->out);
	if (emission->attachments != NULL &&
	    strcmp(body->resource->name, "logbook_entries") == 0 &&
	    attachment_records(emission->attachments, body->experiment, document->text,
		body->fetched_at) != 0)
		passage->failed = true;
	let_go(passage, document->text.p + document->text.n);
}

static void
pass_filtered(struct passage *passage, const struct split_document *document)
{
	struct emission *emission = passage->emission;
	struct buffer *record = &emission->record;

	record->n = 0;
	record->failed = false;
	record_body(buffer_put, record, passage->body->resource,
	    passage->body->experiment_json, document);
	/* Without memory it is cut short, which is no JSON: the filter says so. */
	if (filter_run(emission->filter, record->p, record->n, emission->out) != 0)
		passage->failed = true;
}

static void
pass(void *context, const struct split_document *document)
{
	struct passage *passage = context;

	if (passage->emission->filter == NULL)
		pass_message(passage, document);
	else
		pass_filtered(passage, document);
}

int
emission_pass(struct emission *emission, const struct emission_body *body)
{
	struct passage passage = {.emission = emission, .body = body};
	bool *schema_sent = &emission->schema_sent[body->resource - streams];
	struct split_error error;

	if (emission->filter == NULL && !*schema_sent)
		streams_schema(emission->out, body->resource);
	*schema_sent = true;
	if (emission->n <= KEPT_MAX)
		for (size_t i = 0; i < emission->n; i++)
			pass(&passage, &emission->documents[i]);
	else
		(void)split_body(body->text, body->n, body->resource, body->experiment,
		    pass, &passage, body->passed, body->spool, &error);
	(void)stream_flush(emission->out);
	return passage.failed ? -1 : 0;
}
