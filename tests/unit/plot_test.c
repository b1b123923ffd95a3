/* Points in columns of pixels, and the numbers along an axis. */
#include "unit.h"

#include <math.h>
#include <string.h>

#include "web/axis.h"
#include "web/bins.h"

/* ---- Columns ---------------------------------------------------------------- */

/* A number from 0 to 1 that depends on i alone. */
static double
scattered(unsigned i)
{
	return (double)(i * 2654435761u) / 4294967296.0;
}

/* In no order, on both sides of 0: none is lost, and what sticks out is there. */
static void
many(void **state)
{
	const struct point *low, *high;
	struct bins bins;
	long long n, all = 0;
	size_t at = 0, columns = 0;
	double least = INFINITY, most = -INFINITY;

	(void)state;
	bins_begin(&bins, false, BINS_MAX, 0);
	for (unsigned i = 0; i < 100000; i++) {
		struct point point = {.x = (scattered(i) - 0.5) * (i + 1),
		    .y = i == 77777   ? 1e6
			 : i == 55555 ? -1e6
				      : scattered(i * 7)};

		bins_add(&bins, &point);
	}
	assert_false(bins_are_plain(&bins));
	bins_end(&bins);
	while (bins_next(&bins, &at, &low, &high, &n)) {
		all += n;
		columns++;
		assert_true(high != NULL || n == 1);
		assert_true(high == NULL || low->y <= high->y);
		least = fmin(least, low->y);
		most = fmax(most, (high != NULL ? high : low)->y);
	}
	assert_int_equal(all, 100000);
	assert_true(columns <= BINS_MAX && columns >= BINS_MAX / 2);
	assert_true(least == -1e6 && most == 1e6);
	bins_free(&bins);
}

static void
few(void **state)
{
	const struct point *low, *high;
	struct bins bins;
	long long n;
	size_t at = 0, count = 0;

	(void)state;
	bins_begin(&bins, true, 10, 0);
	for (int i = 1; i <= 20; i++)
		bins_add(&bins, &(struct point){.x = 5, .y = i});
	while (bins_next(&bins, &at, &low, &high, &n)) {
		assert_true(high == NULL && n == 1);
		count++;
	}
	assert_int_equal(count, 20);
	/* One more, at the same place: a column. */
	bins_add(&bins, &(struct point){.x = 5, .y = 0});
	at = 0;
	assert_true(bins_next(&bins, &at, &low, &high, &n));
	assert_true(n == 21 && low->y == 0 && high->y == 20);
	assert_false(bins_next(&bins, &at, &low, &high, &n));
	bins_free(&bins);
}

/* ---- Axes ------------------------------------------------------------------- */

/* The labels of an axis, with spaces between. */
static const char *
labels(const struct axis *axis, int about)
{
	static char text[1000];
	struct axis_tick ticks[AXIS_TICKS_MAX];
	int n = axis_ticks(axis, about, ticks);

	text[0] = '\0';
	for (int i = 0; i < n; i++) {
		assert_true(ticks[i].value >= axis->low && ticks[i].value <= axis->high);
		strcat(text, i > 0 ? ", " : "");
		strcat(text, ticks[i].label);
	}
	return text;
}

static void
numbers(void **state)
{
	struct axis axis;
	char behind[AXIS_TEXT];

	(void)state;
	assert_string_equal(
	    labels(&(struct axis){.low = 0, .high = 10}, 5), "0, 2, 4, 6, 8, 10");
	assert_string_equal(labels(&(struct axis){.low = -0.11, .high = 0.11}, 4),
	    "-0.10, -0.05, 0.00, 0.05, 0.10");
	assert_string_equal(labels(&(struct axis){.low = 0, .high = 3.1e15}, 3),
	    "0, 10¹⁵, 2×10¹⁵, 3×10¹⁵");
	assert_string_equal(
	    labels(&(struct axis){.kind = POINTS_RUN, .low = 0, .high = 2e6}, 2),
	    "0, 1000000, 2000000");
	assert_string_equal(
	    labels(&(struct axis){.kind = POINTS_RUN, .low = 6.9, .high = 8.1}, 8),
	    "7, 8");
	assert_string_equal(
	    labels(&(struct axis){.log = true, .low = 0.5, .high = 2e4}, 7),
	    "1, 10, 100, 1000, 10000");
	assert_string_equal(
	    labels(&(struct axis){.kind = POINTS_RUN, .low = -3, .high = 11}, 3),
	    "0, 5, 10");
	/* What differs only far behind: from a number that is said by itself. */
	axis = (struct axis){.low = 1 - 2e-13, .high = 1 + 3.2e-12};
	assert_string_equal(labels(&axis, 3), "0, 10⁻¹², 2×10⁻¹², 3×10⁻¹²");
	axis_behind(&axis, behind);
	assert_string_equal(behind, " − 1");
	axis = (struct axis){.low = -9007199254741010, .high = -9007199254740990};
	assert_string_equal(labels(&axis, 3), "-10, -5, 0, 5, 10");
	axis_behind(&axis, behind);
	assert_string_equal(behind, " + 9007199254741000");
	axis_behind(&(struct axis){.low = 0.9, .high = 1}, behind);
	assert_string_equal(behind, "");
	/* Nothing that is no length, and none that never ends. */
	assert_string_equal(labels(&(struct axis){.low = 1, .high = 1}, 5), "");
	(void)labels(&(struct axis){.low = 1e300, .high = 1e300 * (1 + 1e-15)}, 5);
	(void)labels(
	    &(struct axis){.kind = POINTS_TIME, .low = -1e300, .high = 1e300}, 5);
}

static void
times(void **state)
{
	struct axis axis = {.kind = POINTS_TIME, .low = 1767225600}; /* 2026-01-01 */

	(void)state;
	axis.high = axis.low + 3600;
	assert_string_equal(labels(&axis, 3), "00:00, 00:20, 00:40, 01:00");
	axis.high = axis.low + 2 * 86400;
	assert_string_equal(labels(&axis, 4),
	    "01-01 00:00, 01-01 12:00, 01-02 00:00, 01-02 12:00, 01-03 00:00");
	axis.high = axis.low + 150 * 86400.0;
	assert_string_equal(
	    labels(&axis, 5), "2026-01, 2026-02, 2026-03, 2026-04, 2026-05");
}

static void
places(void **state)
{
	struct axis axis = {.log = true};

	(void)state;
	axis_fit(&axis, 1, 100);
	assert_true(axis.low > 0.5 && axis.low < 1 && axis.high > 100);
	assert_true(fabs(axis_value(&axis, axis_place(&axis, 10)) - 10) < 1e-9);
	axis = (struct axis){.log = false};
	axis_fit(&axis, 7, 7);
	assert_true(axis.low < 7 && axis.high > 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(many),
	    cmocka_unit_test(few),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(times),
	    cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
