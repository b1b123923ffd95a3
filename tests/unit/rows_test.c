/* The rows of a statement in each format, on stdout and into a buffer. */
#include "query/rows.h"

#include "text/buffer.h"
#include "unit.h"

#include <errno.h>

static ssize_t
take(void *buffer, const char *p, size_t n)
{
	buffer_put(buffer, p, n);
	return (ssize_t)n;
}

static sqlite3_stmt *
prepare(sqlite3 **db, const char *sql)
{
	sqlite3_stmt *query;

	assert_int_equal(sqlite3_open(":memory:", db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(*db, sql, -1, &query, NULL), SQLITE_OK);
	return query;
}

/* What a query prints in a format; free it. */
static char *
printed(const char *sql, const char *format, const struct rows_kind *kinds)
{
	struct buffer buffer = {0};
	sqlite3 *db;
	sqlite3_stmt *query = prepare(&db, sql);

	assert_int_equal(
	    rows_write(query, "x.db", printer_format_find(format), kinds, take, &buffer),
	    0);
	sqlite3_finalize(query);
	sqlite3_close(db);
	return buffer_take(&buffer, NULL);
}

static void
formats(void **state)
{
	static const char sql[] =
	    "SELECT column1 AS n, column2 AS \"a b\" FROM (VALUES "
	    "(9223372036854775807, 'x'), (NULL, 0.5), (-1, x'00ff'))";
	static const struct {
		const char *format, *text;
	} table[] = {
	    {"tsv", "9223372036854775807\tx\n\t0.5\n-1\tAP8=\n"},
	    {"csv", "n,a b\r\n9223372036854775807,x\r\n,0.5\r\n-1,AP8=\r\n"},
	    {"json", "{\"n\":9223372036854775807,\"a b\":\"x\"}\n"
		     "{\"n\":null,\"a b\":0.5}\n{\"n\":-1,\"a b\":\"AP8=\"}\n"},
	    {"json-array", "[{\"n\":9223372036854775807,\"a b\":\"x\"},\n"
			   "{\"n\":null,\"a b\":0.5},\n{\"n\":-1,\"a b\":\"AP8=\"}]\n"},
	    {"table", "                  n  a b\n-------------------  ----\n"
		      "9223372036854775807  x\n                     0.5\n"
		      "                 -1  AP8=\n"},
	    {"nul", "9223372036854775807"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *text = printed(sql, table[i].format, NULL);

		assert_string_equal(text, table[i].text);
		free(text);
	}
}

static void
kinds(void **state)
{
	static const struct rows_kind all[] = {{"ok", CELL_BOOL}, {"doc", CELL_JSON},
	    {"at", CELL_TIME}, {"size", CELL_SIZE}, {NULL, CELL_NULL}};
	static const char sql[] = "SELECT 1 AS ok, '{\"a\": [1]}' AS doc, "
				  "1000000 AS at, 2345678 AS size";
	static const struct {
		const char *format, *text;
	} table[] = {
	    {"json", "{\"ok\":true,\"doc\":{\"a\": [1]},\"at\":\"1970-01-01T00:00:01Z\","
		     "\"size\":2345678}\n"},
	    {"tsv", "True\t{\"a\": [1]}\t1970-01-01T00:00:01Z\t2345678\n"},
	    {"table", "ok    doc         at                      size\n"
		      "----  ----------  --------------------  ------\n"
		      "True  {\"a\": [1]}  1970-01-01T00:00:01Z  2.3 MB\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *text = printed(sql, table[i].format, all);

		assert_string_equal(text, table[i].text);
		free(text);
	}
}

static void
no_rows(void **state)
{
	static const char *const table[][2] = {{"tsv", ""}, {"csv", "a\r\n"},
	    {"json", ""}, {"json-array", "[]\n"}, {"table", "a\n-\n"}, {"nul", ""}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *text = printed("SELECT 1 AS a WHERE false", table[i][0], NULL);

		assert_string_equal(text, table[i][1]);
		free(text);
	}
}

/* Names for xargs -0: any byte but NUL, and what is missing is left out. */
static void
names(void **state)
{
	struct buffer buffer = {0};
	sqlite3 *db;
	sqlite3_stmt *query = prepare(&db, "VALUES ('a' || char(10), 1), (NULL, 2), "
					   "(CAST(x'ff' AS TEXT), 3)");
	size_t n;
	char *text;

	(void)state;
	assert_int_equal(rows_write(query, "x.db", &printer_nul, NULL, take, &buffer), 0);
	sqlite3_finalize(query);
	sqlite3_close(db);
	text = buffer_take(&buffer, &n);
	assert_int_equal(n, 5);
	assert_memory_equal(text, "a\n\0\xff\0", 5);
	free(text);
}

static void
on_stdout(void **state)
{
	int file = unit_file(), kept = dup(STDOUT_FILENO);
	sqlite3 *db;
	sqlite3_stmt *query = prepare(&db, "SELECT 1, 'a' || char(27) || char(9)");
	char *text;

	(void)state;
	fflush(stdout);
	assert_true(dup2(file, STDOUT_FILENO) >= 0);
	assert_ptr_equal(printer_format_chosen(NULL), &printer_tsv);
	printf("before\n");
	assert_int_equal(rows_print(query, "x.db", printer_format_chosen(NULL), NULL), 0);
	assert_true(dup2(kept, STDOUT_FILENO) >= 0);
	close(kept);
	sqlite3_finalize(query);
	sqlite3_close(db);
	text = unit_contents(file, NULL);
	assert_string_equal(text, "before\n1\ta?\\t\n");
	free(text);
	close(file);
}

static ssize_t
refuse(void *context, const char *p, size_t n)
{
	(void)context, (void)p, (void)n;
	errno = ENOSPC;
	return -1;
}

static void
failures(void **state)
{
	sqlite3 *db;
	sqlite3_stmt *query = prepare(&db, "SELECT abs(column1) FROM (VALUES (1), "
					   "(-9223372036854775808))");
	struct buffer buffer = {0};
	char *said;

	(void)state;
	unit_listen();
	assert_int_equal(
	    rows_write(query, "x.db", &printer_json_array, NULL, take, &buffer), 1);
	said = unit_said();
	assert_non_null(strstr(said, "x.db: integer overflow"));
	free(said);
	/* Of an array that cannot be ended, nothing. */
	assert_int_equal(buffer.n, 0);
	buffer_free(&buffer);
	sqlite3_finalize(query);
	sqlite3_close(db);

	query = prepare(&db, "SELECT 1");
	unit_listen();
	assert_int_equal(rows_write(query, "x.db", &printer_tsv, NULL, refuse, NULL), 1);
	said = unit_said();
	assert_non_null(strstr(said, "No space left"));
	free(said);
	sqlite3_finalize(query);
	sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(formats),
	    cmocka_unit_test(kinds),
	    cmocka_unit_test(no_rows),
	    cmocka_unit_test(names),
	    cmocka_unit_test(on_stdout),
	    cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
