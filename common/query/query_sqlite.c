#include "query/query_sqlite.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/condition_type.h"
#include "query/printer.h"
#include "query/query_json.h"
#include "query/run_list.h"
#include "text/number.h"
#include "text/timestamp.h"

typedef sqlite3_context Context;
typedef sqlite3_value Value;

/* A number, or a text that is one.  False for all else. */
static bool
number_of(Value *value, struct number *number)
{
	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER:
		number->is_real = false;
		number->integer = sqlite3_value_int64(value);
		number->real = (double)number->integer;
		return true;
	case SQLITE_FLOAT:
		number->is_real = true;
		number->real = sqlite3_value_double(value);
		return true;
	case SQLITE_TEXT:
		return number_read((const char *)sqlite3_value_text(value),
		    (size_t)sqlite3_value_bytes(value), number);
	default:
		return false;
	}
}

static void
result_number(Context *context, const struct number *number)
{
	if (number->is_real)
		sqlite3_result_double(context, number->real);
	else
		sqlite3_result_int64(context, number->integer);
}

/* A double that is whole as an integer where it fits. */
static void
result_whole(Context *context, double real)
{
	const double limit = 0x1p63;

	if (real >= -limit && real < limit)
		sqlite3_result_int64(context, (int64_t)real);
	else
		sqlite3_result_double(context, real);
}

/* What Python raises an error for has no value here. */
static void
result_real(Context *context, double real)
{
	if (isfinite(real))
		sqlite3_result_double(context, real);
}

/* ---- Numbers ---------------------------------------------------------------- */

static void
sql_number(Context *context, int n, Value **values)
{
	struct number number;

	(void)n;
	if (number_of(values[0], &number))
		result_number(context, &number);
}

/* A run number as an integer; a text that is none has no value. */
static void
sql_integer(Context *context, int n, Value **values)
{
	struct number number;

	(void)n;
	if (number_of(values[0], &number) && !number.is_real)
		sqlite3_result_int64(context, number.integer);
}

static void
sql_float(Context *context, int n, Value **values)
{
	struct number number;

	(void)n;
	if (number_of(values[0], &number))
		sqlite3_result_double(context, number.real);
}

static void
sql_int(Context *context, int n, Value **values)
{
	struct number number;

	(void)n;
	if (!number_of(values[0], &number))
		return;
	if (!number.is_real)
		sqlite3_result_int64(context, number.integer);
	else if (sqlite3_value_type(values[0]) == SQLITE_FLOAT && isfinite(number.real))
		result_whole(context, trunc(number.real));
}

static void
sql_bool(Context *context, int n, Value **values)
{
	(void)n;
	if (sqlite3_value_type(values[0]) != SQLITE_NULL)
		sqlite3_result_int(context, sqlite3_value_double(values[0]) != 0);
}

static void
sql_abs(Context *context, int n, Value **values)
{
	struct number number;

	(void)n;
	if (!number_of(values[0], &number))
		return;
	if (number.is_real || number.integer == INT64_MIN)
		sqlite3_result_double(context, fabs(number.real));
	else
		sqlite3_result_int64(
		    context, number.integer < 0 ? -number.integer : number.integer);
}

/* Halves go to the even neighbour, as in Python and IEEE 754. */
static void
sql_round(Context *context, int n, Value **values)
{
	struct number number, digits;
	char text[400];

	if (!number_of(values[0], &number))
		return;
	if (n == 1) {
		if (number.is_real && isfinite(number.real))
			result_whole(context, rint(number.real));
		else if (!number.is_real)
			sqlite3_result_int64(context, number.integer);
		return;
	}
	if (!number_of(values[1], &digits) || !isfinite(number.real))
		return;
	if (digits.real < 0) {
		double unit = pow(10, fmin(-digits.real, 300));

		result_real(context, rint(number.real / unit) * unit);
		return;
	}
	/* printf rounds the exact value correctly; beyond 30 digits nothing changes. */
	snprintf(text, sizeof(text), "%.*f", (int)fmin(digits.real, 30), number.real);
	sqlite3_result_double(context, strtod(text, NULL));
}

