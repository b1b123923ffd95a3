/* The query language: words, trees, types, SQL, by themselves and on a database. */
#include "query/query.h"

#include "unit.h"

#include <sqlite3.h>

#include "db/sql.h"
#include "query/query_lex.h"
#include "query/query_parse.h"
#include "query/run_list.h"
#include "text/number.h"
#include "text/timestamp.h"
#include "text/utf8.h"

/* Parse a text and print the tree; NULL with the error set.  Free it. */
static char *
tree_of(const char *text, struct query_error *error)
{
	struct arena arena = {0};
	struct query_parser parser = {&arena, error, 0};
	struct query_source source = {text, strlen(text), NULL};
	struct query_node *tree = query_parse(&parser, &source);
	char *printed = NULL;
	size_t length;
	FILE *out;

	if (tree != NULL) {
		out = open_memstream(&printed, &length);
		assert_non_null(out);
		query_node_print(tree, out);
		fclose(out);
	}
	arena_free(&arena);
	return printed;
}

static void
parses_as(const char *text, const char *expected)
{
	struct query_error error;
	char *printed = tree_of(text, &error), *again;

	if (printed == NULL)
		fail_msg("%s: %s", text, error.message);
	assert_string_equal(printed, expected);
	again = tree_of(printed, &error);
	assert_non_null(again);
	assert_string_equal(again, printed);
	free(again);
	free(printed);
}

