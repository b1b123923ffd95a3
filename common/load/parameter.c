#include "load/parameter.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "db/condition_type.h"
#include "text/json.h"

size_t
parameter_plain(char *name, size_t n)
{
	size_t to = 0;

	for (size_t at = 0; at < n; to++) {
		if (n - at >= 3 && memcmp(name + at, "\xef\xbc\x8e", 3) == 0) {
			name[to] = '.';
			at += 3;
		} else if (n - at >= 3 && memcmp(name + at, "\xef\xbc\x84", 3) == 0) {
			name[to] = '$';
			at += 3;
		} else {
			name[to] = name[at++];
		}
	}
	name[to] = '\0';
	return to;
}

/* Does a document's spelling, with its quotes, mean a plain name?  False without
   memory. */
static bool
means(struct json_span spelling, const char *name)
{
	char *text = malloc(spelling.n);
	bool same;

	if (text == NULL)
		return false;
	(void)parameter_plain(text, json_string_decode(spelling, text));
	same = strcmp(text, name) == 0;
	free(text);
	return same;
}

/* The first member of that plain name with a value; of edited ones it stands within. */
static bool
find(struct json_span object, const char *name, bool edited, struct json_span *value)
{
	struct json s;
	struct json_span key;

	json_begin(&s, object.p, object.n);
	if (json_peek(&s) != '{' || !json_open(&s, '{'))
		return false;
	while (json_member(&s, &key) && json_value(&s, value)) {
		if (!means(key, name))
			continue;
		if (edited && (value->p[0] != '{' || !json_find(*value, "value", value)))
			continue;
		if (condition_type_of(*value) != CONDITION_NONE)
			return true;
	}
	return false;
}

static void
sql_text(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *doc = (const char *)sqlite3_value_text(argv[0]);
	const char *name = (const char *)sqlite3_value_text(argv[1]);
	struct json_span document = {doc, (size_t)sqlite3_value_bytes(argv[0])};
	struct json_span params, value;
	char *text;

	(void)argc;
	if (doc == NULL || name == NULL || doc[0] != '{')
		return;
	if ((!json_find(document, "editable_params", &params) ||
		!find(params, name, true, &value)) &&
	    (!json_find(document, "params", &params) ||
		!find(params, name, false, &value)))
		return;
	if (value.p[0] != '"') {
		sqlite3_result_text64(
		    context, value.p, value.n, SQLITE_TRANSIENT, SQLITE_UTF8);
		return;
	}
	text = sqlite3_malloc64(value.n);
	if (text == NULL) {
		sqlite3_result_error_nomem(context);
		return;
	}
	sqlite3_result_text64(
	    context, text, json_string_decode(value, text), sqlite3_free, SQLITE_UTF8);
}

int
parameter_functions(sqlite3 *db)
{
	return sqlite3_create_function_v2(db, "parameter_text", 2,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, sql_text, NULL, NULL, NULL);
}