static void
sql_floor_divide(Context *context, int n, Value **values)
{
	struct number a, b;

	(void)n;
	if (!number_of(values[0], &a) || !number_of(values[1], &b) || b.real == 0)
		return;
	if (a.is_real || b.is_real || (a.integer == INT64_MIN && b.integer == -1)) {
		result_real(context, floor(a.real / b.real));
	} else {
		int64_t quotient = a.integer / b.integer;

		if (a.integer % b.integer != 0 && (a.integer < 0) != (b.integer < 0))
			quotient--;
		sqlite3_result_int64(context, quotient);
	}
}

/* The remainder has the sign of the divisor. */
static void
sql_modulo(Context *context, int n, Value **values)
{
	struct number a, b;

	(void)n;
	if (!number_of(values[0], &a) || !number_of(values[1], &b) || b.real == 0)
		return;
	if (a.is_real || b.is_real) {
		double rest = fmod(a.real, b.real);

		if (rest != 0 && (rest < 0) != (b.real < 0))
			rest += b.real;
		result_real(context, rest);
	} else {
		int64_t rest = b.integer == -1 ? 0 : a.integer % b.integer;

		if (rest != 0 && (rest < 0) != (b.integer < 0))
			rest += b.integer;
		sqlite3_result_int64(context, rest);
	}
}

/* An integer to an integer is exact while it fits. */
static bool
integer_power(int64_t base, int64_t exponent, int64_t *result)
{
	*result = 1;
	if (exponent < 0)
		return false;
	while (exponent > 0) {
		if ((exponent & 1) != 0 && __builtin_mul_overflow(*result, base, result))
			return false;
		exponent >>= 1;
		if (exponent > 0 && __builtin_mul_overflow(base, base, &base))
			return false;
	}
	return true;
}

static void
sql_power(Context *context, int n, Value **values)
{
	struct number a, b;
	int64_t result;

	(void)n;
	if (!number_of(values[0], &a) || !number_of(values[1], &b))
		return;
	if (!a.is_real && !b.is_real && integer_power(a.integer, b.integer, &result))
		sqlite3_result_int64(context, result);
	else
		result_real(context, pow(a.real, b.real));
}

static double
degrees(double x)
{
	return x * (180 / M_PI);
}

static double
radians(double x)
{
	return x * (M_PI / 180);
}

/* The functions of math.h, of one argument or two. */
struct one {
	const char *name;
	double (*function)(double);
	bool whole; /* its result is an integer */
};
static const struct one ones[] = {
    {"elog_acos", acos, false},
    {"elog_asin", asin, false},
    {"elog_atan", atan, false},
    {"elog_ceil", ceil, true},
    {"elog_cos", cos, false},
    {"elog_cosh", cosh, false},
    {"elog_degrees", degrees, false},
    {"elog_exp", exp, false},
    {"elog_fabs", fabs, false},
    {"elog_floor", floor, true},
    {"elog_log10", log10, false},
    {"elog_log2", log2, false},
    {"elog_radians", radians, false},
    {"elog_sin", sin, false},
    {"elog_sinh", sinh, false},
    {"elog_sqrt", sqrt, false},
    {"elog_tan", tan, false},
    {"elog_tanh", tanh, false},
};

