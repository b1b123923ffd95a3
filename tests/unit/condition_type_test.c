/* condition_type.c: what a value of the service is taken for, what widens, what a type
   makes of a value. */
#include "db/condition_type.h"

#include "unit.h"

#define SPAN(text) ((struct json_span){text, sizeof(text) - 1})

static sqlite3 *db;

static enum condition_type
type_of(const char *json)
{
	return condition_type_of((struct json_span){json, strlen(json)});
}

static void
names(void **state)
{
	(void)state;
	for (int type = CONDITION_BOOL; type <= CONDITION_MIXED; type++)
		assert_int_equal(
		    condition_type_named(condition_type_name((enum condition_type)type)),
		    type);
	assert_null(condition_type_name(CONDITION_NONE));
	assert_string_equal(condition_type_name(CONDITION_TIME), "time");
	assert_int_equal(condition_type_named(""), CONDITION_NONE);
	assert_int_equal(condition_type_named("Int"), CONDITION_NONE);
}

static void
kinds(void **state)
{
	static const struct {
		const char *json;
		enum condition_type type;
	} table[] = {
	    {"null", CONDITION_NONE},
	    {"\"NaN\"", CONDITION_NONE},
	    {"true", CONDITION_BOOL},
	    {"false", CONDITION_BOOL},
	    {"\"true\"", CONDITION_STRING},
	    {"7", CONDITION_INT},
	    {"\"7\"", CONDITION_INT},
	    {"7.5", CONDITION_FLOAT},
	    {"\"7.5\"", CONDITION_FLOAT},
	    {"\"Infinity\"", CONDITION_FLOAT},
	    {"\"-Infinity\"", CONDITION_FLOAT},
	    {"\"inf\"", CONDITION_STRING},
	    {"{}", CONDITION_JSON},
	    {"[]", CONDITION_JSON},
	    {"\"{}\"", CONDITION_STRING},
	    {"\"\"", CONDITION_STRING},
	    {"\"text\"", CONDITION_STRING},
	    {"\"2026-01-01T12:00:00Z\"", CONDITION_STRING},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (type_of(table[i].json) != table[i].type)
			fail_msg("%s", table[i].json);
}

/* Which texts are numbers, RFC 8259, section 6, and which of them fit 64 bits. */
static void
numbers(void **state)
{
	static const char *const ints[] = {
	    "0", "1", "-1", "10", "9223372036854775807", "-9223372036854775808"};
	static const char *const floats[] = {"-0", "-0.0", "0.0", "1e0", "1E+2", "1e-2",
	    "0.5e1", "9223372036854775808", "-9223372036854775809", "1e308", "1e-999",
	    "0.1000000000000000055511151231257827"};
	static const char *const others[] = {"", "-", "+1", "01", "-01", "007", "1.",
	    ".5", "1.e5", "1e", "1e+", "1e5.", "0x10", "1 ", " 1", "1,5", "--1", "1-",
	    "1e400", "-1e400", "1\\u0030", "nan", "infinity", "1_000"};
	char quoted[64], digits[500];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ints); i++) {
		snprintf(quoted, sizeof(quoted), "\"%s\"", ints[i]);
		assert_int_equal(type_of(ints[i]), CONDITION_INT);
		assert_int_equal(type_of(quoted), CONDITION_INT);
	}
	for (size_t i = 0; i < COUNT_OF(floats); i++) {
		snprintf(quoted, sizeof(quoted), "\"%s\"", floats[i]);
		if (type_of(floats[i]) != CONDITION_FLOAT ||
		    type_of(quoted) != CONDITION_FLOAT)
			fail_msg("%s", floats[i]);
	}
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		snprintf(quoted, sizeof(quoted), "\"%s\"", others[i]);
		if (type_of(quoted) != CONDITION_STRING)
			fail_msg("%s", others[i]);
	}
	/* 400 characters are a number, 401 are not. */
	memset(digits, '0', sizeof(digits));
	memcpy(digits, "0.", 2);
	digits[400] = '\0';
	assert_int_equal(type_of(digits), CONDITION_FLOAT);
	digits[400] = '0';
	digits[401] = '\0';
	assert_int_equal(type_of(digits), CONDITION_STRING);
}

static void
in_common(void **state)
{
	/* Rows and columns: bool, int, float, string, json, blob, time. */
	static const char table[7][8] = {
	    "bifmmmm", "iifmmmm", "fffmmmm", "mmmsmmm", "mmmmjmm", "mmmmmxm", "mmmmmmt"};
	static const char letters[] = "nbifsjxtm";

	(void)state;
	for (int a = CONDITION_BOOL; a <= CONDITION_TIME; a++)
		for (int b = CONDITION_BOOL; b <= CONDITION_TIME; b++)
			assert_int_equal(letters[condition_type_of_kinds(
					     CONDITION_KIND(a) | CONDITION_KIND(b))],
			    table[a - 1][b - 1]);
	assert_int_equal(condition_type_of_kinds(0), CONDITION_NONE);
}

