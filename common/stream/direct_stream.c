#include "stream/direct_stream.h"

#include <string.h>

#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define TEXT "{\"type\":[\"string\",\"null\"]}"
#define TIME "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define COUNT "{\"type\":[\"integer\",\"null\"]}"
#define RUN "\"run\":{\"type\":[\"integer\",\"string\"]}"
/* Who says so, when, with which program, and at which line of its input. */
#define WHO "\"set_by\":" TEXT ",\"set_at\":" TEXT ",\"program\":" TEXT ",\"line\":" COUNT

const struct direct_stream direct_streams[] = {
    {.stream = "condition_types",
	.keys = {"name"},
	.schema = OBJECT("\"name\":" TEXT ",\"value_type\":" TEXT ",\"description\":" TEXT
			 ",\"mode\":" TEXT "," WHO)},
    {.stream = "conditions",
	.keys = {"experiment", "run", "name"},
	.schema = OBJECT("\"experiment\":" TEXT "," RUN ",\"name\":" TEXT
			 ",\"value\":{},\"mode\":" TEXT "," WHO)},
    {.stream = "aliases",
	.keys = {"name"},
	.schema = OBJECT("\"name\":" TEXT ",\"expression\":" TEXT ",\"description\":" TEXT
			 ",\"mode\":" TEXT "," WHO)},
    {.stream = "run_periods",
	.keys = {"name"},
	.schema = OBJECT("\"name\":" TEXT ",\"run_min\":" COUNT ",\"run_max\":" COUNT
			 ",\"start_time\":" TEXT ",\"end_time\":" TEXT
			 ",\"description\":" TEXT ",\"mode\":" TEXT "," WHO)},
    {.stream = "run_files",
	.keys = {"experiment", "run", "path", "sha256"},
	.schema = OBJECT("\"experiment\":" TEXT "," RUN ",\"path\":" TEXT
			 ",\"sha256\":" TEXT ",\"size\":" COUNT ",\"importance\":" COUNT
			 ",\"description\":" TEXT ",\"content\":" TEXT "," WHO)},
    {.stream = "downloads",
	.keys = {"url"},
	.schema = "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\"},"
		  "\"path\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"},"
		  "\"sha256\":{\"type\":\"string\"},\"modified\":" TEXT ",\"time\":" TIME
		  ",\"mtime\":" TIME ",\"started\":" TIME ",\"finished\":" TIME
		  ",\"attempts\":" COUNT ",\"resumed_from\":" COUNT ",\"source\":" TEXT
		  ",\"observed_at\":" TIME
		  ",\"status\":{\"const\":\"complete\"}},\"required\":[\"url\",\"path\","
		  "\"size\",\"sha256\",\"finished\",\"status\"]}"},
    {.stream = "partial_downloads",
	.keys = {"url"},
	.schema =
	    "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\"},"
	    "\"path\":" TEXT ",\"bytes\":{\"type\":\"integer\"},\"total\":" COUNT
	    ",\"sha256\":" TEXT
	    ",\"attempts\":{\"type\":\"integer\"},\"last_error\":" TEXT
	    ",\"last_attempt\":" TIME ",\"time\":" TIME ",\"source\":" TEXT
	    ",\"observed_at\":" TIME
	    ",\"status\":{\"enum\":[\"partial\",\"failed\"]}},\"required\":[\"url\","
	    "\"bytes\",\"attempts\",\"last_attempt\",\"status\"]}"},
    {.stream = "attachments",
	.keys = {"experiment", "entry_id", "attachment_id"},
	.schema =
	    "{\"type\":\"object\",\"properties\":{\"experiment\":{\"type\":\"string\"},"
	    "\"entry_id\":{\"type\":\"string\"},\"attachment_id\":{\"type\":\"string\"},"
	    "\"name\":" TEXT ",\"type\":" TEXT ",\"size\":" COUNT
	    ",\"path\":{\"type\":\"string\"},\"url\":{\"type\":\"string\"},"
	    "\"time\":" TIME ",\"observed_at\":" TIME "},\"required\":[\"experiment\","
	    "\"entry_id\",\"attachment_id\",\"path\",\"url\"]}"},
    {.stream = "remote_files",
	.keys = {"url"},
	.schema = "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\"},"
		  "\"source\":{\"type\":\"string\"},\"path\":{\"type\":\"string\"},"
		  "\"size\":{\"type\":[\"integer\",\"null\"]},"
		  "\"modified\":{\"type\":[\"string\",\"null\"]},"
		  "\"observed_at\":{\"type\":\"string\"},"
		  "\"time\":{\"type\":[\"string\",\"null\"]},"
		  "\"fields\":{\"type\":[\"object\",\"null\"]}}}"},
    {.stream = "scanned_directories",
	.keys = {"url"},
	.schema = "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\"},"
		  "\"source\":{\"type\":\"string\"},"
		  "\"time\":{\"type\":[\"string\",\"null\"]},"
		  "\"until\":{\"type\":[\"string\",\"null\"]},"
		  "\"status\":{\"enum\":[\"listed\",\"failed\"]},"
		  "\"entries\":{\"type\":[\"integer\",\"null\"]},"
		  "\"newest_change\":{\"type\":[\"string\",\"null\"]},"
		  "\"modified\":{\"type\":[\"string\",\"null\"]},"
		  "\"settled\":{\"type\":\"boolean\"},"
		  "\"selection\":{\"type\":\"string\"},"
		  "\"message\":{\"type\":[\"string\",\"null\"]},"
		  "\"attempts\":{\"type\":\"integer\"},"
		  "\"tried_at\":{\"type\":\"string\"}}}"},
    {.stream = NULL},
};

const struct direct_stream *
direct_stream_named(struct json_span name)
{
	for (const struct direct_stream *d = direct_streams; d->stream != NULL; d++)
		if (json_string_is(name, d->stream))
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
