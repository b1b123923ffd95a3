/* The table of streams, and what is derived from its rows. */
#include "stream/streams.h"

#include <sqlite3.h>

#include "db/db.h"
#include "db/open.h"
#include "db/statement.h"
#include "load/direct.h"

#include "unit.h"

/* What the table promises to those who walk it. */
static void
rows(void **state)
{
	enum streams_applied applied = STREAMS_STAGED;

	(void)state;
	assert_string_equal(streams[0].name, "experiments");
	for (const struct streams_row *row = streams; row->name != NULL; row++) {
		size_t columns = 0;

		assert_true(row->applied >= applied);
		applied = row->applied;
		assert_ptr_equal(streams_named(row->name, strlen(row->name)), row);
		assert_non_null(row->keys[0]);
		if (row->applied != STREAMS_SINGLY)
			assert_string_equal(row->keys[0], "experiment");
		assert_int_equal(
		    row->shape == STREAMS_OURS, row->applied != STREAMS_STAGED);
		for (int i = 0; row->keys[i] != NULL; i++)
			assert_non_null(
			    streams_column(row, row->keys[i], strlen(row->keys[i])));
		for (const struct streams_column *c = row->columns; c->name != NULL;
		     c++) {
			columns++;
			assert_ptr_equal(
			    streams_column(row, c->name, strlen(c->name)), c);
			assert_true(c->merge != STREAMS_ONWARD || c->words != NULL);
			assert_true(c->words == NULL || c->type == STREAMS_TEXT);
		}
		assert_true(columns <= STREAMS_COLUMNS_MAX);
		if (row->newer != NULL)
			assert_non_null(
			    streams_column(row, row->newer, strlen(row->newer)));
	}
	assert_ptr_equal(streams_of((struct json_span){"\"ru\\u006es\"", 11}),
	    streams_named("runs", 4));
	assert_null(streams_named("run", 3));
	assert_null(streams_named("", 0));
}

/* The SCHEMA message of a row, parsed: its text, which the spans lie in. */
static char *
schema(const struct streams_row *row, struct json_span *message)
{
	int fd = unit_file();
	struct stream out;
	struct json s;
	size_t n;
	char *text;

	assert_int_equal(stream_open(&out, fd), 0);
	streams_schema(&out, row);
	assert_int_equal(stream_close(&out), 0);
	text = unit_contents(fd, &n);
	close(fd);
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
	json_begin(&s, text, n - 1);
	assert_true(json_value(&s, message) && json_end(&s) && !s.unclean);
	return text;
}

static void
schemas(void **state)
{
	(void)state;
	for (const struct streams_row *row = streams; row->name != NULL; row++) {
		struct json_span message, value, properties, one;
		char *text = schema(row, &message);

		assert_true(json_find(message, "type", &value));
		assert_true(json_string_is(value, "SCHEMA"));
		assert_true(json_find(message, "stream", &value));
		assert_true(json_string_is(value, row->name));
		assert_true(json_find(message, "schema", &value));
		assert_true(json_find(value, "properties", &properties));
		for (const struct streams_column *c = row->columns; c->name != NULL; c++)
			assert_true(json_find(properties, c->name, &one));
		assert_true(json_find(message, "key_properties", &value));
		assert_int_equal(value.p[0], '[');
		free(text);
	}
}

static void
one_schema(void **state)
{
	static const struct streams_column columns[] = {
	    {.name = "a", .type = STREAMS_URL, .required = true},
	    {.name = "b", .type = STREAMS_RUN},
	    {.name = "c", .type = STREAMS_TEXT, .words = "x y|z"},
	    {.name = "d", .type = STREAMS_ANY},
	    {.name = NULL},
	};
	static const struct streams_row row = {
	    .name = "s", .keys = {"a", "b"}, .columns = columns};
	struct json_span message;
	char *text = schema(&row, &message);

	(void)state;
	assert_string_equal(text,
	    "{\"type\":\"SCHEMA\",\"stream\":\"s\",\"schema\":{\"type\":\"object\","
	    "\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"://\"},"
	    "\"b\":{\"type\":[\"integer\",\"string\",\"null\"]},"
	    "\"c\":{\"enum\":[\"x\",\"y\",\"z\",null]},\"d\":{}},\"required\":[\"a\"]},"
	    "\"key_properties\":[\"a\",\"b\"]}\n");
	free(text);
	assert_int_equal(streams_rank(&columns[2], "x", 1), 0);
	assert_int_equal(streams_rank(&columns[2], "y", 1), 1);
	assert_int_equal(streams_rank(&columns[2], "z", 1), 1);
	assert_int_equal(streams_rank(&columns[2], "xy", 2), -1);
}

