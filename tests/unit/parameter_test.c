/* parameter.c: names as documents spell them, and what a document says of one. */
#include "load/parameter.h"

#include "unit.h"

static void
plain(void **state)
{
	char name[] = "a\xef\xbc\x8e"
		      "b\xef\xbc\x84\xef\xbc\x85";

	(void)state;
	assert_int_equal(parameter_plain(name, strlen(name)), 7);
	assert_string_equal(name, "a.b$\xef\xbc\x85");
	assert_int_equal(parameter_plain(name, 0), 0);
	assert_string_equal(name, "");
}

static void
texts(void **state)
{
	static const char doc[] =
	    "{\"params\":{\"a\":1.50,\"b\":1,\"b\":2,\"x\xef\xbc\x8ey\":true,"
	    "\"n\":null,\"\\u0063\":\"t\\u00e9\",\"e\":5,\"f\":6,\"g\":7},"
	    "\"editable_params\":{\"e\":{\"value\":\"8\"},\"f\":{\"value\":null},\"g\":9,"
	    "\"h\":{\"value\":[1, 2]}}}";
	static const struct {
		const char *doc, *name, *text; /* NULL: nothing */
	} table[] = {
	    {doc, "a", "1.50"},
	    {doc, "b", "1"},
	    {doc, "x.y", "true"},
	    {doc, "n", NULL},
	    {doc, "c", "t\xc3\xa9"},
	    {doc, "e", "8"},
	    {doc, "f", "6"},
	    {doc, "g", "7"},
	    {doc, "h", "[1, 2]"},
	    {doc, "missing", NULL},
	    {"{\"params\":[\"a\"],\"editable_params\":null}", "a", NULL},
	    {"{}", "a", NULL},
	    {"[]", "a", NULL},
	    {NULL, "a", NULL},
	    {doc, NULL, NULL},
	};
	sqlite3_stmt *statement;
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(parameter_functions(db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "SELECT parameter_text(?, ?)", -1, &statement, NULL),
	    SQLITE_OK);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const char *text;

		sqlite3_bind_text(statement, 1, table[i].doc, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 2, table[i].name, -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
		text = (const char *)sqlite3_column_text(statement, 0);
		if (text == NULL || table[i].text == NULL)
			assert_true(text == table[i].text);
		else
			assert_string_equal(text, table[i].text);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain),
	    cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
