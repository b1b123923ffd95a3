#include "db/condition_type.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/timestamp.h"

static const char *const names[] = {
    [CONDITION_BOOL] = "bool",
    [CONDITION_INT] = "int",
    [CONDITION_FLOAT] = "float",
    [CONDITION_STRING] = "string",
    [CONDITION_JSON] = "json",
    [CONDITION_BLOB] = "blob",
    [CONDITION_TIME] = "time",
};

#define NAMES (sizeof(names) / sizeof(names[0]))
#define NUMBER_MAX 400 /* longer ones are not numbers that anybody measured */

const char *
condition_type_name(enum condition_type type)
{
	return names[type];
}

enum condition_type
condition_type_named(const char *name)
{
	for (size_t i = CONDITION_BOOL; i < NAMES; i++)
		if (strcmp(names[i], name) == 0)
			return (enum condition_type)i;
	return CONDITION_NONE;
}

/* What stands between the quotes, if it is a string. */
static struct json_span
inside(struct json_span value)
{
	if (value.p[0] == '"')
		return (struct json_span){value.p + 1, value.n - 2};
	return value;
}

static size_t
digits(struct json_span text, size_t at)
{
	size_t n = 0;

	while (at + n < text.n && text.p[at + n] >= '0' && text.p[at + n] <= '9')
		n++;
	return n;
}

/* Is all of it a number of RFC 8259, section 6?  *whole: without fraction or exponent. */
static bool
is_number(struct json_span text, bool *whole)
{
	size_t at = text.n > 0 && text.p[0] == '-' ? 1 : 0;
	size_t n = digits(text, at);

	*whole = true;
	if (n == 0 || (n > 1 && text.p[at] == '0') || text.n > NUMBER_MAX)
		return false;
	at += n;
	if (at < text.n && text.p[at] == '.') {
		n = digits(text, at + 1);
		if (n == 0)
			return false;
		at += n + 1;
		*whole = false;
	}
	if (at < text.n && (text.p[at] == 'e' || text.p[at] == 'E')) {
		at++;
		if (at < text.n && (text.p[at] == '+' || text.p[at] == '-'))
			at++;
		n = digits(text, at);
		if (n == 0)
			return false;
		at += n;
		*whole = false;
	}
	return at == text.n;
}

/* strtoll() and strtod() of a text that is not terminated; *end is NULL if it is no
   such number. */
static bool
read_int(struct json_span text, sqlite3_int64 *number)
{
	char copy[24], *end;

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	errno = 0;
	*number = strtoll(copy, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool
read_float(struct json_span text, double *number)
{
	char copy[NUMBER_MAX + 1], *end;

	if (text.n == 0 || text.n > NUMBER_MAX)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	*number = strtod(copy, &end);
	return *end == '\0' && isfinite(*number);
}

static bool
is(struct json_span text, const char *plain)
{
	return text.n == strlen(plain) && memcmp(text.p, plain, text.n) == 0;
}

/* "-0" is no int: it would lose its sign. */
static enum condition_type
type_of_number(struct json_span text, bool whole)
{
	sqlite3_int64 integer;
	double number;

	if (whole && !is(text, "-0") && read_int(text, &integer))
		return CONDITION_INT;
	return read_float(text, &number) ? CONDITION_FLOAT : CONDITION_STRING;
}

enum condition_type
condition_type_of(struct json_span value)
{
	struct json_span text = inside(value);
	bool whole;

	switch (value.p[0]) {
	case 'n':
		return CONDITION_NONE;
	case 't':
	case 'f':
		return CONDITION_BOOL;
	case '{':
	case '[':
		return CONDITION_JSON;
	default:
		break;
	}
	if (is_number(text, &whole))
		return type_of_number(text, whole);
	if (is(text, "NaN"))
		return CONDITION_NONE;
	if (is(text, "Infinity") || is(text, "-Infinity"))
		return CONDITION_FLOAT;
	return CONDITION_STRING;
}

enum condition_type
condition_type_join(enum condition_type a, enum condition_type b)
{
	if (a == CONDITION_NONE || a == b)
		return b;
	if (b == CONDITION_NONE)
		return a;
	if (a > CONDITION_STRING || b > CONDITION_STRING)
		return CONDITION_STRING;
	return a > b ? a : b;
}

static bool
give_int(sqlite3_context *context, struct json_span value)
{
	sqlite3_int64 integer;

	if (value.p[0] == 't' || value.p[0] == 'f')
		integer = value.p[0] == 't';
	else if (condition_type_of(value) != CONDITION_INT ||
		 !read_int(inside(value), &integer))
		return false;
	sqlite3_result_int64(context, integer);
	return true;
}

static bool
give_bool(sqlite3_context *context, struct json_span value)
{
	struct json_span text = inside(value);

	if (!is(text, "true") && !is(text, "false") && !is(text, "1") && !is(text, "0"))
		return false;
	sqlite3_result_int(context, is(text, "true") || is(text, "1"));
	return true;
}

static bool
give_float(sqlite3_context *context, struct json_span value)
{
	struct json_span text = inside(value);
	double number;

	if (value.p[0] == 't' || value.p[0] == 'f')
		number = value.p[0] == 't';
	else if (is(text, "Infinity"))
		number = HUGE_VAL;
	else if (is(text, "-Infinity"))
		number = -HUGE_VAL;
	else if (condition_type_of(value) > CONDITION_FLOAT || !read_float(text, &number))
		return false;
	sqlite3_result_double(context, number);
	return true;
}

/* The text of a string, of anything else its own. */
static bool
give_text(sqlite3_context *context, struct json_span value, bool as_blob)
{
	void (*release)(void *) = SQLITE_STATIC;
	char *text = (char *)value.p; /* given away unchanged */
	size_t n = value.n;

	if (value.p[0] == '"') {
		text++;
		n -= 2;
		if (memchr(value.p, '\\', value.n) != NULL) {
			text = sqlite3_malloc64(value.n);
			if (text == NULL) {
				sqlite3_result_error_nomem(context);
				return true;
			}
			n = json_string_decode(value, text);
			release = sqlite3_free;
		}
	}
	if (as_blob)
		sqlite3_result_blob64(context, text, n, release);
	else
		sqlite3_result_text64(context, text, n, release, SQLITE_UTF8);
	return true;
}

/* In UTC, as all times of conditions. */
static bool
give_time(sqlite3_context *context, struct json_span value)
{
	char text[TIMESTAMP_BYTES];
	int64_t at;

	if (value.p[0] != '"' || !timestamp_read(value.p + 1, value.n - 2, &at) ||
	    !timestamp_write(at, text))
		return false;
	sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
	return true;
}

bool
condition_type_result(
    sqlite3_context *context, enum condition_type type, struct json_span value)
{
	switch (type) {
	case CONDITION_NONE:
		return false;
	case CONDITION_BOOL:
		return give_bool(context, value);
	case CONDITION_INT:
		return give_int(context, value);
	case CONDITION_FLOAT:
		return give_float(context, value);
	case CONDITION_JSON:
		sqlite3_result_text64(
		    context, value.p, value.n, SQLITE_STATIC, SQLITE_UTF8);
		return true;
	case CONDITION_TIME:
		return give_time(context, value);
	case CONDITION_STRING:
		return give_text(context, value, false);
	case CONDITION_BLOB:
		return value.p[0] == '"' && give_text(context, value, true);
	}
	return false;
}