/* What holds values of another type; a text may be a time or bytes. */
static void
fits(void **state)
{
	static const char table[7][8] = {
	    "b", "bi", "bif", "bifsjxt", "bifsjxt", "sx", "st"};
	static const char letters[] = "nbifsjxt";

	(void)state;
	for (int a = CONDITION_BOOL; a <= CONDITION_TIME; a++)
		for (int b = CONDITION_BOOL; b <= CONDITION_TIME; b++)
			assert_int_equal(condition_type_holds((enum condition_type)a,
					     (enum condition_type)b),
			    strchr(table[a - 1], letters[b]) != NULL);
	assert_true(condition_type_fits(CONDITION_BOOL, SPAN("\"1\"")));
	assert_false(condition_type_fits(CONDITION_BOOL, SPAN("2")));
	assert_true(condition_type_fits(CONDITION_TIME, SPAN("\"2026-03-01\"")));
	assert_false(condition_type_fits(CONDITION_TIME, SPAN("\"yesterday\"")));
	assert_false(condition_type_fits(CONDITION_INT, SPAN("2.5")));
	assert_true(condition_type_fits(CONDITION_FLOAT, SPAN("\"2.5\"")));
}

/* result(TYPE, JSON): the value, or the text "refused". */
static void
sql_result(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	const char *name = (const char *)sqlite3_value_text(argv[0]);
	const char *json = (const char *)sqlite3_value_text(argv[1]);

	assert_int_equal(argc, 2);
	if (!condition_type_result(context, condition_type_named(name),
		(struct json_span){json, (size_t)sqlite3_value_bytes(argv[1])}))
		sqlite3_result_text(context, "refused", -1, SQLITE_STATIC);
}

static int
open_db(void **state)
{
	(void)state;
	return sqlite3_open(":memory:", &db) != SQLITE_OK ||
	       sqlite3_create_function(db, "result", 2, SQLITE_UTF8, NULL, sql_result,
		   NULL, NULL) != SQLITE_OK;
}

static int
close_db(void **state)
{
	(void)state;
	return sqlite3_close(db);
}

static void
results(void **state)
{
	static const struct {
		const char *type, *json, *value; /* as quote() writes it */
	} table[] = {
	    {"bool", "true", "1"},
	    {"bool", "false", "0"},
	    {"bool", "1", "1"},
	    {"bool", "\"0\"", "0"},
	    {"bool", "\"true\"", "1"},
	    {"bool", "2", "'refused'"},
	    {"bool", "\"True\"", "'refused'"},
	    {"int", "5", "5"},
	    {"int", "\"-5\"", "-5"},
	    {"int", "true", "1"},
	    {"int", "false", "0"},
	    {"int", "-9223372036854775808", "-9223372036854775808"},
	    {"int", "9223372036854775808", "'refused'"},
	    {"int", "5.0", "'refused'"},
	    {"int", "-0", "'refused'"},
	    {"int", "\"x\"", "'refused'"},
	    {"int", "[]", "'refused'"},
	    {"float", "1.50", "1.5"},
	    {"float", "\"1e3\"", "1000.0"},
	    {"float", "5", "5.0"},
	    {"float", "true", "1.0"},
	    {"float", "1e400", "'refused'"},
	    {"float", "\"007\"", "'refused'"},
	    {"float", "\"NaN\"", "'refused'"},
	    {"string", "1.50", "'1.50'"},
	    {"string", "true", "'true'"},
	    {"string", "\"1.50\"", "'1.50'"},
	    {"string", "\"a\\\"\\u00e9\\n\"", "'a\"\xc3\xa9\n'"},
	    {"string", "\"\\ud800\"", "'\xef\xbf\xbd'"},
	    {"string", "\"\"", "''"},
	    {"string", "[1, 2]", "'[1, 2]'"},
	    {"json", "[1, 2]", "'[1, 2]'"},
	    {"json", "\"a\"", "'\"a\"'"},
	    {"blob", "\"a\\n\"", "X'610A'"},
	    {"blob", "\"\"", "X''"},
	    {"blob", "5", "'refused'"},
	    {"time", "\"2026-03-01T13:00:00+01:00\"", "'2026-03-01T12:00:00Z'"},
	    {"time", "\"2026-03-01 12:00:00.25\"", "'2026-03-01T12:00:00.250000Z'"},
	    {"time", "\"2026-02-30\"", "'refused'"},
	    {"time", "2026", "'refused'"},
	    {"mixed", "5", "5"},
	    {"mixed", "\"0.50\"", "0.5"},
	    {"mixed", "true", "1"},
	    {"mixed", "\"a\\n\"", "'a\n'"},
	    {"mixed", "[1, 2]", "'[1, 2]'"},
	    {"mixed", "null", "'refused'"},
	    {"", "5", "'refused'"},
	};
	sqlite3_stmt *statement;

	(void)state;
	assert_int_equal(
	    sqlite3_prepare_v2(db,
		"SELECT quote(r), r < -1e308 FROM (SELECT result(?, ?) AS r)", -1,
		&statement, NULL),
	    SQLITE_OK);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const char *text;

		sqlite3_bind_text(statement, 1, table[i].type, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 2, table[i].json, -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
		text = (const char *)sqlite3_column_text(statement, 0);
		if (strcmp(text, table[i].value) != 0)
			fail_msg("%s %s: %s", table[i].type, table[i].json, text);
		sqlite3_reset(statement);
	}
	/* quote() writes it differently from one SQLite to the next. */
	sqlite3_bind_text(statement, 1, "float", -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, "\"-Infinity\"", -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(statement, 1), 1);
	sqlite3_finalize(statement);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(kinds),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(in_common),
	    cmocka_unit_test(fits),
	    cmocka_unit_test_setup_teardown(results, open_db, close_db),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
