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

/* A name that stands nowhere in a text is soon seen to be no member of it. */
static bool
may_have(struct json_span doc, const char *name)
{
	return memmem(doc.p, doc.n, name, strlen(name)) != NULL ||
	       memchr(doc.p, '\\', doc.n) != NULL;
}

static void
sql_member(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span doc = {(const char *)sqlite3_value_text(argv[0]),
	    (size_t)sqlite3_value_bytes(argv[0])};
	const char *name = (const char *)sqlite3_value_text(argv[1]);
	struct json_span value;

	(void)argc;
	if (doc.p != NULL && name != NULL && may_have(doc, name) &&
	    json_find(doc, name, &value))
		sqlite3_result_text64(
		    context, value.p, value.n, SQLITE_TRANSIENT, SQLITE_UTF8);
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

static void
sql_comments(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *p = (const char *)sqlite3_value_text(argv[0]);
	struct buffer out = {0};

	(void)argc;
	if (p == NULL)
		return;
	put_comments(&out, p, (size_t)sqlite3_value_bytes(argv[0]));
	if (out.n > 0)
		give(context, &out);
	buffer_free(&out);
}

int
document_functions(sqlite3 *db)
{
	static const struct statement_function functions[] = {
	    {"member", 2, sql_member, NULL},
	    {"comments", 1, sql_comments, NULL},
	    {NULL, 0, NULL, NULL},
	};

	return statement_functions(db, functions, 0);
}
