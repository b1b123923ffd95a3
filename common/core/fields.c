#include "core/fields.h"

#include <string.h>

/* What came in pieces. */
struct pieces {
	struct buffer rest;
	fields_line *line;
	void *context;
};

static enum dbms_result
take_piece(struct pieces *pieces, const char *p, size_t n)
{
	enum dbms_result result = DBMS_DONE;

	while (n > 0 && result == DBMS_DONE) {
		const char *newline = memchr(p, '\n', n);
		size_t length = newline != NULL ? (size_t)(newline - p) + 1 : n;

		if (newline == NULL || pieces->rest.n > 0)
			buffer_put(&pieces->rest, p, length);
		if (newline != NULL && pieces->rest.n > 0) {
			result =
			    pieces->line(pieces->context, pieces->rest.p, pieces->rest.n);
			pieces->rest.n = 0;
		} else if (newline != NULL) {
			result = pieces->line(pieces->context, p, length);
		}
		p += length;
		n -= length;
	}
	return result;
}

enum dbms_result
fields_lines(dbms_source *source, void *from, fields_line *line, void *context)
{
	struct pieces pieces = {.line = line, .context = context};
	enum dbms_result result = DBMS_DONE;
	const char *p;
	long n = 0;

	while (result == DBMS_DONE && (n = source(from, &p)) > 0)
		result = take_piece(&pieces, p, (size_t)n);
	if (result == DBMS_DONE && n < 0)
		result = DBMS_STOPPED;
	buffer_free(&pieces.rest);
	return result;
}

bool
fields_next(const char **p, const char *end, struct buffer *value, bool *null)
{
	const char *at = *p;

	*null = false;
	if (at == NULL)
		return false;
	if (at + 1 < end && at[0] == '\\' && at[1] == 'N') {
		*null = true;
		at += 2;
	}
	for (; at < end && *at != '\t' && *at != '\n'; at++) {
		char c = *at;

		if (c == '\\' && at + 1 < end) {
			c = *++at;
			c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
		}
		buffer_put(value, &c, 1);
	}
	*p = at < end && *at == '\t' ? at + 1 : NULL;
	return true;
}
