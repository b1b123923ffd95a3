/*
 * A response body of any bytes for each resource: documents lie inside the body,
 * and each, as a record, is one line of JSON that names its experiment.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "logbook/record.h"
#include "logbook/split.h"
#include "stream/streams.h"
#include "text/json.h"

struct context {
	const struct streams_row *resource;
	const char *body;
	size_t n;
	char *text;
	size_t used, size;
};

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
append(void *context, const char *p, size_t n)
{
	struct context *c = context;

	if (c->used + n > c->size) {
		c->size = (c->used + n) * 2;
		c->text = realloc(c->text, c->size);
		require(c->text != NULL);
	}
	memcpy(c->text + c->used, p, n);
	c->used += n;
}

static void
take(void *context, const struct split_document *document)
{
	struct context *c = context;
	struct json s;
	struct json_span line, record, name;

	require(document->text.p >= c->body &&
		document->text.p + document->text.n <= c->body + c->n);
	c->used = 0;
	record_document(append, c, c->resource, "\"e\"", document, "now");
	require(memchr(c->text, '\n', c->used) == NULL);
	json_begin(&s, c->text, c->used);
	require(json_value(&s, &line) && json_end(&s) && !s.unclean);
	require(json_find(line, "record", &record));
	require(json_find(record, "experiment", &name) && name.p[0] == '"' &&
		json_string_is(name, "e"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct split_error error;
	char *body = malloc(size > 0 ? size : 1);

	require(body != NULL);
	memcpy(body, data, size);
	for (const struct streams_row *r = streams; r->applied == STREAMS_STAGED; r++) {
		struct context c = {.resource = r, .body = body, .n = size};
		long checked, taken;

		checked = split_body(body, size, r, "e", NULL, NULL, NULL, NULL, &error);
		require(checked >= 0 || error.text[0] != '\0');
		taken = split_body(body, size, r, "e", take, &c, NULL, NULL, &error);
		require(checked == taken);
		free(c.text);
	}
	free(body);
	return 0;
}