static void
values(void **state)
{
	static const struct {
		enum streams_type type;
		const char *value, *fault;
	} table[] = {
	    {STREAMS_TEXT, "\"a\"", NULL},
	    {STREAMS_TEXT, "1", "is no text"},
	    {STREAMS_TEXT, "null", "is missing"},
	    {STREAMS_TEXT, "\"\"", "is empty"},
	    {STREAMS_TIME, "\"2026-01-01T00:00:00Z\"", NULL},
	    {STREAMS_TIME, "\"yesterday\"", "is no time"},
	    {STREAMS_URL, "\"ftp://h\"", NULL},
	    {STREAMS_URL, "\"://\"", "is no URL"},
	    {STREAMS_SHA256, "\"ab\"", "is no SHA-256"},
	    {STREAMS_INTEGER, "-9223372036854775808", NULL},
	    {STREAMS_INTEGER, "9223372036854775808", "is no whole number"},
	    {STREAMS_INTEGER, "1.0", "is no whole number"},
	    {STREAMS_COUNT, "0", NULL},
	    {STREAMS_COUNT, "-1", "is no whole number from 0 on"},
	    {STREAMS_COUNT, "\"1\"", "is no whole number from 0 on"},
	    {STREAMS_NUMBER, "1e3", NULL},
	    {STREAMS_NUMBER, "true", "is no number"},
	    {STREAMS_BOOLEAN, "false", NULL},
	    {STREAMS_BOOLEAN, "0", "is not true or false"},
	    {STREAMS_RUN, "\"007\"", NULL},
	    {STREAMS_RUN, "1.5", "is no run number"},
	    {STREAMS_LOOSE, "1.5", NULL},
	    {STREAMS_OBJECT, "{}", NULL},
	    {STREAMS_OBJECT, "[]", "is no object"},
	    {STREAMS_ARRAY, "[]", NULL},
	    {STREAMS_ARRAY, "{}", "is no array"},
	    {STREAMS_JSON, "[1]", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct streams_column column = {
		    .name = "x", .type = table[i].type, .required = true};
		char why[STREAMS_WHY] = "";
		bool fits = streams_fits(&column,
		    (struct json_span){table[i].value, strlen(table[i].value)}, why);

		if (fits != (table[i].fault == NULL) ||
		    (!fits && strcmp(why, table[i].fault) != 0))
			fail_msg("%s: %s", table[i].value, why);
		column.required = false;
		assert_true(streams_fits(&column, (struct json_span){NULL, 0}, why));
		assert_true(streams_fits(&column, (struct json_span){"null", 4}, why));
	}
}

/* Each row, its SQL file and its table in a new database fit. */
static void
rows_and_tables(void **state)
{
	char path[] = "/tmp/streams_test.XXXXXX";
	int fd = mkstemp(path);
	struct direct *direct;
	sqlite3 *db;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	db = db_open_draft(path);
	assert_non_null(db);
	direct = direct_open(db, path);
	assert_non_null(direct);
	for (const struct streams_row *row = streams; row->name != NULL; row++)
		for (int copy = row->applied == STREAMS_CLOSING; copy < 2; copy++)
			if (row->applied != STREAMS_STAGED &&
			    direct_prepare(direct, row, copy > 0) != 0)
				fail_msg("%s %d", row->name, copy);
	direct_close(direct);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	unlink(path);
}

/* A text of more statements than there is room for is refused, not cut. */
static void
too_many_statements(void **state)
{
	struct steps steps = {.n = 0};
	char sql[(STEPS_MAX + 1) * 10 + 1] = "";
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	for (int i = 0; i < STEPS_MAX; i++)
		strcat(sql, "SELECT 1;\n");
	assert_int_equal(steps_prepare(&steps, db, "x", sql, 0, STEPS_MAX), STEPS_MAX);
	steps_finalize(&steps);
	strcat(sql, "SELECT 1;\n");
	unit_listen();
	assert_int_equal(steps_prepare(&steps, db, "x", sql, 0, STEPS_MAX), -1);
	free(unit_said());
	steps_finalize(&steps);
	assert_int_equal(
	    steps_prepare(&steps, db, "x", sql, 1, STEPS_MAX), STEPS_MAX + 1);
	steps_finalize(&steps);
	sqlite3_close(db);
}

/* A query inside another: its end is where SQLite says, not the first semicolon. */
static void
inner(void **state)
{
	static const char *const table[] = {
	    "SELECT 5 AS x;",
	    "SELECT 5 AS x",
	    "-- one; two\nSELECT 5 AS x;\n",
	    "SELECT /* ; */ 5 AS x, ';' AS y;\n-- behind; it\n",
	    "SELECT 5 AS x -- last;",
	};
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *text = statement_inner(db, "x", table[i]), sql[200];

		assert_non_null(text);
		snprintf(sql, sizeof(sql), "SELECT x FROM (%s)", text);
		assert_int_equal(db_number(db, sql, -1), 5);
		free(text);
	}
	unit_listen();
	assert_null(statement_inner(db, "x", "SELEC 1;"));
	free(unit_said());
	sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows),
	    cmocka_unit_test(schemas),
	    cmocka_unit_test(one_schema),
	    cmocka_unit_test(values),
	    cmocka_unit_test(rows_and_tables),
	    cmocka_unit_test(too_many_statements),
	    cmocka_unit_test(inner),
	};

	return cmocka_run_group_tests_name("streams", tests, NULL, NULL);
}
