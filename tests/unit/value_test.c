/* value.c: what a value is taken for, and how each type keeps it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/value.h"

static sqlite3 *db;

static int
open_db(void **state)
{
	(void)state;
	return sqlite3_open(":memory:", &db) == SQLITE_OK &&
		       value_functions(db) == SQLITE_OK
		   ? 0
		   : -1;
}

static int
close_db(void **state)
{
	(void)state;
	return sqlite3_close(db);
}

/* The text of what an SQL expression gives, with its type in front; static. */
static const char *
sql(const char *expression, const char *a, const char *b)
{
	static char out[200];
	static const char *const types[] = {"", "int", "real", "text", "blob", "null"};
	sqlite3_stmt *statement;
	char query[200];
	const char *text, *type;

	snprintf(query, sizeof(query), "SELECT %s", expression);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
	sqlite3_bind_text(statement, 1, a, -1, SQLITE_STATIC);
	if (b != NULL)
		sqlite3_bind_text(statement, 2, b, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	type = types[sqlite3_column_type(statement, 0)];
	text = (const char *)sqlite3_column_text(statement, 0);
	snprintf(out, sizeof(out), "%s %s", type, text != NULL ? text : "");
	sqlite3_finalize(statement);
	return out;
}

static enum condition_type
type_of(const char *json)
{
	return value_type((struct json_span){json, strlen(json)});
}

static void
types(void **state)
{
	(void)state;
	assert_int_equal(type_of("1"), CONDITION_INT);
	assert_int_equal(type_of("\"1\""), CONDITION_INT);
	assert_int_equal(type_of("\"-4\""), CONDITION_INT);
	assert_int_equal(type_of("\"0.9420\""), CONDITION_FLOAT);
	assert_int_equal(type_of("\"1e3\""), CONDITION_FLOAT);
	assert_int_equal(type_of("\"12345678901234567890\""), CONDITION_FLOAT);
	assert_int_equal(type_of("\"007\""), CONDITION_STRING);
	assert_int_equal(type_of("\"1 mm\""), CONDITION_STRING);
	assert_int_equal(type_of("\"\""), CONDITION_STRING);
	assert_int_equal(type_of("\"-\""), CONDITION_STRING);
	assert_int_equal(type_of("true"), CONDITION_BOOL);
	assert_int_equal(type_of("\"false\""), CONDITION_BOOL);
	assert_int_equal(type_of("{\"a\":1}"), CONDITION_JSON);
	assert_int_equal(type_of("\"{\\\"a\\\":1}\""), CONDITION_JSON);
	assert_int_equal(type_of("\"[1,2\""), CONDITION_STRING);
	assert_int_equal(type_of("\"[NaN]\""), CONDITION_STRING);
	assert_int_equal(type_of("{\"$base64\":\"aGk=\"}"), CONDITION_BLOB);
	assert_int_equal(type_of("{\"$base64\":\"aGk=\",\"b\":1}"), CONDITION_JSON);
	assert_int_equal(type_of("{\"$base64\":1}"), CONDITION_JSON);
	assert_int_equal(type_of("null"), CONDITION_NONE);
	assert_int_equal(type_of("\"NaN\""), CONDITION_NONE);
}

/* A value, the type that keeps it, and what it becomes. */
static void
kept(void **state)
{
	static const char *const cases[][3] = {
	    {"\"true\"", "bool", "int 1"},
	    {"0", "bool", "int 0"},
	    {"2", "bool", "null "},
	    {"\"5\"", "int", "int 5"},
	    {"\"+5\"", "int", "int 5"},
	    {"\"007\"", "int", "int 7"},
	    {"\"5.0\"", "int", "null "},
	    {"\"0x10\"", "int", "null "},
	    {"\"9223372036854775808\"", "int", "null "},
	    {"true", "int", "int 1"},
	    {"5", "float", "real 5.0"},
	    {"\".5\"", "float", "real 0.5"},
	    {"\"1e999\"", "float", "null "},
	    {"\"nan\"", "float", "null "},
	    {"\"5 mm\"", "float", "null "},
	    {"0.10", "string", "text 0.10"},
	    {"\"a\\u00e9\\n\"", "string", "text a\xc3\xa9\n"},
	    {"[1, 2]", "string", "text [1, 2]"},
	    {"\"[1]\"", "json", "text [1]"},
	    {"\"[1\"", "json", "null "},
	    {"\"plain\"", "json", "null "},
	    {"\"2026-03-01 12:00+01:00\"", "time", "text 2026-03-01T11:00:00Z"},
	    {"\"2026-02-31\"", "time", "null "},
	    {"\"yesterday\"", "time", "null "},
	    {"{\"$base64\":\"aGk=\"}", "blob", "blob hi"},
	    {"{\"$base64\":\"aGk=\"}", "string", "text hi"},
	    /* Some programs write a '/' so. */
	    {"{\"$base64\":\"Lz8\\/\"}", "blob", "blob /??"},
	    {"{\"$base64\":\"Lz8\\n\"}", "blob", "null "},
	    {"{\"$base64\":\"/w==\"}", "string", "null "},
	    {"{\"$base64\":\"AA==\"}", "string", "null "},
	    {"{\"$base64\":\"not base64\"}", "blob", "null "},
	    {"\"text\"", "blob", "blob text"},
	    {"5", "blob", "null "},
	    {"null", "string", "null "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		    sql("value_as(?, ?)", cases[i][0], cases[i][1]), cases[i][2]);
}

static void
recast(void **state)
{
	(void)state;
	assert_string_equal(
	    sql("value_recast(1, 'bool', ?)", "string", NULL), "text true");
	assert_string_equal(sql("value_recast(1, 'bool', ?)", "float", NULL), "real 1.0");
	assert_string_equal(sql("value_recast(3, 'int', ?)", "float", NULL), "real 3.0");
	assert_string_equal(
	    sql("value_recast(0.1, 'float', ?)", "string", NULL), "text 0.1");
	assert_string_equal(sql("value_recast(7.0 / 3, 'float', ?)", "string", NULL),
	    "text 2.3333333333333335");
	assert_string_equal(sql("value_recast('x', 'string', ?)", "int", NULL), "null ");
	assert_string_equal(
	    sql("value_recast('12', 'string', ?)", "int", NULL), "int 12");
	assert_string_equal(sql("value_recast(NULL, 'string', ?)", "int", NULL), "null ");
}

static void
targets(void **state)
{
	(void)state;
	assert_string_equal(sql("value_target(?, NULL, NULL)", "1", NULL), "text int");
	assert_string_equal(sql("value_target(?, 'int', 0)", "1.5", NULL), "text float");
	assert_string_equal(sql("value_target(?, 'int', 1)", "1.5", NULL), "text int");
	assert_string_equal(sql("value_target(?, 'blob', 0)", "1.5", NULL), "text float");
	assert_string_equal(sql("value_target(?, NULL, NULL)", "null", NULL), "null ");
}

static void
names(void **state)
{
	char longest[300];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[255] = '\0';
	assert_string_equal(sql("value_name_fault(?)", longest, NULL), "null ");
	longest[255] = 'x';
	longest[256] = '\0';
	assert_memory_equal(sql("value_name_fault(?)", longest, NULL), "text ", 5);
	assert_string_equal(sql("value_name_fault(?)", "MFX:DIA 1", NULL), "null ");
	assert_memory_equal(sql("value_name_fault(?)", "a\tb", NULL), "text ", 5);
	assert_memory_equal(sql("value_name_fault(?)", "", NULL), "text ", 5);
	assert_memory_equal(sql("value_name_fault(?)", "end_time", NULL), "text ", 5);
	assert_string_equal(sql("value_name_fault(?)", "event_count", NULL), "null ");
}

static void
functions(void **state)
{
	(void)state;
	assert_string_equal(
	    sql("base64(CAST(? AS BLOB))", "hello", NULL), "text aGVsbG8=");
	assert_string_equal(sql("unbase64(?)", "aGVsbG8=", NULL), "blob hello");
	assert_string_equal(sql("unbase64(?)", "aGVsbG8", NULL), "null ");
	assert_string_equal(sql("unbase64(?)", "", NULL), "blob ");
	assert_string_equal(sql("sha256(CAST(? AS BLOB))", "abc", NULL),
	    "text ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(sql("value_text(1, ?)", "bool", NULL), "text true");
	assert_string_equal(sql("value_text(1, ?)", "int", NULL), "int 1");
	assert_string_equal(sql("value_text(9e999, ?)", "float", NULL), "text Infinity");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(types),
	    cmocka_unit_test(kept),
	    cmocka_unit_test(recast),
	    cmocka_unit_test(targets),
	    cmocka_unit_test(names),
	    cmocka_unit_test(functions),
	};

	return cmocka_run_group_tests_name("value", tests, open_db, close_db);
}
