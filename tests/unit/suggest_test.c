/* Names that are near to one. */
#include "base/suggest.h"

#include "unit.h"

static const char *
name_at(const void *table, size_t i)
{
	return ((const char *const *)table)[i];
}

static void
distances(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} table[] = {
	    {"", "", 0},
	    {"", "abc", 3},
	    {"kitten", "sitting", 3},
	    {"saturday", "sunday", 3},
	    {"flaw", "lawn", 2},
	    {"runs", "run", 1},
	    {"runs", "ruins", 1},
	    {"ab", "ba", 2},
	    {"keytab", "keytab", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(
		    suggest_distance(table[i].a, table[i].b), table[i].distance);
		assert_int_equal(
		    suggest_distance(table[i].b, table[i].a), table[i].distance);
	}
}

static void
long_texts(void **state)
{
	char a[200], b[200];

	(void)state;
	memset(a, 'x', sizeof(a) - 1);
	memset(b, 'x', sizeof(b) - 1);
	a[199] = b[199] = '\0';
	b[100] = 'y'; /* behind the 64 bytes that count */
	assert_int_equal(suggest_distance(a, b), 0);
	b[63] = 'y';
	assert_int_equal(suggest_distance(a, b), 1);
	assert_int_equal(suggest_distance(a, ""), 64);
}

static void
the_nearest(void **state)
{
	static const char *const names[] = {"runs", "files", "shifts", "samples"};

	(void)state;
	assert_int_equal(suggest("run", name_at, names, 4), 0);
	assert_int_equal(suggest("file", name_at, names, 4), 1);
	assert_int_equal(suggest("shfits", name_at, names, 4), 2);
	assert_int_equal(suggest("example", name_at, names, 4), 3);
	assert_int_equal(suggest("", name_at, names, 4), 0);
	assert_int_equal(suggest("anything", name_at, names, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(distances),
	    cmocka_unit_test(long_texts),
	    cmocka_unit_test(the_nearest),
	};

	return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
