#include "text/human.h"

#include <inttypes.h>
#include <stdio.h>

void
human_size(int64_t bytes, char out[HUMAN_BYTES])
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	double value = (double)bytes / 1000;
	int unit = 0;

	if (bytes > -1000 && bytes < 1000) {
		snprintf(out, HUMAN_BYTES, "%" PRId64 " %s", bytes,
		    bytes == 1 ? "byte" : "bytes");
		return;
	}
	/* What would be rounded to 1000 is 1.0 of the next. */
	while ((value >= 999.5 || value <= -999.5) && unit < 5) {
		value /= 1000;
		unit++;
	}
	snprintf(out, HUMAN_BYTES, value > -9.95 && value < 9.95 ? "%.1f %s" : "%.0f %s",
	    value, units[unit]);
}

void
human_span(int64_t seconds, char out[HUMAN_BYTES])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{INT64_C(365) * 86400, "year"}, {86400, "day"}, {3600, "hour"},
	    {60, "minute"}, {1, "second"}};
	int64_t n;
	int unit = 0;

	if (seconds < 0)
		seconds = 0;
	while (units[unit].seconds > 1 && seconds < 2 * units[unit].seconds)
		unit++;
	n = seconds / units[unit].seconds;
	snprintf(
	    out, HUMAN_BYTES, "%" PRId64 " %s%s", n, units[unit].name, n == 1 ? "" : "s");
}
