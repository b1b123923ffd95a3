#include "db/fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "db/statement.h"
#include "text/html.h"
#include "text/json.h"
#include "text/words.h"

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

/* Is there anything in it that a browser would read as other than text? */
static bool
has_markup(const char *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if ((p[i] == '<' && (p[i + 1] == '/' || p[i + 1] == '!' ||
					(p[i + 1] | 0x20) >= 'a')) ||
		    (p[i] == '&' && (p[i + 1] == '#' || (p[i + 1] | 0x20) >= 'a')))
			return true;
	return false;
}

static void
sql_folded(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *p = (const char *)sqlite3_value_text(argv[0]);
	size_t n = (size_t)sqlite3_value_bytes(argv[0]);
	bool html = sqlite3_user_data(context) != NULL;
	struct buffer plain = {0}, out = {0};

	(void)argc;
	if (p == NULL)
		return;
	if (html && has_markup(p, n)) {
		html_text(&plain, p, n);
		p = plain.p;
		n = plain.n;
	}
	if (n > 0)
		words_fold(&out, p, n, true);
	out.failed |= plain.failed;
	give(context, &out);
	buffer_free(&plain);
}

static void
sql_member(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span doc = {(const char *)sqlite3_value_text(argv[0]),
	    (size_t)sqlite3_value_bytes(argv[0])};
	const char *name = (const char *)sqlite3_value_text(argv[1]);
	struct json_span value;

	(void)argc;
	if (doc.p != NULL && name != NULL && json_find(doc, name, &value))
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
fold_functions(sqlite3 *db)
{
	static char yes;
	static const struct statement_function functions[] = {
	    {"folded", 1, sql_folded, NULL},
	    {"folded_html", 1, sql_folded, &yes},
	    {"member", 2, sql_member, NULL},
	    {"comments", 1, sql_comments, NULL},
	    {NULL, 0, NULL, NULL},
	};

	return statement_functions(db, functions, 0);
}
