/* Lengths of time. */
#include "text/duration.h"

#include "unit.h"

static void
lengths(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: none */
	} table[] = {
	    {"0", 0},
	    {"60", 60},
	    {"90s", 90},
	    {"35m", 2100},
	    {"12h", 43200},
	    {"30d", 2592000},
	    {"2w", 1209600},
	    {"1000000d", INT64_C(86400000000)},
	    {"1000001d", -1},
	    {"99999999999999999999", -1},
	    {"", -1},
	    {"s", -1},
	    {"-5", -1},
	    {"1.5h", -1},
	    {"5 m", -1},
	    {"5ms", -1},
	    {"5y", -1},
	    {" 5", -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int64_t seconds = -1;

		if (!duration_read(table[i].text, &seconds))
			seconds = -1;
		assert_int_equal(seconds, table[i].seconds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lengths)};

	return cmocka_run_group_tests_name("lengths of time", tests, NULL, NULL);
}
