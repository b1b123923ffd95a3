#include "logbook/record.h"
#include "text/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
put_number(struct stream *out, long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	stream_puts(out, text);
}

static void
put_quoted(struct stream *out, const char *text)
{
	char *quoted = json_quote(text);

	stream_puts(out, quoted != NULL ? quoted : "\"\"");
	free(quoted);
}

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

/* A member whose name needs no quoting, behind another one. */
static void
put_member(struct stream *out, const char *name)
{
	stream_puts(out, ",\"");
	stream_puts(out, name);
	stream_puts(out, "\":");
}

static void
put_counts(struct stream *out, const struct record_outcome *outcomes)
{
	const char *comma = "";

	put_member(out, "records");
	stream_puts(out, "{");
	for (size_t i = 0; i < streams_staged(); i++) {
		if (outcomes[i].arrival != RECORD_ARRIVED)
			continue;
		stream_puts(out, comma);
		stream_puts(out, "\"");
		stream_puts(out, streams[i].name);
		stream_puts(out, "\":");
		put_number(out, outcomes[i].count);
		comma = ",";
	}
	stream_puts(out, "}");
}

/* Why a stream did not come: members behind another one. */
static void
put_failure(struct stream *out, const struct record_outcome *outcome)
{
	if (outcome->http_status != 0) {
		put_member(out, "http_status");
		put_number(out, outcome->http_status);
	}
	put_member(out, "attempts");
	put_number(out, outcome->attempts);
	if (outcome->message != NULL) {
		put_member(out, "message");
		put_quoted(out, outcome->message);
	}
}

/* The outcome of each stream that was asked for and did not come. */
static void
put_outcomes(struct stream *out, const struct record_outcome *outcomes)
{
	bool first = true;

	for (size_t i = 0; i < streams_staged(); i++) {
		const char *status = outcomes[i].arrival == RECORD_MISSING   ? "missing"
				     : outcomes[i].arrival == RECORD_REFUSED ? "denied"
				     : outcomes[i].arrival == RECORD_FAILED  ? "failed"
									     : NULL;

		if (status == NULL)
			continue;
		if (first)
			put_member(out, "streams");
		stream_puts(out, first ? "{\"" : ",\"");
		stream_puts(out, streams[i].name);
		stream_puts(out, "\":{\"status\":\"");
		stream_puts(out, status);
		stream_puts(out, "\"");
		put_failure(out, &outcomes[i]);
		stream_puts(out, "}");
		first = false;
	}
	if (!first)
		stream_puts(out, "}");
}

void
record_fetch(struct stream *out, const struct record_fetch *fetch)
{
	const struct record_outcome unasked = {.message = (char *)fetch->message};
	int blamed = record_blamed(fetch->outcomes);
	bool came = strcmp(fetch->status, "complete") == 0 ||
		    strcmp(fetch->status, "partial") == 0;

	stream_puts(out, "{\"type\":\"RECORD\",\"stream\":\"fetches\","
			 "\"record\":{\"experiment\":");
	put_quoted(out, fetch->experiment);
	put_member(out, "status");
	put_quoted(out, fetch->status);
	if (blamed >= 0 || fetch->message != NULL) {
		put_member(out, "stream");
		put_quoted(out, streams[blamed >= 0 ? blamed : 0].name);
		put_failure(
		    out, fetch->message != NULL ? &unasked : &fetch->outcomes[blamed]);
	}
	if (came) {
		put_counts(out, fetch->outcomes);
		put_outcomes(out, fetch->outcomes);
	}
	stream_puts(out, ",\"fetched_at\":\"");
	stream_puts(out, fetch->fetched_at);
	stream_puts(out, "\"},\"time_extracted\":\"");
	stream_puts(out, fetch->fetched_at);
	stream_puts(out, "\"}");
	stream_end_line(out);
}

void
record_state(struct stream *out, const char *experiment, const char *fetched_at)
{
	stream_puts(out, "{\"type\":\"STATE\",\"value\":{\"bookmarks\":{");
	put_quoted(out, experiment);
	stream_puts(out, ":{\"fetched_at\":\"");
	stream_puts(out, fetched_at);
	stream_puts(out, "\"}}}}");
	stream_end_line(out);
}
