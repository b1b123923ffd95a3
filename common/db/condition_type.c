#include "db/condition_type.h"

#include <math.h>
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
    [CONDITION_MIXED] = "mixed",
};

#define NAMES (sizeof(names) / sizeof(names[0]))

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

static bool
is(struct json_span text, const char *plain)
{
	return text.n == strlen(plain) && memcmp(text.p, plain, text.n) == 0;
}

void
condition_value_read(struct json_span json, struct condition_value *value)
{
	struct json_span text = inside(json);

	*value = (struct condition_value){.type = CONDITION_STRING, .text = json};
	switch (json.p[0]) {
	case 'n':
		value->type = CONDITION_NONE;
		return;
	case 't':
	case 'f':
		value->type = CONDITION_BOOL;
		return;
	case '{':
	case '[':
		value->type = CONDITION_JSON;
		return;
	default:
		break;
	}
	if (text.n == 0)
		return;
	if (is(json, "9e999") || is(json, "-9e999"))
		text = json.p[0] == '-' ? (struct json_span){"-Infinity", 9}
					: (struct json_span){"Infinity", 8};
	if (text.p[0] == '-' || (text.p[0] >= '0' && text.p[0] <= '9')) {
		if (number_spelled(text.p, text.n, &value->number)) {
			value->type =
			    value->number.is_real ? CONDITION_FLOAT : CONDITION_INT;
			value->text = text;
			/* As a whole number it would lose its sign. */
			if (value->number.is_real && is(text, "-0"))
				value->text = (struct json_span){"-0.0", 4};
			return;
		}
	}
	if (is(text, "NaN")) {
		value->type = CONDITION_NONE;
	} else if (is(text, "Infinity") || is(text, "-Infinity")) {
		/* JSON has no infinities: what is too large for a double is read as
		   one. */
		value->type = CONDITION_FLOAT;
		value->number = (struct number){
		    .is_real = true, .real = text.p[0] == '-' ? -HUGE_VAL : HUGE_VAL};
		value->text = text.p[0] == '-' ? (struct json_span){"-9e999", 6}
					       : (struct json_span){"9e999", 5};
	}
}

enum condition_type
condition_type_of(struct json_span json)
{
	struct condition_value value;

	condition_value_read(json, &value);
	return value.type;
}

enum condition_type
condition_type_of_kinds(unsigned kinds)
{
	if ((kinds & ~CONDITION_NUMBERS) == 0)
		for (int type = CONDITION_FLOAT; type > CONDITION_NONE; type--)
			if (kinds & CONDITION_KIND(type))
				return (enum condition_type)type;
	for (int type = CONDITION_STRING; type < CONDITION_MIXED; type++)
		if (kinds == CONDITION_KIND(type))
			return (enum condition_type)type;
	return kinds == 0 ? CONDITION_NONE : CONDITION_MIXED;
}

static bool
give_int(sqlite3_context *context, struct json_span json)
{
	struct condition_value value;

	condition_value_read(json, &value);
	if (value.type == CONDITION_BOOL)
		sqlite3_result_int(context, json.p[0] == 't');
	else if (value.type == CONDITION_INT)
		sqlite3_result_int64(context, value.number.integer);
	else
		return false;
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
give_float(sqlite3_context *context, struct json_span json)
{
	struct condition_value value;

	condition_value_read(json, &value);
	if (value.type == CONDITION_BOOL)
		sqlite3_result_double(context, json.p[0] == 't');
	else if (value.type == CONDITION_INT || value.type == CONDITION_FLOAT)
		sqlite3_result_double(context, value.number.real);
	else
		return false;
	return true;
}

/* The text of a string, of anything else its own. */
static bool
give_text(sqlite3_context *context, struct json_span value, bool as_blob)
{
	void (*release)(void *) = SQLITE_TRANSIENT;
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

/* As what a value is by itself. */
static bool
give_own(sqlite3_context *context, struct json_span json)
{
	struct condition_value value;

	condition_value_read(json, &value);
	switch (value.type) {
	case CONDITION_NONE:
		return false;
	case CONDITION_BOOL:
		sqlite3_result_int(context, json.p[0] == 't');
		return true;
	case CONDITION_INT:
		sqlite3_result_int64(context, value.number.integer);
		return true;
	case CONDITION_FLOAT:
		sqlite3_result_double(context, value.number.real);
		return true;
	default:
		return give_text(context, json, false);
	}
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
		    context, value.p, value.n, SQLITE_TRANSIENT, SQLITE_UTF8);
		return true;
	case CONDITION_TIME:
		return give_time(context, value);
	case CONDITION_STRING:
		return give_text(context, value, false);
	case CONDITION_BLOB:
		return value.p[0] == '"' && give_text(context, value, true);
	case CONDITION_MIXED:
		return give_own(context, value);
	}
	return false;
}

bool
condition_type_holds(enum condition_type type, enum condition_type other)
{
	switch (type) {
	case CONDITION_BOOL:
	case CONDITION_INT:
	case CONDITION_FLOAT:
		return other <= type;
	case CONDITION_STRING:
	case CONDITION_JSON:
	case CONDITION_MIXED:
		return true;
	case CONDITION_TIME:
	case CONDITION_BLOB:
		return other == type || other == CONDITION_STRING;
	case CONDITION_NONE:
		break;
	}
	return false;
}

bool
condition_type_fits(enum condition_type type, struct json_span value)
{
	struct json_span text = inside(value);
	int64_t at;

	switch (type) {
	case CONDITION_BOOL:
		return is(text, "true") || is(text, "false") || is(text, "1") ||
		       is(text, "0");
	case CONDITION_TIME:
		return value.p[0] == '"' && timestamp_read(text.p, text.n, &at);
	default:
		return condition_type_holds(type, condition_type_of(value));
	}
}
