#include "direct_stream.h"

#include <string.h>

const struct direct_stream direct_streams[] = {
    {.stream = NULL},
};

const struct direct_stream *
direct_stream_named(struct scan_span name)
{
	for (const struct direct_stream *d = direct_streams; d->stream != NULL; d++)
		if (scan_string_is(name, d->stream))
			return d;
	return NULL;
}

void
direct_stream_schema(struct stream *out, const char *name)
{
	const struct direct_stream *d = direct_streams;

	while (d->stream != NULL && strcmp(d->stream, name) != 0)
		d++;
	if (d->stream == NULL)
		return;
	stream_puts(out, "{\"type\":\"SCHEMA\",\"stream\":\"");
	stream_puts(out, d->stream);
	stream_puts(out, "\",\"schema\":");
	stream_puts(out, d->schema);
	stream_puts(out, ",\"key_properties\":[");
	for (int i = 0; i < DIRECT_KEYS_MAX && d->keys[i] != NULL; i++) {
		stream_puts(out, i > 0 ? ",\"" : "\"");
		stream_puts(out, d->keys[i]);
		stream_puts(out, "\"");
	}
	stream_puts(out, "]}");
	stream_end_line(out);
}