struct two {
	const char *name;
	double (*function)(double, double);
};
static const struct two twos[] = {
    {"elog_atan2", atan2},
    {"elog_fmod", fmod},
    {"elog_hypot", hypot},
    {"elog_pow", pow},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
sql_one(Context *context, int n, Value **values)
{
	const struct one *one = sqlite3_user_data(context);
	struct number number;

	(void)n;
	if (!number_of(values[0], &number))
		return;
	if (!one->whole)
		result_real(context, one->function(number.real));
	else if (!number.is_real)
		sqlite3_result_int64(context, number.integer);
	else if (isfinite(number.real))
		result_whole(context, one->function(number.real));
}

static void
sql_two(Context *context, int n, Value **values)
{
	const struct two *two = sqlite3_user_data(context);
	struct number a, b;

	(void)n;
	if (number_of(values[0], &a) && number_of(values[1], &b))
		result_real(context, two->function(a.real, b.real));
}

static void
sql_log(Context *context, int n, Value **values)
{
	struct number a, b;

	if (!number_of(values[0], &a) || !(a.real > 0))
		return;
	if (n == 1)
		result_real(context, log(a.real));
	else if (number_of(values[1], &b))
		result_real(context, log(a.real) / log(b.real));
}

/* ---- Strings and times ------------------------------------------------------ */

static void
sql_text(Context *context, int n, Value **values)
{
	char text[NUMBER_BYTES];

	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_FLOAT) {
		number_write(sqlite3_value_double(values[0]), text);
		sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
	} else if (sqlite3_value_type(values[0]) != SQLITE_NULL) {
		sqlite3_result_text(context, (const char *)sqlite3_value_text(values[0]),
		    sqlite3_value_bytes(values[0]), SQLITE_TRANSIENT);
	}
}

/* Does the first text begin (or end) with the second? */
static void
affix(Context *context, Value **values, bool end)
{
	const char *text, *part;
	size_t n, m;

	if (sqlite3_value_type(values[0]) == SQLITE_NULL ||
	    sqlite3_value_type(values[1]) == SQLITE_NULL)
		return;
	text = (const char *)sqlite3_value_text(values[0]);
	part = (const char *)sqlite3_value_text(values[1]);
	n = (size_t)sqlite3_value_bytes(values[0]);
	m = (size_t)sqlite3_value_bytes(values[1]);
	if (text != NULL && part != NULL)
		sqlite3_result_int(
		    context, m <= n && memcmp(end ? text + (n - m) : text, part, m) == 0);
}

static void
sql_startswith(Context *context, int n, Value **values)
{
	(void)n;
	affix(context, values, false);
}

static void
sql_endswith(Context *context, int n, Value **values)
{
	(void)n;
	affix(context, values, true);
}

/* Microseconds since 1970. */
static void
sql_time(Context *context, int n, Value **values)
{
	const char *text;
	int64_t when;

	(void)n;
	if (sqlite3_value_type(values[0]) != SQLITE_TEXT)
		return;
	text = (const char *)sqlite3_value_text(values[0]);
	if (timestamp_read(text, (size_t)sqlite3_value_bytes(values[0]), &when))
		sqlite3_result_int64(context, when);
}

static void
sql_time_text(Context *context, int n, Value **values)
{
	char text[TIMESTAMP_BYTES];

	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_INTEGER &&
	    timestamp_write(sqlite3_value_int64(values[0]), text))
		sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

/* How a value of a condition is to be printed, if not as what it is to SQL. */
static void
sql_cell(Context *context, int n, Value **values)
{
	(void)n;
	switch (sqlite3_value_subtype(values[0])) {
	case CONDITION_BOOL:
		sqlite3_result_int(context, CELL_BOOL);
		break;
	case CONDITION_JSON:
		sqlite3_result_int(context, CELL_JSON);
		break;
	default:
		break;
	}
}

static void
sql_in_runs(Context *context, int n, Value **values)
{
	const struct run_list *list = sqlite3_value_pointer(values[1], QUERY_SQLITE_RUNS);
	struct number number;

	(void)n;
	if (list != NULL && number_of(values[0], &number) && !number.is_real)
		sqlite3_result_int(context, run_list_has(list, number.integer));
}

/* ---- JSON ------------------------------------------------------------------- */

static struct json_span
json_of(Value *value)
{
	const char *text = NULL;

	if (sqlite3_value_type(value) == SQLITE_TEXT)
		text = (const char *)sqlite3_value_text(value);
	return (struct json_span){
	    text, text != NULL ? (size_t)sqlite3_value_bytes(value) : 0};
}

