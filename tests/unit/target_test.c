/* Records of files to fetch, times that agree, and rates. */
#include "files/target.h"

#include "files/rate.h"
#include "text/timestamp.h"
#include "unit.h"

static void
times(void **state)
{
	static const struct {
		const char *text;
		long long seconds;
	} table[] = {
	    {"2025-01-01T18:30:20Z", 1735756220},
	    {"2025-01-01T18:30:20.5Z", 1735756220},
	    {"2025-01-01T18:30:20.692000+00:00", 1735756220},
	    {"2025-01-01T20:30:20+02:00", 1735756220},
	    {"2025-01-01T18:30Z", 1735756200},
	    {"2025-01-01", 1735689600},
	    {"2025-01-01 00:00:01", 1735689601},
	    {"1960-01-01T00:00:00Z", -1},
	    {"2025-01-01t18:30:20z", 1735756220}, /* RFC 3339, section 5.6 */
	    {"2025-01-01T18:30:20Zx", -1},
	    {"yesterday", -1},
	    {"", -1},
	    {NULL, -1},
	};
	char text[TIMESTAMP_SHORT];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		assert_int_equal(timestamp_seconds(table[i].text), table[i].seconds);
	assert_string_equal(timestamp_text(1735756220, text), "2025-01-01T18:30:20Z");
	assert_string_equal(timestamp_text(-1, text), "1969-12-31T23:59:59Z");
	assert_string_equal(timestamp_text(INT64_MAX, text), "");
	assert_string_equal(timestamp_text(INT64_MIN, text), "");
	assert_int_equal(timestamp_civil(2024, 2, 29, 0, 0, 0), 1709164800);
	assert_int_equal(timestamp_civil(2025, 2, 29, 0, 0, 0), -1);
	assert_int_equal(timestamp_civil(2025, 13, 1, 0, 0, 0), -1);
	assert_true(target_same_time(1735756220, 1735756220));
	assert_true(target_same_time(1735756220, 1735756200)); /* the minute */
	assert_true(target_same_time(1735689600, 1735756220)); /* the day */
	assert_true(target_same_time(-1, 5));
	assert_false(target_same_time(1735756220, 1735756221));
	assert_false(target_same_time(1735756260, 1735756220));
	assert_false(target_same_time(1735776000, 1735756220));
}

static void
records(void **state)
{
	static const char file[] =
	    "{\"url\":\"ftp://h/"
	    "a\",\"source\":\"s\",\"size\":12,\"modified\":\"2025-01-01\","
	    "\"md5\":\"900150983cd24fb0d6963f7d28e17f72\",\"fields\":{}}";
	static const char *const bad[] = {"{}", "{\"url\":null}", "{\"url\":[]}"};
	struct target target;

	(void)state;
	assert_null(
	    target_read((struct json_span){file, sizeof(file) - 1}, false, &target));
	assert_string_equal(target.url, "ftp://h/a");
	assert_string_equal(target.source, "s");
	assert_int_equal(target.size, 12);
	assert_int_equal(target.changed, 1735689600);
	assert_true(target.expected.md5[0] != '\0');
	target_free(&target);
	assert_non_null(
	    target_read((struct json_span){file, sizeof(file) - 1}, true, &target));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_non_null(target_read(
		    (struct json_span){bad[i], strlen(bad[i])}, false, &target));
}

static void
rates(void **state)
{
	struct rate rate = {.per_second = 1000};

	(void)state;
	assert_int_equal(rate_read(NULL), 0);
	assert_int_equal(rate_read("5"), 5);
	assert_int_equal(rate_read("5k"), 5000);
	assert_int_equal(rate_read("5M"), 5000000);
	assert_int_equal(rate_read("5G"), 5000000000);
	assert_int_equal(rate_read("0"), -1);
	assert_int_equal(rate_read("-1"), -1);
	assert_int_equal(rate_read("5x"), -1);
	assert_int_equal(rate_read("5kk"), -1);
	assert_int_equal(rate_read("k"), -1);
	assert_int_equal(rate_read("99999999999G"), -1);
	rate_refill(&rate, 100);
	assert_true(rate_open(&rate));
	rate_take(&rate, 700); /* 200 were allowed */
	assert_false(rate_open(&rate));
	assert_in_range(rate_wait(&rate), 500, 502);
	rate_refill(&rate, 400);
	assert_false(rate_open(&rate));
	rate_refill(&rate, 601);
	assert_true(rate_open(&rate));
	rate_refill(&rate, 100000); /* what was not used does not collect for ever */
	rate_take(&rate, 201);
	assert_false(rate_open(&rate));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times),
	    cmocka_unit_test(records),
	    cmocka_unit_test(rates),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