static void
precedence(void **state)
{
	static const struct {
		const char *text, *tree;
	} table[] = {
	    {"a or b and not c", "(a or (b and (not c)))"},
	    {"not a == b", "(not (a == b))"},
	    {"a or b or c", "(a or b or c)"},
	    {"(a or b) or c", "((a or b) or c)"},
	    {"1 < a <= 5 != b", "(1 < a <= 5 != b)"},
	    {"a not in [1, 2] in b", "(a not in [1, 2] in b)"},
	    {"a is not None", "(a is not None)"},
	    {"a is None is not True", "(a is None is not True)"},
	    {"1 + 2 * 3 - 4", "(1 + (2 * 3) - 4)"},
	    {"1 - (2 - 3)", "(1 - (2 - 3))"},
	    {"(1 + 2) * 3 / 4", "((1 + 2) * 3 / 4)"},
	    {"a % b // c", "((a % b) // c)"},
	    {"-a ** 2", "(- (a ** 2))"},
	    {"(-2) ** 2", "((-2) ** 2)"},
	    {"2 ** -a ** b", "(2 ** (- (a ** b)))"},
	    {"- - +a", "(- (- a))"},
	    {"f(a, g(), [b])", "f(a, g(), [b])"},
	    {"a in (1, 2)", "(a in [1, 2])"},
	    {"a in (1,)", "(a in [1])"},
	    {"a in ()", "(a in [])"},
	    {"((a))", "a"},
	    {"@good and `a b` and `x``y`", "(@good and `a b` and `x``y`)"},
	    {"MFX:DIA:MMS:05.RBV > math.pi", "(MFX:DIA:MMS:05.RBV > math.pi)"},
	    {"`a` + `and`", "(a + `and`)"},
	    {" a\n\t<\r\nb ", "(a < b)"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		parses_as(table[i].text, table[i].tree);
}

static void
constants(void **state)
{
	static const struct {
		const char *text, *tree;
	} table[] = {
	    {"1_000", "1000"},
	    {"0x1F", "31"},
	    {"0X_ff", "255"},
	    {"0o17", "15"},
	    {"0b11", "3"},
	    {"000", "0"},
	    {".5", "0.5"},
	    {"5.", "5.0"},
	    {"1e3", "1000.0"},
	    {"1_0.5E-1", "1.05"},
	    {"9223372036854775807", "9223372036854775807"},
	    {"9223372036854775808", "9.2233720368547758e+18"},
	    {"-9223372036854775808", "(-9223372036854775808)"},
	    {"-1", "(-1)"},
	    {"-1.5", "(- 1.5)"},
	    {"1e999", "1e999"},
	    {"True is False", "(True is False)"},
	    {"'it\\'s'", "'it\\'s'"},
	    {"\"it's\"", "'it\\'s'"},
	    {"'\\x41\\101\\u0041\\U00000041\\\\'", "'AAAA\\\\'"},
	    {"'a\\\nb'", "'ab'"},
	    {"'\\n\\0'", "'\\x0a\\x00'"},
	    {"'\\u00e9'", "'\xc3\xa9'"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		parses_as(table[i].text, table[i].tree);
}

static void
refused(void **state)
{
	static const struct {
		const char *text, *message;
		size_t caret; /* spaces before it */
	} table[] = {
	    {"", "ends where a value", 0},
	    {"a <", "ends where a value", 3},
	    {"a < * b", "a value is expected", 4},
	    {"a b", "an operator is expected", 2},
	    {"a)", "no counterpart", 1},
	    {"(a", "'(' is not closed", 2},
	    {"f(a b)", "')' or a comma", 4},
	    {"[a, , b]", "a value is expected", 4},
	    {"not", "ends where a value", 3},
	    {"a not b", "'in' is expected", 6},
	    {"`a`(1)", "no function", 3},
	    {"@", "a name is expected", 0},
	    {"``", "an empty name", 0},
	    {"`a", "not closed", 0},
	    {"'a", "not closed", 0},
	    {"'\\q'", "no such escape", 1},
	    {"'\\ud800'", "no such escape", 1},
	    {"'\\x4'", "no such escape", 1},
	    {"r'a'", "no prefix", 0},
	    {"1a", "no number", 0},
	    {"1__0", "no number", 0},
	    {"0x", "no number", 0},
	    {"1e", "no number", 0},
	    {"1.2.3", "no number", 0},
	    {"012", "leading zeros", 0},
	    {"a = 1", "write '=='", 2},
	    {"a <> 1", "write '!='", 2},
	    {"a => 1", "write '>='", 2},
	    {"a \xe2\x89\xa4 1", "write '<='", 2},
	    {"!a", "write 'not'", 0},
	    {"a\x01", "no meaning", 1},
	    {"\xc3\xa9 > \xff", "not UTF-8", 4},
	};
	struct query_error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_null(tree_of(table[i].text, &error));
		if (strstr(error.message, table[i].message) == NULL)
			fail_msg("%s: %s", table[i].text, error.message);
		assert_int_equal(strcspn(error.caret, "^"), table[i].caret);
	}
}

static void
long_texts_are_cut(void **state)
{
	char text[4001];
	struct query_error error;

	(void)state;
	memset(text, ' ', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[2000] = '?';
	text[1990] = '\x1b';
	text[0] = 'a';
	assert_null(tree_of(text, &error));
	assert_true(strlen(error.excerpt) <= 80);
	assert_null(strchr(error.excerpt, '\x1b'));
	assert_int_equal(error.excerpt[strcspn(error.caret, "^")], '?');
}

static const char *
alias_text(void *context, const char *alias)
{
	const char *const *texts = context;

	for (; texts[0] != NULL; texts += 2)
		if (strcmp(texts[0], alias) == 0)
			return texts[1];
	return NULL;
}

static void
aliases(void **state)
{
	static const char *const texts[] = {
	    "good", "c and @heavy", "heavy", "b > 2", "x", "not @y", "wrong", "(", NULL};
	static const struct {
		const char *name, *expression, *message; /* NULL: sound */
	} table[] = {
	    {"new", "@good or a", NULL},
	    {"good", "a", NULL},
	    {"A:b.c", "1", NULL},
	    {"heavy", "@good", "@heavy comes to use itself"},
	    {"new", "@new", "@new comes to use itself"},
	    {"y", "@x", "@y comes to use itself (in @x)"},
	    {"new", "@nobody", "there is no alias @nobody"},
	    {"new", "@wrong", "(in @wrong)"},
	    {"new", "a >", "ends where"},
	    {"a b", "a", "cannot be the name"},
	    {"and", "a", "cannot be the name"},
	    {"", "a", "cannot be the name"},
	};
	struct query_error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int result = query_alias_check(table[i].name, table[i].expression,
		    alias_text, (void *)texts, &error);

		assert_int_equal(result, table[i].message == NULL ? 0 : -1);
		if (result != 0 && strstr(error.message, table[i].message) == NULL)
			fail_msg("%s: %s", table[i].expression, error.message);
	}
}

static void
names(void **state)
{
	struct query_names names;
	struct query_error error;

	(void)state;
	assert_int_equal(
	    query_names_read("a > `b c` and @x and f(a, @y) or @x", &names, &error), 0);
	assert_int_equal(names.n, 2);
	assert_string_equal(names.names[0], "a");
	assert_string_equal(names.names[1], "b c");
	assert_int_equal(names.n_aliases, 2);
	assert_string_equal(names.aliases[0], "x");
	assert_string_equal(names.aliases[1], "y");
	query_names_free(&names);
	assert_int_equal(query_names_read("a >", &names, &error), -1);
	assert_true(error.message[0] != '\0');
}

/* A database in memory with two conditions, a an int and d a string. */
static sqlite3 *
database(void)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "CREATE TABLE schema_version (version, name, applied_at)",
		NULL, NULL, NULL),
	    SQLITE_OK);
	for (const struct sql_file *file = sql_files; file->name != NULL; file++)
		if (strncmp(file->name, "migrations/", 11) == 0)
			assert_int_equal(
			    sqlite3_exec(db, file->text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
			     "INSERT INTO experiments (id, name) VALUES (1, 'e1');"
			     "INSERT INTO runs (id, experiment_id, run_number) VALUES "
			     "(1, 1, 1), (2, 1, "
			     "2), (3, 1, 3);"
			     "INSERT INTO condition_types (id, name, value_type) VALUES "
			     "(1, 'a', 'int'), "
			     "(2, 'd', 'string');"
			     "INSERT INTO condition_columns (experiment_id, type_id, "
			     "block, n, kinds, minimum, maximum, data) VALUES "
			     "(1, 1, 0, 2, 4, 10, 20, '{\"1\":10,\"2\":20}'), "
			     "(1, 2, 0, 1, 16, 'x', 'x', '{\"2\":\"x\"}')",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	return db;
}

/* The runs that a query gives, as digits. */
static void
selects(sqlite3 *db, const char *text, const char *runs)
{
	struct query_wanted wanted = {.text = text, .columns = "", .limit = -1};
	struct query_error error;
	struct query *query = query_prepare(db, "x.db", &wanted, &error);
	char got[20] = "";
	size_t n = 0;

	if (query == NULL)
		fail_msg("%s: %s", text, error.message);
	while (sqlite3_step(query_statement(query)) == SQLITE_ROW && n < 19)
		got[n++] = (char)('0' + sqlite3_column_int(query_statement(query), 1));
	if (strcmp(got, runs) != 0)
		fail_msg("%s: %s, not %s", text, got, runs);
	query_free(query);
}

static void
three_valued_logic(void **state)
{
	/* a is unknown for run 3, d for runs 1 and 3. */
	static const struct {
		const char *text, *runs;
	} table[] = {
	    {"a > 15", "2"},
	    {"not a > 15", "1"},
	    {"not not a > 15", "2"},
	    {"a > 15 or run == 3", "23"},
	    {"a > 15 and None", ""},
	    {"a > 15 or None", "2"},
	    {"a is None", "3"},
	    {"(a > 15) is None", "3"},
	    {"a is not None and d is None", "1"},
	    {"not (a > 15 and d == 'x')", "1"},
	    {"not (a > 100 or d == 'y')", "2"},
	    {"(a > 15) == (d == 'x')", "2"},
	    {"a in [d == 'x', 10, 20]", "12"},
	    {"a not in [d == 'x', 10]", "2"},
	    {"a in []", ""},
	    {"not a in []", "12"},
	    {"True", "123"},
	    {"False or None", ""},
	    {"None is None", "123"},
	    {"", "123"},
	};
	sqlite3 *db = database();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		selects(db, table[i].text, table[i].runs);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
explained(void **state)
{
	struct query_wanted wanted = {.text = "a > 15 and d == 'it'", .limit = 5};
	struct query_error error;
	sqlite3 *db = database();
	struct query *query = query_prepare(db, "x.db", &wanted, &error);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(query);
	assert_int_equal(query_columns(query), 4);
	assert_string_equal(query_column_name(query, 2), "a");
	assert_int_equal(query_column_type(query, 2), QUERY_INT);
	assert_int_equal(query_column_type(query, 3), QUERY_STRING);
	assert_int_equal(query_explain(query, out), 0);
	fclose(out);
	assert_non_null(strstr(text, "= 'it'\n"));
	assert_non_null(strstr(text, "LIMIT ?"));
	assert_non_null(strstr(text, "SCAN c VIRTUAL TABLE INDEX 0:v0> v1=\n"));
	assert_non_null(strstr(text, "c.v0: a: 1 columns, 2 values in 15 bytes"));
	free(text);
	query_free(query);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
no_database(void **state)
{
	struct query_wanted wanted = {.text = "a", .limit = -1};
	struct query_error error;
	sqlite3 *db;
	char *said;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	unit_listen();
	assert_null(query_prepare(db, "x.db", &wanted, &error));
	said = unit_said();
	assert_string_equal(error.message, "");
	assert_non_null(strstr(said, "x.db: no such table"));
	free(said);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
times(void **state)
{
	static const struct {
		const char *text, *written; /* NULL: no time */
	} table[] = {
	    {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
	    {"2026", "2026-01-01T00:00:00Z"},
	    {"2026-03", "2026-03-01T00:00:00Z"},
	    {"2024-02-29", "2024-02-29T00:00:00Z"},
	    {"2026-03-01 12:30", "2026-03-01T12:30:00Z"},
	    {"2026-03-01T12:30:45.123456+00:00", "2026-03-01T12:30:45.123456Z"},
	    {"2026-03-01T00:30+01:00", "2026-02-28T23:30:00Z"},
	    {"2026-03-01T12:00:00.5-0230", "2026-03-01T14:30:00.500000Z"},
	    {"2026-03-01T12:00:00.1234567899+02", "2026-03-01T10:00:00.123456Z"},
	    {"0000-01-01", "0000-01-01T00:00:00Z"},
	    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
	    {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
	    {"", NULL},
	    {"26-03-01", NULL},
	    {"2026-13", NULL},
	    {"2026-02-29", NULL},
	    {"2026-3-1", NULL},
	    {"2026-03-01T", NULL},
	    {"2026-03T12:00", NULL},
	    {"2026-03-01T24:00", NULL},
	    {"2026-03-01T12:60", NULL},
	    {"2026-03-01T12:00:00.", NULL},
	    {"2026-03-01T12:00:00 Z", NULL},
	    {"2026-03-01T12:00Zx", NULL},
	    {"20260301", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char text[TIMESTAMP_BYTES];
		int64_t when;

		if (timestamp_read(table[i].text, strlen(table[i].text), &when) !=
		    (table[i].written != NULL))
			fail_msg("%s", table[i].text);
		if (table[i].written == NULL)
			continue;
		assert_true(timestamp_write(when, text));
		assert_string_equal(text, table[i].written);
	}
	assert_true(timestamp_read("1970-01-02", 10, &(int64_t){0}));
}

static void
run_lists(void **state)
{
	struct run_list list;
	size_t at;

	(void)state;
	assert_int_equal(run_list_read("5, 1-3,2-4 ,10-", &list, &at), 0);
	assert_int_equal(list.n, 2);
	for (int run = 0; run < 12; run++)
		assert_int_equal(
		    run_list_has(&list, run), (run >= 1 && run <= 5) || run >= 10);
	assert_true(run_list_has(&list, INT64_MAX));
	run_list_free(&list);
	assert_int_equal(run_list_read("1,x", &list, &at), -1);
	assert_int_equal(at, 2);
	assert_int_equal(run_list_read("", &list, &at), -1);
	assert_int_equal(run_list_read("4-3", &list, &at), -1);
	assert_int_equal(at, 0);
	assert_int_equal(run_list_read("9223372036854775808", &list, &at), -1);
}

static void
numbers(void **state)
{
	static const struct {
		double real;
		const char *text;
	} table[] = {
	    {0, "0.0"},
	    {1, "1.0"},
	    {-2.5, "-2.5"},
	    {0.1, "0.1"},
	    {0.1 + 0.2, "0.30000000000000004"},
	    {7.0 / 3, "2.3333333333333335"},
	    {100, "100.0"},
	    {123456789012345, "123456789012345.0"},
	    {0.0001, "0.0001"},
	    {1e300, "1e+300"},
	    {1e-7, "1e-07"},
	    {-0.0, "-0.0"},
	    {1e308 * 10, "Infinity"},
	};
	struct number a = {false, INT64_MAX, 0x1p63}, b = {true, 0, 0x1p63};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char text[NUMBER_BYTES];

		number_write(table[i].real, text);
		assert_string_equal(text, table[i].text);
	}
	assert_true(number_compare(&a, &b) < 0);
	assert_true(number_compare(&b, &a) > 0);
	assert_true(number_read(" 12 ", 4, &a) && !a.is_real && a.integer == 12);
	assert_true(number_read("1e2", 3, &a) && a.is_real && a.real == 100);
	assert_false(number_read("0x10", 4, &a));
	assert_false(number_read("nan", 3, &a));
	assert_false(number_read("", 0, &a));
	assert_false(number_read("1 2", 3, &a));
}

static void
characters(void **state)
{
	unsigned c;
	char out[4];

	(void)state;
	assert_int_equal(utf8_read("\xe2\x82\xac", 3, &c), 3);
	assert_int_equal(c, 0x20ac);
	assert_int_equal(utf8_write(0x20ac, out), 3);
	assert_memory_equal(out, "\xe2\x82\xac", 3);
	assert_int_equal(utf8_write(0x1f600, out), 4);
	assert_int_equal(utf8_read(out, 4, &c), 4);
	assert_int_equal(c, 0x1f600);
	assert_int_equal(utf8_write(0xd800, out), 0);
	assert_int_equal(utf8_read("\xc0\x80", 2, &c), 0);
	assert_int_equal(utf8_read("\xed\xa0\x80", 3, &c), 0);
	assert_int_equal(utf8_read("\xe2\x82", 2, &c), 0);
	assert_int_equal(utf8_read("", 0, &c), 0);
	assert_int_equal(utf8_valid("a\xc3\xa9\xff", 4), 3);
	assert_int_equal(utf8_width('a'), 1);
	assert_int_equal(utf8_width(0x65e5), 2);
	assert_int_equal(utf8_width(0x301), 0);
	assert_int_equal(utf8_width(0x1b), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(precedence),
	    cmocka_unit_test(constants),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(long_texts_are_cut),
	    cmocka_unit_test(aliases),
	    cmocka_unit_test(names),
	    cmocka_unit_test(three_valued_logic),
	    cmocka_unit_test(explained),
	    cmocka_unit_test(no_database),
	    cmocka_unit_test(times),
	    cmocka_unit_test(run_lists),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(characters),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
