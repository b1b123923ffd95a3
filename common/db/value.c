#include "db/value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/who.h"
#include "db/condition_column.h"
#include "db/statement.h"
#include "text/base64.h"
#include "text/checksum.h"
#include "text/number.h"
#include "text/utf8.h"

#define NUMBER_MAX 400
#define NAME_MAX_BYTES 255

/* A value to be kept: of a string its text, of anything else its JSON. */
struct given {
	const char *p;
	size_t n;
	bool quoted; /* it was a string */
	bool blob;   /* p are bytes */
	void *owned; /* what p lies in, or NULL */
};

static bool
is(const struct given *given, const char *plain)
{
	return given->n == strlen(plain) && memcmp(given->p, plain, given->n) == 0;
}

/* Is it, whole, a JSON object or array, or any JSON value? */
static bool
is_json(const struct given *given, bool any)
{
	struct json s;
	char first;

	json_begin(&s, given->p, given->n);
	first = json_peek(&s);
	if (!any && first != '{' && first != '[')
		return false;
	return first != '\0' && json_value(&s, NULL) && json_end(&s) && !s.unclean;
}

/* The string of {"$base64": "..."}, with its quotes.  False: it is something else. */
static bool
find_base64(struct json_span json, struct json_span *text)
{
	struct json s;
	struct json_span key, value = {NULL, 0};
	int members = 0;

	json_begin(&s, json.p, json.n);
	if (json.n == 0 || json.p[0] != '{' || !json_open(&s, '{'))
		return false;
	while (members < 2 && json_member(&s, &key) && json_value(&s, &value)) {
		if (!json_string_is(key, "$base64") || value.p[0] != '"')
			return false;
		members++;
	}
	if (members != 1)
		return false;
	*text = value;
	return true;
}

/* The bytes that a string says in base64, malloc'd; NULL if it is none, or without
   memory.  Some programs write each '/' as "\/". */
static void *
read_base64(struct json_span string, size_t *n)
{
	char *plain;
	void *bytes;

	if (memchr(string.p, '\\', string.n) == NULL)
		return base64_decode(string.p + 1, string.n - 2, n);
	plain = malloc(string.n);
	if (plain == NULL)
		return NULL;
	*n = json_string_decode(string, plain);
	bytes = base64_decode(plain, *n, n);
	free(plain);
	return bytes;
}

/* The type of what stands in a text. */
static enum condition_type
type_of_text(const struct given *text)
{
	struct json_span number = {text->p, text->n};

	if (is(text, "true") || is(text, "false"))
		return CONDITION_BOOL;
	if (is(text, "NaN"))
		return CONDITION_NONE;
	if (is(text, "Infinity") || is(text, "-Infinity"))
		return CONDITION_FLOAT;
	if (text->n > 0 && memchr("-0123456789", text->p[0], 11) != NULL)
		return condition_type_of(number);
	return is_json(text, false) ? CONDITION_JSON : CONDITION_STRING;
}

/* Decode a JSON value.  False without memory, or for base64 that is none. */
static bool
open_given(struct given *given, struct json_span json)
{
	struct json_span text;
	size_t n = 0;

	*given = (struct given){.p = json.p, .n = json.n};
	if (find_base64(json, &text)) {
		given->owned = read_base64(text, &n);
		given->blob = true;
	} else if (json.n > 1 && json.p[0] == '"') {
		given->quoted = true;
		given->p++;
		given->n -= 2;
		if (memchr(given->p, '\\', given->n) == NULL)
			return true;
		given->owned = malloc(json.n);
		n = given->owned != NULL ? json_string_decode(json, given->owned) : 0;
	} else {
		return true;
	}
	given->p = given->owned;
	given->n = n;
	return given->owned != NULL;
}

enum condition_type
value_type(struct json_span json)
{
	struct json_span text;
	struct given given;
	enum condition_type type;

	if (find_base64(json, &text))
		return CONDITION_BLOB;
	if (json.n == 0 || json.p[0] != '"')
		return json.n == 0 ? CONDITION_NONE : condition_type_of(json);
	if (!open_given(&given, json))
		return CONDITION_NONE;
	type = type_of_text(&given);
	free(given.owned);
	return type;
}

/* ---- times ------------------------------------------------------------------ */

bool
value_time(const char *text, size_t n, char out[TIMESTAMP_BYTES])
{
	int64_t microseconds;

	return timestamp_read(text, n, &microseconds) &&
	       timestamp_write(microseconds, out);
}

/* ---- as a type keeps it ----------------------------------------------------- */

/* A number that people type: also "+1", "007", ".5", "5."; nothing hexadecimal. */
static bool
copy_number(const struct given *given, char copy[NUMBER_MAX + 1])
{
	if (given->n == 0 || given->n > NUMBER_MAX)
		return false;
	memcpy(copy, given->p, given->n);
	copy[given->n] = '\0';
	return strspn(copy, "+-0123456789.eE") == given->n;
}

