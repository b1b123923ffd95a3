#include "db/document.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "db/statement.h"
#include "text/buffer.h"
#include "text/json.h"

static void
give(sqlite3_context *context, struct buffer *out)
{
	size_t n;
	char *text = buffer_take(out, &n);

	if (text != NULL)
		sqlite3_result_text64(context, text, n, free, SQLITE_UTF8);
	else
		sqlite3_result_error_nomem(context);
}

/* The texts called "value" in an object, however deep: names with a dot are nested. */
static void
put_comments(struct buffer *out, const char *p, size_t n)
{
	struct json s;
	struct json_span key, value;
	char *text;

	json_begin(&s, p, n);
	if (!json_open(&s, '{'))
		return;
	while (json_member(&s, &key)) {
		if (!json_value(&s, &value))
			break;
		if (value.p[0] == '{') {
			/* No deeper than the scanner went in json_value(). */
			put_comments(out, value.p, value.n);
		} else if (value.p[0] == '"' && json_string_is(key, "value") &&
			   (text = malloc(value.n + 1)) != NULL) {
			json_string_decode(value, text);
			buffer_put(out, text, strlen(text));
			buffer_put(out, "\n", 1);
			free(text);
		}
	}
}

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* May a run have comments?  Mostly the member is there, and empty, behind thousands of
   others: to find its name takes a tenth of the time that reading those takes. */
static bool
may_have_comments(struct json_span doc)
{
	static const char name[] = "\"editable_params\"";
	const char *p = doc.p, *end = doc.p + doc.n;

	while ((p = memmem(p, (size_t)(end - p), name, sizeof(name) - 1)) != NULL) {
		p = skip_blanks(p + sizeof(name) - 1, end);
		if (p == end || *p != ':')
			continue;
		p = skip_blanks(p + 1, end);
		if (p < end && *p != 'n' &&
		    (*p != '{' || *skip_blanks(p + 1, end) != '}'))
			return true;
	}
	/* A letter of it can be spelled as an escape: \u005f to \u0074. */
	for (p = doc.p; (p = memchr(p, '\\', (size_t)(end - p))) != NULL; p++)
		if (end - p > 4 && memcmp(p, "\\u00", 4) == 0 && p[4] >= '5' &&
		    p[4] <= '7')
			return true;
	return false;
}

static void
sql_comments(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span doc = {(const char *)sqlite3_value_text(argv[0]),
	    (size_t)sqlite3_value_bytes(argv[0])};
	struct json_span editable;
	struct buffer out = {0};

	(void)argc;
	if (doc.p == NULL || !may_have_comments(doc) ||
	    !json_find(doc, "editable_params", &editable))
		return;
	put_comments(&out, editable.p, editable.n);
	if (out.n > 0)
		give(context, &out);
	buffer_free(&out);
}

int
document_functions(sqlite3 *db)
{
	static const struct statement_function functions[] = {
	    {"comments", 1, sql_comments, NULL},
	    {NULL, 0, NULL, NULL},
	};

	return statement_functions(db, functions, 0);
}