static void
sql_json_number(Context *context, int n, Value **values)
{
	struct number number;

	(void)n;
	if (sqlite3_value_type(values[0]) != SQLITE_TEXT) {
		if (number_of(values[0], &number))
			result_number(context, &number);
	} else if (query_json_number(json_of(values[0]), &number)) {
		result_number(context, &number);
	}
}

static void
sql_json_string(Context *context, int n, Value **values)
{
	size_t length;
	char *text;

	(void)n;
	text = query_json_string(json_of(values[0]), &length);
	if (text != NULL)
		sqlite3_result_text64(context, text, length, free, SQLITE_UTF8);
}

static void
sql_json_length(Context *context, int n, Value **values)
{
	int64_t length;

	(void)n;
	length = query_json_length(json_of(values[0]));
	if (length >= 0)
		sqlite3_result_int64(context, length);
}

static void
sql_json_truth(Context *context, int n, Value **values)
{
	struct number number;
	int truth;

	(void)n;
	if (sqlite3_value_type(values[0]) != SQLITE_TEXT)
		truth = number_of(values[0], &number) ? number.real != 0 : -1;
	else
		truth = query_json_truth(json_of(values[0]));
	if (truth >= 0)
		sqlite3_result_int(context, truth);
}

/* Is a number or a string in an array, a key of an object, a part of a string? */
static void
sql_json_in(Context *context, int n, Value **values)
{
	struct number number;
	int found = -1;

	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_TEXT)
		found = query_json_has_string(json_of(values[1]),
		    (const char *)sqlite3_value_text(values[0]),
		    (size_t)sqlite3_value_bytes(values[0]));
	else if (number_of(values[0], &number))
		found = query_json_has_number(json_of(values[1]), &number);
	if (found >= 0)
		sqlite3_result_int(context, found);
}

/* ----------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int arguments;
	void (*function)(Context *, int, Value **);
} functions[] = {
    {"elog_abs", 1, sql_abs},
    {"elog_bool", 1, sql_bool},
    {"elog_cell", 1, sql_cell},
    {"elog_endswith", 2, sql_endswith},
    {"elog_float", 1, sql_float},
    {"elog_floor_divide", 2, sql_floor_divide},
    {"elog_in_runs", 2, sql_in_runs},
    {"elog_int", 1, sql_int},
    {"elog_integer", 1, sql_integer},
    {"elog_json_in", 2, sql_json_in},
    {"elog_json_length", 1, sql_json_length},
    {"elog_json_number", 1, sql_json_number},
    {"elog_json_string", 1, sql_json_string},
    {"elog_json_truth", 1, sql_json_truth},
    {"elog_log", 1, sql_log},
    {"elog_log", 2, sql_log},
    {"elog_modulo", 2, sql_modulo},
    {"elog_number", 1, sql_number},
    {"elog_power", 2, sql_power},
    {"elog_round", 1, sql_round},
    {"elog_round", 2, sql_round},
    {"elog_startswith", 2, sql_startswith},
    {"elog_text", 1, sql_text},
    {"elog_time", 1, sql_time},
    {"elog_time_text", 1, sql_time_text},
};

static int
add(sqlite3 *db, const char *name, int arguments, const void *row,
    void (*function)(Context *, int, Value **))
{
	return sqlite3_create_function_v2(db, name, arguments,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_SUBTYPE, (void *)row, function,
	    NULL, NULL, NULL);
}

int
query_sqlite_register(sqlite3 *db)
{
	int code = SQLITE_OK;

	for (size_t i = 0; i < COUNT(functions) && code == SQLITE_OK; i++)
		code = add(db, functions[i].name, functions[i].arguments, NULL,
		    functions[i].function);
	for (size_t i = 0; i < COUNT(ones) && code == SQLITE_OK; i++)
		code = add(db, ones[i].name, 1, &ones[i], sql_one);
	for (size_t i = 0; i < COUNT(twos) && code == SQLITE_OK; i++)
		code = add(db, twos[i].name, 2, &twos[i], sql_two);
	return code;
}
