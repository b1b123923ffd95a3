/*
 * The scanner on any bytes, held against two other readers of JSON: what it
 * accepts, SQLite accepts too and so does libjq (which has no depth beyond 256 and
 * no lone surrogates), once it is cleaned; a cleaned text is clean; spans lie inside the
 * text.
 */
#include <jv.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"

#define JQ_DEPTH 200 /* well below libjq's own bound */

struct text {
	char *p;
	size_t n, size;
};

static void
append(void *context, const char *p, size_t n)
{
	struct text *text = context;

	if (text->n + n + 1 > text->size) {
		text->size = (text->n + n + 1) * 2;
		text->p = realloc(text->p, text->size);
		if (text->p == NULL)
			abort();
	}
	memcpy(text->p + text->n, p, n);
	text->n += n;
	text->p[text->n] = '\0';
}

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* libjq refuses a surrogate that stands alone, which RFC 8259 lets pass. */
static bool
has_surrogate(const struct text *text)
{
	for (const char *p = text->p; (p = strstr(p, "\\u")) != NULL; p++)
		if (p[2] == 'd' || p[2] == 'D')
			return true;
	return false;
}

/* Deepest nesting of a valid text. */
static int
depth_of(const struct text *text)
{
	int depth = 0, deepest = 0;

	for (size_t i = 0; i < text->n; i++) {
		if (text->p[i] == '"')
			for (i++; text->p[i] != '"'; i++)
				i += text->p[i] == '\\';
		else if (text->p[i] == '{' || text->p[i] == '[')
			deepest = ++depth > deepest ? depth : deepest;
		else if (text->p[i] == '}' || text->p[i] == ']')
			depth--;
	}
	return deepest;
}

static void
compare(const struct text *text)
{
	static sqlite3 *db;
	static sqlite3_stmt *valid;
	jv value;

	if (db == NULL) {
		require(sqlite3_open(":memory:", &db) == SQLITE_OK);
		require(sqlite3_prepare_v2(
			    db, "SELECT json_valid(?)", -1, &valid, NULL) == SQLITE_OK);
	}
	sqlite3_bind_text(valid, 1, text->p, (int)text->n, SQLITE_STATIC);
	require(sqlite3_step(valid) == SQLITE_ROW);
	require(sqlite3_column_int(valid, 0) == 1);
	sqlite3_reset(valid);
	if (depth_of(text) > JQ_DEPTH || has_surrogate(text))
		return;
	value = jv_parse_sized(text->p, (int)text->n);
	require(jv_is_valid(value));
	jv_free(value);
}

/* Read the top level member by member, as the callers do. */
static void
walk(const char *p, size_t n)
{
	struct json s;
	struct json_span key, value;
	char *decoded;

	json_begin(&s, p, n);
	if (json_peek(&s) != '{' || !json_open(&s, '{'))
		return;
	while (json_member(&s, &key)) {
		require(key.p > p && key.p + key.n <= p + n);
		decoded = malloc(key.n);
		require(decoded != NULL);
		require(json_string_decode(key, decoded) < key.n);
		if (strlen(decoded) + 2 <= key.n && memchr(key.p, '\\', key.n) == NULL)
			require(
			    json_string_is(key, decoded) || strlen(decoded) != key.n - 2);
		free(decoded);
		if (!json_value(&s, &value))
			break;
		require(value.p >= p && value.p + value.n <= p + n && value.n > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json s;
	struct json_span value;
	struct text text = {0};
	size_t begin;
	char *copy = malloc(size + 1); /* exact, so that ASan sees one byte more */

	if (copy == NULL || size > INT_MAX)
		abort();
	memcpy(copy, data, size);
	walk(copy, size);
	json_begin(&s, copy, size);
	if (!json_value(&s, &value) || !json_end(&s)) {
		require(s.error != NULL && s.at <= size);
		goto done;
	}
	begin = (size_t)(value.p - copy);
	json_clean(value, s.unclean && s.unclean_at > begin ? s.unclean_at - begin : 0,
	    append, &text);
	require(text.p != NULL && memchr(text.p, '\n', text.n) == NULL);
	if (!s.unclean)
		require(text.n == value.n && memcmp(text.p, value.p, text.n) == 0);
	json_begin(&s, text.p, text.n);
	require(json_value(&s, NULL) && json_end(&s) && !s.unclean);
	compare(&text);
done:
	free(text.p);
	free(copy);
	return 0;
}
