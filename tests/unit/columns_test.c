/* columns.c: rows as tabs, aligned, and as JSON. */
#include "query/columns.h"

#include "unit.h"

/* What a query prints in a form; free it. */
static char *
printed(const char *sql, enum columns_form form)
{
	int file = unit_file(), kept = dup(STDOUT_FILENO);
	sqlite3_stmt *query;
	sqlite3 *db;
	char *text;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
	fflush(stdout);
	assert_true(dup2(file, STDOUT_FILENO) >= 0);
	assert_int_equal(columns_form_of_stdout(), COLUMNS_TABS);
	assert_int_equal(columns_print(query, form), SQLITE_DONE);
	fflush(stdout);
	assert_true(dup2(kept, STDOUT_FILENO) >= 0);
	close(kept);
	sqlite3_finalize(query);
	sqlite3_close(db);
	text = unit_contents(file, NULL);
	close(file);
	return text;
}

static void
forms(void **state)
{
	static const struct {
		enum columns_form form;
		const char *sql, *text;
	} table[] = {
	    {COLUMNS_TABS, "VALUES ('a', 1, NULL), ('b', 2.5, 'x')",
		"a\t1\t\nb\t2.5\tx\n"},
	    {COLUMNS_TABS,
		"SELECT 'a' || char(9) || 'b' || char(10) || char(13) || char(27) || "
		"'\\'",
		"a\\tb\\n\\r?\\\\\n"},
	    {COLUMNS_ALIGNED,
		"SELECT column1 AS n, column2 AS value FROM (VALUES ('\xc3\xa9', "
		"'long'), "
		"('abc', NULL), ('x' || char(9), 'y'))",
		"n    value\n\xc3\xa9    long\nabc  \nx\\t  y\n"},
	    {COLUMNS_ALIGNED, "SELECT 1 AS a WHERE false", "a\n"},
	    {COLUMNS_JSON, "SELECT '{\"a\":\"\\t\"}'", "{\"a\":\"\\t\"}\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *text = printed(table[i].sql, table[i].form);

		assert_string_equal(text, table[i].text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
