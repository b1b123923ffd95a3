/* Times without a zone. */
#include "base/zone.h"

#include "text/timestamp.h"
#include "unit.h"

static const char *
read_in(const char *text)
{
	static char out[TIMESTAMP_BYTES];
	int64_t microseconds;

	return zone_read(text, strlen(text), &microseconds) &&
		       timestamp_write(microseconds, out)
		   ? out
		   : "-";
}

static void
zones(void **state)
{
	static const struct {
		const char *zone, *text, *utc;
	} table[] = {
	    {NULL, "2026-03-01 12:00:00", "2026-03-01T12:00:00Z"},
	    {"Z", "2026-03-01 12:00:00.5", "2026-03-01T12:00:00.500000Z"},
	    {"+02:00", "2026-03-01T12:00:00", "2026-03-01T10:00:00Z"},
	    {"-0530", "2026-03-01T12:00:00", "2026-03-01T17:30:00Z"},
	    {"+1", "2026-03-01", "2026-02-28T23:00:00Z"},
	    {"+1", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"},
	    {"+1", "2026-03-01T12:00:00-03:00", "2026-03-01T15:00:00Z"},
	    {"+1", "no time", "-"},
	    {"America/New_York", "2026-01-15 12:00:00", "2026-01-15T17:00:00Z"},
	    {"America/New_York", "2026-07-15 12:00:00.25", "2026-07-15T16:00:00.250000Z"},
	    {"America/New_York", "2026-07-15T12:00:00Z", "2026-07-15T12:00:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(zone_use(table[i].zone), 0);
		assert_string_equal(read_in(table[i].text), table[i].utc);
	}
}

static void
no_zones(void **state)
{
	static const char *const names[] = {"Nowhere/Else", "../../../etc/passwd",
	    "/etc/passwd", "", "+", "+25", "+02:99", "-05:00x", "+-5", "America", ".",
	    "zone.tab"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		unit_listen();
		assert_int_equal(zone_use(names[i]), 2);
		free(unit_said());
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(zones),
	    cmocka_unit_test(no_zones),
	};

	return cmocka_run_group_tests_name("zones", tests, NULL, NULL);
}
