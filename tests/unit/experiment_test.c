/* Experiment names, lists of them, globs over them. */
#include "logbook/experiment.h"

#include "unit.h"

static void
names(void **state)
{
	static const struct {
		const char *name;
		size_t n;
		bool good;
	} table[] = {
	    {"mfxl1005123", 11, true},
	    {"mfxx0000 24", 11, true},
	    {"_x", 2, true},
	    {"9", 1, true},
	    {"a.b-c_d+e", 9, true},
	    {"a'b$(c);`d`&|*?#%", 17, true}, /* each user quotes for itself */
	    {"m\xc3\xbcx", 4, true},
	    {"", 0, false},
	    {" a", 2, false},
	    {".", 1, false},
	    {"..", 2, false},
	    {"-rf", 3, false},
	    {"--all", 5, false},
	    {"\xc3\xbc", 2, false}, /* begins with a letter or a digit of ASCII */
	    {"a/b", 3, false},
	    {"a/../b", 6, false},
	    {"a\\b", 3, false},
	    {"a\nb", 3, false},
	    {"a\tb", 3, false},
	    {"a\x7f", 2, false},
	    {"a\x1b[31m", 6, false},
	    {"a\0b", 3, false},
	    {"a\"b", 3, false},
	    {"a\xff", 2, false},
	    {"a\xc3", 2, false},
	    {"a\xed\xa0\x80", 4, false},
	};
	char name[202];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const char *error = experiment_name_error(table[i].name, table[i].n);

		if ((error == NULL) != table[i].good)
			fail_msg(
			    "'%s': %s", table[i].name, error != NULL ? error : "good");
	}
	memset(name, 'a', sizeof(name));
	assert_null(experiment_name_error(name, 200));
	assert_non_null(experiment_name_error(name, 201));
}

static void
globs(void **state)
{
	static const char *const globs[] = {"txi*", "*0025", "mfx[ab]?", "exact"};

	(void)state;
	assert_true(experiment_matches("txil000523", globs, 4));
	assert_true(experiment_matches("TXIL000523", globs, 4));
	assert_true(experiment_matches("mfxl200025", globs, 4));
	assert_true(experiment_matches("MFXB1", globs, 4));
	assert_true(experiment_matches("Exact", globs, 4));
	assert_false(experiment_matches("mfxc1", globs, 4));
	assert_false(experiment_matches("exactly", globs, 4));
	assert_false(experiment_matches("", globs, 4));
	assert_false(experiment_matches("txil000523", globs, 0));
	assert_false(experiment_matches("txil000523", NULL, 0));
}

static void
list_once_each(void **state)
{
	struct experiment_list list = {0};

	(void)state;
	assert_int_equal(experiment_list_add(&list, "bcd", 2), 0);
	assert_int_equal(experiment_list_add(&list, "a", 1), 0);
	assert_int_equal(experiment_list_add(&list, "bc", 2), 0);
	assert_int_equal(experiment_list_add(&list, "b", 1), 0);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.names[0], "bc");
	assert_string_equal(list.names[1], "a");
	assert_string_equal(list.names[2], "b");
	experiment_list_free(&list);
	assert_int_equal(list.n, 0);
	experiment_list_free(&list);
}

static int
read_list(struct experiment_list *list, const char *text, size_t n, char **said)
{
	FILE *stream = fmemopen((void *)(uintptr_t)text, n, "r");
	int bad;

	assert_non_null(stream);
	unit_listen();
	bad = experiment_list_read(list, stream);
	*said = unit_said();
	fclose(stream);
	return bad;
}

static void
list_from_lines(void **state)
{
	static const char text[] =
	    "mfx1\n\nmfx2 24  \r\n{\"instrument\":\"MFX\",\"name\":\"mfx3\"}\n"
	    "{\"name\":\"m\\u0066x4\",\"x\":[{}]} \nmfx1\n \t\n"
	    "{\"_id\":\"DIA_daq_13\",\"name\":\"DIA daq 13\"}\nDIA daq 13\n"
	    "last/logbook_entries,runs";
	static const char *const names[] = {
	    "mfx1", "mfx2_24", "mfx3", "mfx4", "DIA_daq_13", "last"};
	struct experiment_list list = {0};
	char *said;

	(void)state;
	assert_int_equal(read_list(&list, text, sizeof(text) - 1, &said), 0);
	assert_string_equal(said, "");
	assert_int_equal(list.n, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_string_equal(list.names[i], names[i]);
	assert_null(list.chosen[0]);
	assert_string_equal(list.chosen[5], "logbook_entries,runs");
	assert_true(experiment_streams_have(list.chosen[5], "runs"));
	assert_false(experiment_streams_have(list.chosen[5], "run"));
	assert_non_null(experiment_list_add_argument(&list, "e/nosuch", 8));
	assert_non_null(experiment_list_add_argument(&list, "e/runs,", 7));
	assert_non_null(experiment_list_add_argument(&list, "e/fetches", 9));
	experiment_list_free(&list);
	free(said);
}

static void
list_with_bad_lines(void **state)
{
	static const char text[] =
	    "good\n../etc\n{\"name\":1}\n{\"name\":\"a/b\"}\n{name\n"
	    "{\"name\":\"x\"} y\n-rf\nnul\0l\n{\"n\":\"x\"}\n"
	    "{\"name\":\"\\u001b[2J\"}\ngood2\n";
	struct experiment_list list = {0};
	char *said;

	(void)state;
	assert_int_equal(read_list(&list, text, sizeof(text) - 1, &said), 9);
	assert_int_equal(list.n, 2);
	assert_string_equal(list.names[0], "good");
	assert_string_equal(list.names[1], "good2");
	for (int line = 2; line <= 10; line++) {
		char prefix[40];

		snprintf(prefix, sizeof(prefix), "elog: line %d: ", line);
		if (strstr(said, prefix) == NULL)
			fail_msg("nothing of line %d in: %s", line, said);
	}
	assert_null(strchr(said, '\x1b'));
	experiment_list_free(&list);
	free(said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(globs),
	    cmocka_unit_test(list_once_each),
	    cmocka_unit_test(list_from_lines),
	    cmocka_unit_test(list_with_bad_lines),
	};

	return cmocka_run_group_tests_name("experiment", tests, NULL, NULL);
}