static void
give_text(sqlite3_context *context, const struct given *given)
{
	sqlite3_result_text64(context, given->p, given->n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static bool
give_bool(sqlite3_context *context, const struct given *given)
{
	bool yes = is(given, "true") || is(given, "True") || is(given, "1");

	if (!yes && !is(given, "false") && !is(given, "False") && !is(given, "0"))
		return false;
	sqlite3_result_int(context, yes);
	return true;
}

static bool
give_int(sqlite3_context *context, const struct given *given)
{
	char copy[NUMBER_MAX + 1], *end;
	long long number;

	if (is(given, "true") || is(given, "false"))
		return give_bool(context, given);
	if (!copy_number(given, copy))
		return false;
	errno = 0;
	number = strtoll(copy, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	sqlite3_result_int64(context, number);
	return true;
}

static bool
give_float(sqlite3_context *context, const struct given *given)
{
	char copy[NUMBER_MAX + 1], *end;
	double number;

	if (is(given, "true") || is(given, "false")) {
		number = is(given, "true");
	} else if (is(given, "Infinity") || is(given, "-Infinity") ||
		   is(given, "9e999") || is(given, "-9e999")) {
		/* The latter is how JSON in columns spells it (db/condition_column.h). */
		number = given->p[0] == '-' ? -HUGE_VAL : HUGE_VAL;
	} else {
		if (!copy_number(given, copy))
			return false;
		number = strtod(copy, &end);
		if (*end != '\0' || !isfinite(number))
			return false;
	}
	sqlite3_result_double(context, number);
	return true;
}

static bool
give_time(sqlite3_context *context, const struct given *given)
{
	char out[TIMESTAMP_BYTES];

	if (!value_time(given->p, given->n, out))
		return false;
	sqlite3_result_text(context, out, -1, SQLITE_TRANSIENT);
	return true;
}

/* Bytes are a text if they are UTF-8 without NUL. */
static bool
is_text(const struct given *given)
{
	return memchr(given->p, '\0', given->n) == NULL &&
	       utf8_valid(given->p, given->n) == given->n;
}

/* Give a value as a type keeps it.  False, with nothing given, if it does not fit. */
static bool
give(sqlite3_context *context, const struct given *given, enum condition_type type)
{
	if (type != CONDITION_BLOB && given->blob && !is_text(given))
		return false;
	switch (type) {
	case CONDITION_NONE:
	case CONDITION_MIXED:
		return false;
	case CONDITION_BOOL:
		return give_bool(context, given);
	case CONDITION_INT:
		return give_int(context, given);
	case CONDITION_FLOAT:
		return give_float(context, given);
	case CONDITION_TIME:
		return give_time(context, given);
	case CONDITION_STRING:
		give_text(context, given);
		return true;
	case CONDITION_JSON:
		if (!is_json(given, true))
			return false;
		give_text(context, given);
		return true;
	case CONDITION_BLOB:
		if (!given->blob && !given->quoted)
			return false;
		sqlite3_result_blob64(context, given->p, given->n, SQLITE_TRANSIENT);
		return true;
	}
	return false;
}

/* ---- SQL functions ---------------------------------------------------------- */

static struct json_span
span_of(sqlite3_value *value)
{
	const char *text = (const char *)sqlite3_value_text(value);

	return (struct json_span){text, (size_t)sqlite3_value_bytes(value)};
}

static enum condition_type
type_in(sqlite3_value *value)
{
	const char *name = (const char *)sqlite3_value_text(value);

	return name != NULL ? condition_type_named(name) : CONDITION_NONE;
}

static void
sql_target(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	enum condition_type type = type_in(argv[1]);
	struct json_span json = span_of(argv[0]);

	(void)argc;
	if (type == CONDITION_NONE || !sqlite3_value_int(argv[2]))
		type = json.p != NULL ? value_type(json) : CONDITION_NONE;
	if (type != CONDITION_NONE)
		sqlite3_result_text(
		    context, condition_type_name(type), -1, SQLITE_STATIC);
}

static void
sql_as(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span json = span_of(argv[0]);
	struct given given;

	(void)argc;
	if (json.p == NULL || json.n == 0 || value_type(json) == CONDITION_NONE)
		return;
	if (open_given(&given, json))
		(void)give(context, &given, type_in(argv[1]));
	free(given.owned);
}

/* A float with all its digits, and no more. */
static void
write_float(double number, char out[NUMBER_BYTES])
{
	if (isinf(number))
		snprintf(out, NUMBER_BYTES, "%sInfinity", number < 0 ? "-" : "");
	else
		number_write(number, out);
}

static void
sql_recast(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	enum condition_type from = type_in(argv[1]), to = type_in(argv[2]);
	char digits[NUMBER_BYTES];
	struct given given;

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	if (from == to) {
		sqlite3_result_value(context, argv[0]);
		return;
	}
	given = (struct given){.quoted = true};
	if (from == CONDITION_BOOL) {
		given.p = sqlite3_value_int(argv[0]) != 0 ? "true" : "false";
		given.n = strlen(given.p);
	} else if (from == CONDITION_BLOB) {
		given.blob = true;
		given.p = sqlite3_value_blob(argv[0]);
		given.n = (size_t)sqlite3_value_bytes(argv[0]);
		if (given.p == NULL)
			given.p = "";
	} else if (from == CONDITION_FLOAT) {
		write_float(sqlite3_value_double(argv[0]), digits);
		given.p = digits;
		given.n = strlen(digits);
	} else {
		given.p = (const char *)sqlite3_value_text(argv[0]);
		given.n = (size_t)sqlite3_value_bytes(argv[0]);
	}
	if (given.p != NULL)
		(void)give(context, &given, to);
}

/* What every run has by itself, and nobody can set; an event_count that somebody stored
   counts more than the run's own. */
static bool
is_given(const char *name)
{
	static const char *const given[] = {"run", "experiment", "start_time", "end_time",
	    "duration", "type", "sample", "file_count", "total_size"};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (strcmp(given[i], name) == 0)
			return true;
	return false;
}

static void
sql_name_fault(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span name = span_of(argv[0]);
	const char *fault = NULL;

	(void)argc;
	if (name.p == NULL || name.n == 0)
		fault = "a condition needs a name";
	else if (name.n > NAME_MAX_BYTES)
		fault = "a name of a condition is longer than 255 bytes";
	else if (is_given(name.p))
		fault = "run, experiment, start_time, end_time, duration, type, sample, "
			"file_count and total_size are what every run has by itself: "
			"choose another name";
	for (size_t i = 0; fault == NULL && i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			fault = "a name of a condition with a control character";
	if (fault != NULL)
		sqlite3_result_text(context, fault, -1, SQLITE_STATIC);
}

static void
sql_hash(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const void *p = sqlite3_value_blob(argv[0]);
	char hex[CHECKSUM_HEX];

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	if (checksum_of(p != NULL ? p : "", (size_t)sqlite3_value_bytes(argv[0]), hex) !=
	    0)
		sqlite3_result_error(context, "libcrypto cannot hash", -1);
	else
		sqlite3_result_text(context, hex, -1, SQLITE_TRANSIENT);
}

static void
sql_text(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	char hex[CHECKSUM_HEX], text[CHECKSUM_HEX + 8];
	const void *p;

	(void)argc;
	switch (sqlite3_value_type(argv[0])) {
	case SQLITE_FLOAT:
		write_float(sqlite3_value_double(argv[0]), text);
		sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
		return;
	case SQLITE_BLOB:
		p = sqlite3_value_blob(argv[0]);
		if (checksum_of(p != NULL ? p : "", (size_t)sqlite3_value_bytes(argv[0]),
			hex) != 0)
			return;
		snprintf(text, sizeof(text), "sha256:%s", hex);
		sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
		return;
	default:
		break;
	}
	if (type_in(argv[1]) == CONDITION_BOOL &&
	    sqlite3_value_type(argv[0]) == SQLITE_INTEGER)
		sqlite3_result_text(context,
		    sqlite3_value_int(argv[0]) != 0 ? "true" : "false", -1,
		    SQLITE_STATIC);
	else
		sqlite3_result_value(context, argv[0]);
}

static void
sql_time(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span text = span_of(argv[0]);
	char out[TIMESTAMP_BYTES];

	(void)argc;
	if (text.p != NULL && value_time(text.p, text.n, out))
		sqlite3_result_text(context, out, -1, SQLITE_TRANSIENT);
}

static void
sql_base64(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const void *p = sqlite3_value_blob(argv[0]);
	char *text;

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	text = base64_encode(p != NULL ? p : "", (size_t)sqlite3_value_bytes(argv[0]));
	if (text == NULL)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text(context, text, -1, free);
}

static void
sql_unbase64(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct json_span text = span_of(argv[0]);
	unsigned char *bytes;
	size_t n;

	(void)argc;
	if (text.p == NULL)
		return;
	bytes = base64_decode(text.p, text.n, &n);
	if (bytes != NULL)
		sqlite3_result_blob64(context, bytes, n, free);
}

static void
sql_who(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	char *user = who_user();

	(void)argc;
	(void)argv;
	if (user == NULL)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text(context, user, -1, free);
}

int
value_functions(sqlite3 *db)
{
	static const struct statement_function functions[] = {
	    {"value_target", 3, sql_target, NULL},
	    {"value_as", 2, sql_as, NULL},
	    {"value_recast", 3, sql_recast, NULL},
	    {"value_text", 2, sql_text, NULL},
	    {"value_time", 1, sql_time, NULL},
	    {"value_name_fault", 1, sql_name_fault, NULL},
	    {"base64", 1, sql_base64, NULL},
	    {"unbase64", 1, sql_unbase64, NULL},
	    {"sha256", 1, sql_hash, NULL},
	    {"who", 0, sql_who, NULL},
	    {NULL, 0, NULL, NULL},
	};
	int code = statement_functions(db, functions, SQLITE_DIRECTONLY);

	return code == SQLITE_OK ? condition_column_functions(db) : code;
}
