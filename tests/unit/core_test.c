/* Records as rows of a server, and what is said to it. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"
#include "core/pile.h"
#include "core/row.h"
#include "core/schema.h"
#include "core/table.h"

static const struct table *
table(const char *stream)
{
	return table_of(streams_named(stream, strlen(stream)));
}

/* The row of a record, with | for the tabs between its fields. */
static void
check_row(
    const char *stream, const char *record, enum row_kind kind, const char *expected)
{
	struct row_maker maker = {.source = "me", .dialect = &dialect_postgresql};
	char why[ROW_WHY], *text;
	const char *wrong = row_make(
	    &maker, table(stream), (struct json_span){record, strlen(record)}, kind, why);

	if (wrong != NULL) {
		assert_string_equal(wrong, expected);
	} else {
		text = buffer_take(&maker.line, NULL);
		assert_non_null(text);
		for (char *p = text; *p != '\0'; p++)
			*p = *p == '\t' ? '|' : *p;
		assert_string_equal(text, expected);
		free(text);
	}
	row_release(&maker);
}

static void
rows(void **state)
{
	(void)state;
	check_row("samples",
	    "{\"experiment\":\"e\",\"_id\": \"a\\tb\", \"name\": \"x\\ny\"}", ROW_WHOLE,
	    "me|e|\"a\\\\tb\"|a\\tb|x\\ny|\\N|{\"_id\": \"a\\\\tb\", \"name\": "
	    "\"x\\\\ny\"}\n");
	/* A document that names its experiment itself stays as it is. */
	check_row("samples", "{\"_id\":\"a\",\"experiment\":\"e\"}", ROW_WHOLE,
	    "me|e|\"a\"|a|\\N|\\N|{\"_id\":\"a\",\"experiment\":\"e\"}\n");
	/* What is no more has no source, and a row of our own no record. */
	check_row("samples", "{\"experiment\":\"e\",\"_id\":\"a\"}", ROW_DELETED,
	    "|e|\"a\"|a|\\N|\\N|\\N\n");
	check_row("searches", "{\"name\":\"n\",\"query\":\"q\",\"set_at\":\"2026\"}",
	    ROW_DELETED, "me|\"n\"|n|q|\\N|2026|2026|\\N\n");
	check_row(
	    "samples", "{\"experiment\":\"e\"}", ROW_WHOLE, "samples: _id is missing");
	check_row(
	    "samples", "{\"_id\":\"a\"}", ROW_WHOLE, "samples: experiment is missing");
	check_row("workflows", "{\"experiment\":\"e\"}", ROW_WHOLE,
	    "workflows: definitions is missing");
	check_row("workflows", "{\"experiment\":\"e\",\"definitions\":[1, 2]}", ROW_WHOLE,
	    "me|e||[1, 2]|[1, 2]");
}

static void
values(void **state)
{
	(void)state;
	check_row("completions",
	    "{\"site_id\":\"s\",\"update_id\":\"12\",\"completed_at\":1.5}", ROW_WHOLE,
	    "me|\"s\",\"12\"|s|12|\\N|{\"site_id\":\"s\",\"update_id\":\"12\","
	    "\"completed_at\":1.5}\n");
	check_row("completions",
	    "{\"site_id\":\"s\",\"update_id\":9007199254740993,\"completed_at\":3e2}",
	    ROW_WHOLE,
	    "me|\"s\",9007199254740993|s|9007199254740993|300|{\"site_id\":\"s\","
	    "\"update_id\":9007199254740993,\"completed_at\":3e2}\n");
	check_row("sites", "{\"site_id\":\"a\\u0000b\",\"official\":true}", ROW_WHOLE,
	    "me|\"a?b\"|a?b|1|\\N|{\"site_id\":\"a\\\\u0000b\",\"official\":true}\n");
}

