#include "stream/document.h"

#include <stdio.h>
#include <string.h>

#include "base/msg.h"

char *
document_prefix(const struct streams_row *row, const char *experiment_json)
{
	char *prefix;

	if (asprintf(&prefix,
		"{\"type\":\"RECORD\",\"stream\":\"%s\",\"record\":{\"experiment\":%s%s%"
		"s%s",
		row->name, experiment_json, row->member != NULL ? ",\"" : "",
		row->member != NULL ? row->member : "",
		row->member != NULL ? "\":" : "") < 0) {
		msg("no memory");
		return NULL;
	}
	return prefix;
}

void
document_begin(struct stream *out, const struct streams_row *row)
{
	stream_puts(out, "{\"type\":\"RECORD\",\"stream\":\"");
	stream_puts(out, row->name);
	stream_puts(out, "\",\"record\":");
}

void
document_end(struct stream *out)
{
	stream_puts(out, "}");
	stream_end_line(out);
}

void
document_put(struct stream *out, const struct streams_row *row, const char *prefix,
    const char *experiment, const char *p, size_t n)
{
	struct json_span value, document = {p, n};
	size_t blank = 1;

	/* One that names its experiment itself, but not first, came so. */
	if (row->shape != STREAMS_WRAPPED && memmem(p, n, "\"experiment\"", 12) != NULL &&
	    json_find(document, "experiment", &value) && value.p[0] == '"' &&
	    json_string_is(value, experiment)) {
		size_t first = 1 + strspn(p + 1, " \t");

		if (strncmp(p + first, "\"experiment\"", 12) != 0) {
			document_begin(out, row);
			stream_put(out, p, n);
			document_end(out);
			return;
		}
	}
	stream_puts(out, prefix);
	if (row->shape == STREAMS_WRAPPED) {
		stream_put(out, p, n);
		stream_puts(out, "}");
	} else {
		while (blank < n && (p[blank] == ' ' || p[blank] == '\t'))
			blank++;
		if (p[blank] != '}')
			stream_puts(out, ",");
		stream_put(out, p + 1, n - 1);
	}
	document_end(out);
}
