#include "logbook/record.h"

#include <string.h>

#include "stream/emit.h"
#include "text/json.h"

/* Where the pieces of a record go. */
struct sink {
	record_put *put;
	void *context;
};

static void
puts_to(const struct sink *sink, const char *text)
{
	sink->put(sink->context, text, strlen(text));
}

static void
put_body(const struct sink *sink, const struct streams_row *resource,
    const char *experiment_json, const struct split_document *document)
{
	struct json_span rest = document->text;
	bool whole = resource->shape == STREAMS_WRAPPED;
	size_t skipped;

	if (!document->named) {
		puts_to(sink, "{\"experiment\":");
		puts_to(sink, experiment_json);
		if (whole) {
			puts_to(sink, ",\"");
			puts_to(sink, resource->member);
			puts_to(sink, "\":");
		} else {
			/* The document loses its brace; a comma if it has members. */
			rest.p++;
			rest.n--;
			if (rest.p[strspn(rest.p, " \t\r\n")] != '}')
				puts_to(sink, ",");
		}
	}
	skipped = (size_t)(rest.p - document->text.p);
	if (document->unclean)
		json_clean(rest,
		    document->clean > skipped ? document->clean - skipped : 0, sink->put,
		    sink->context);
	else
		sink->put(sink->context, rest.p, rest.n);
	if (whole)
		puts_to(sink, "}");
}

void
record_body(record_put *put, void *context, const struct streams_row *resource,
    const char *experiment_json, const struct split_document *document)
{
	put_body(&(struct sink){put, context}, resource, experiment_json, document);
}

void
record_document(record_put *put, void *context, const struct streams_row *resource,
    const char *experiment_json, const struct split_document *document,
    const char *time_extracted)
{
	const struct sink sink = {put, context};

	puts_to(&sink, "{\"type\":\"RECORD\",\"stream\":\"");
	puts_to(&sink, resource->name);
	puts_to(&sink, "\",\"record\":");
	put_body(&sink, resource, experiment_json, document);
	puts_to(&sink, ",\"time_extracted\":\"");
	puts_to(&sink, time_extracted);
	puts_to(&sink, "\"}");
}

int
record_blamed(const struct record_outcome *outcomes)
{
	for (size_t i = 0; i < streams_staged(); i++)
		if (streams[i].path != NULL && (outcomes[i].arrival == RECORD_REFUSED ||
						   outcomes[i].arrival == RECORD_FAILED))
			return (int)i;
	return -1;
}

static void
put_counts(struct writer *w, const struct record_outcome *outcomes)
{
	writer_object(w, "records");
	for (size_t i = 0; i < streams_staged(); i++)
		if (outcomes[i].arrival == RECORD_ARRIVED)
			writer_integer(w, streams[i].name, outcomes[i].count);
	writer_end_object(w);
}

/* Why a stream did not come. */
static void
put_failure(struct writer *w, const struct record_outcome *outcome)
{
	if (outcome->http_status != 0)
		writer_integer(w, "http_status", outcome->http_status);
	writer_integer(w, "attempts", outcome->attempts);
	if (outcome->message != NULL)
		writer_string(w, "message", outcome->message);
}

/* The outcome of each stream that was asked for and did not come. */
static void
put_outcomes(struct writer *w, const struct record_outcome *outcomes)
{
	bool any = false;

	for (size_t i = 0; i < streams_staged(); i++) {
		const char *status = outcomes[i].arrival == RECORD_MISSING   ? "missing"
				     : outcomes[i].arrival == RECORD_REFUSED ? "denied"
				     : outcomes[i].arrival == RECORD_FAILED  ? "failed"
									     : NULL;

		if (status == NULL)
			continue;
		if (!any)
			writer_object(w, "streams");
		any = true;
		writer_object(w, streams[i].name);
		writer_string(w, "status", status);
		put_failure(w, &outcomes[i]);
		writer_end_object(w);
	}
	if (any)
		writer_end_object(w);
}

void
record_fetch(struct stream *out, const struct record_fetch *fetch)
{
	const struct record_outcome unasked = {.message = (char *)fetch->message};
	int blamed = record_blamed(fetch->outcomes);
	struct writer w = emit_record(out, "fetches");

	writer_string(&w, "experiment", fetch->experiment);
	writer_string(&w, "status", fetch->status);
	if (blamed >= 0 || fetch->message != NULL) {
		writer_string(&w, "stream", streams[blamed >= 0 ? blamed : 0].name);
		put_failure(
		    &w, fetch->message != NULL ? &unasked : &fetch->outcomes[blamed]);
	}
	if (strcmp(fetch->status, "complete") == 0 ||
	    strcmp(fetch->status, "partial") == 0) {
		put_counts(&w, fetch->outcomes);
		put_outcomes(&w, fetch->outcomes);
	}
	writer_string(&w, "fetched_at", fetch->fetched_at);
	emit_end_at(&w, fetch->fetched_at);
}

void
record_state(struct stream *out, const char *experiment, const char *fetched_at)
{
	struct writer w = writer_to(stream_take, out);

	writer_object(&w, NULL);
	writer_string(&w, "type", "STATE");
	writer_object(&w, "value");
	writer_object(&w, "bookmarks");
	writer_object(&w, experiment);
	writer_string(&w, "fetched_at", fetched_at);
	for (int i = 0; i < 4; i++)
		writer_end_object(&w);
	stream_end_line(out);
}