/* Keys that no index holds are told apart by their sums. */
static void
long_keys(void **state)
{
	struct row_maker maker = {.source = "me", .dialect = &dialect_mariadb};
	char record[1200], why[ROW_WHY], first[DIALECT_KEY_MAX + 1];

	(void)state;
	for (int i = 0; i < 2; i++) {
		int n = snprintf(record, sizeof(record),
		    "{\"experiment\":\"e\",\"_id\":\"%0*d\"}", 1000, i);

		assert_null(row_make(&maker, table("samples"),
		    (struct json_span){record, (size_t)n}, ROW_WHOLE, why));
		assert_in_range(maker.key.n, 100, DIALECT_KEY_MAX);
		if (i == 0)
			memcpy(first, maker.key.p, maker.key.n);
		else
			assert_memory_not_equal(first, maker.key.p, maker.key.n);
	}
	maker.longest = 100;
	assert_non_null(row_make(&maker, table("samples"),
	    (struct json_span){record, strlen(record)}, ROW_WHOLE, why));
	assert_non_null(strstr(why, "max_allowed_packet"));
	row_release(&maker);
}

/* A pile that outgrows memory reads back as it was written. */
static void
piles(void **state)
{
	struct pile *pile = pile_open();
	size_t at = 0, bytes = 0;
	char row[1024];
	const char *p;
	long n;

	(void)state;
	assert_non_null(pile);
	memset(row, 'x', sizeof(row));
	for (uint64_t i = 1; i <= 3000; i++)
		assert_int_equal(pile_add(pile, row, sizeof(row), i), 0);
	assert_true(pile->fd >= 0);
	assert_false(pile->twice);
	assert_int_equal(pile_add(pile, "y", 1, 7), 0);
	assert_true(pile->twice);
	while ((n = pile_read(pile, &at, &p)) > 0) {
		bytes += (size_t)n;
		row[0] = p[n - 1];
	}
	assert_int_equal(n, 0);
	assert_int_equal(bytes, 3000 * 1024 + 1);
	assert_int_equal(pile_bytes(pile), bytes);
	assert_int_equal(row[0], 'y');
	pile_close(pile);
}

static void
addresses(void **state)
{
	struct address a;

	(void)state;
	assert_int_equal(
	    address_read(&a, "mariadb://me%40x@db1,db2:3307,[::1]:9/core?ssl-ca=a%2fb"),
	    0);
	assert_string_equal(a.user, "me@x");
	assert_int_equal(a.n_hosts, 3);
	assert_string_equal(a.hosts[1].name, "db2");
	assert_int_equal(a.hosts[1].port, 3307);
	assert_string_equal(a.hosts[2].name, "::1");
	assert_int_equal(a.hosts[2].port, 9);
	assert_string_equal(a.database, "core");
	assert_string_equal(address_option(&a, "ssl-ca"), "a/b");
	address_free(&a);
	assert_true(address_is("odbc:DSN=x"));
	assert_false(address_is("elog.db"));
	assert_true(address_is_local("127.0.0.1"));
	assert_false(address_is_local("db1"));
}

/* Every table has a key, and no piece of a template is left. */
static void
schemas(void **state)
{
	const struct dialect *const dialects[] = {
	    &dialect_postgresql, &dialect_mariadb, &dialect_sqlserver};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *text = schema_text(dialects[i]);
		size_t tables = 0, keys = 0;

		assert_non_null(text);
		for (const char *p = text; (p = strstr(p, "CREATE TABLE")) != NULL; p++)
			tables++;
		for (const char *p = text; (p = strstr(p, "PRIMARY KEY")) != NULL; p++)
			keys++;
		assert_int_equal(tables, streams_count() + 3);
		assert_int_equal(keys, tables);
		for (const char *p = text; (p = strchr(p, '$')) != NULL; p++)
			assert_int_equal(p[1], '.'); /* a JSON path */
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows),
	    cmocka_unit_test(values),
	    cmocka_unit_test(long_keys),
	    cmocka_unit_test(piles),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(schemas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
