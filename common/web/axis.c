#include "web/axis.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text/timestamp.h"

#define DAY 86400.0
#define SECONDS_MAX 1e12 /* far behind the year 9999 */
#define SMALLEST 1e-307	 /* of logarithms */
#define LARGEST 1e307

void
axis_fit(struct axis *axis, double least, double most)
{
	double room;

	if (axis->log) {
		double low = log10(least), high = log10(most);

		room = high > low ? (high - low) * 0.04 : 0.3;
		axis->low = fmax(pow(10, low - room), SMALLEST);
		axis->high = fmin(pow(10, high + room), LARGEST);
		return;
	}
	room = most > least ? (most - least) * 0.04 : fmax(fabs(least) * 0.05, 0.5);
	axis->low = least - room;
	axis->high = most + room;
}

double
axis_place(const struct axis *axis, double value)
{
	if (axis->log)
		return (log10(value) - log10(axis->low)) /
		       (log10(axis->high) - log10(axis->low));
	return (value - axis->low) / (axis->high - axis->low);
}

double
axis_value(const struct axis *axis, double place)
{
	if (axis->log)
		return axis->low * pow(axis->high / axis->low, place);
	return axis->low + (axis->high - axis->low) * place;
}

/* ---- Texts ------------------------------------------------------------------ */

/* 1.5e+06 as 1.5×10⁶. */
static void
write_power(const char *number, char out[AXIS_TEXT])
{
	static const char *const digits[] = {
	    "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
	const char *e = strchr(number, 'e');
	int used;

	if (e == NULL) {
		snprintf(out, AXIS_TEXT, "%s", number);
		return;
	}
	if (e == number + 1 && *number == '1')
		used = snprintf(out, AXIS_TEXT, "10");
	else
		used = snprintf(out, AXIS_TEXT, "%.*s×10", (int)(e - number), number);
	e++;
	if (*e == '-')
		used += snprintf(out + used, AXIS_TEXT - (size_t)used, "⁻");
	for (e += strspn(e, "+-0"); *e >= '0' && *e <= '9' && used < AXIS_TEXT - 5; e++)
		used += snprintf(
		    out + used, AXIS_TEXT - (size_t)used, "%s", digits[*e - '0']);
}

/* A number with so many digits that numbers a step apart differ. */
static void
write_number(double value, double step, char out[AXIS_TEXT])
{
	double size = fabs(value);
	int digits = 1, places;
	char text[64];

	if (size < step * 1e-6 && step < 1e-4) {
		snprintf(out, AXIS_TEXT, "0");
		return;
	}
	if (size < step * 1e-6)
		size = value = 0;
	if (size > 0 && step > 0)
		digits = (int)(floor(log10(size * 1.0000001)) -
			       floor(log10(step * 1.0000001))) +
			 1;
	digits = digits < 1 ? 1 : digits > 15 ? 15 : digits;
	if (size != 0 && (size >= 1e6 || size < 1e-4)) {
		snprintf(text, sizeof(text), "%.*e", digits - 1, value);
		/* Without zeros at its end. */
		char *e = strchr(text, 'e'), *p = e;

		if (e != NULL && strchr(text, '.') != NULL) {
			while (p[-1] == '0')
				p--;
			p -= p[-1] == '.';
			memmove(p, e, strlen(e) + 1);
		}
	} else {
		places = step > 0 ? (int)ceil(-log10(step) - 1e-6) : 0;
		snprintf(text, sizeof(text), "%.*f",
		    places < 0	  ? 0
		    : places > 15 ? 15
				  : places,
		    value);
	}
	write_power(text, out);
}

/* What of a time is written. */
enum parts { YEAR, MONTH, DATE, DAY_AND_MINUTE, MINUTE, SECOND, WHOLE };

static void
write_time(double value, enum parts parts, char out[AXIS_TEXT])
{
	char text[TIMESTAMP_BYTES];
	static const struct {
		size_t from, n;
	} cut[] = {{0, 4}, {0, 7}, {0, 10}, {5, 11}, {11, 5}, {11, 8}, {0, 19}};

	out[0] = '\0';
	if (!(fabs(value) < SECONDS_MAX) ||
	    !timestamp_write((int64_t)floor(value) * 1000000, text))
		return;
	text[10] = ' ';
	snprintf(out, AXIS_TEXT, "%.*s", (int)cut[parts].n, text + cut[parts].from);
}

void
axis_text(const struct axis *axis, double value, char out[AXIS_TEXT])
{
	char text[64];

	if (axis->kind == POINTS_TIME) {
		write_time(value, WHOLE, out);
	} else if (axis->kind == POINTS_TRUTH && (value == 0 || value == 1)) {
		snprintf(out, AXIS_TEXT, "%s", value == 1 ? "True" : "False");
	} else {
		snprintf(text, sizeof(text), "%.6g", value);
		if (fabs(value) < 1e15 && floor(value) == value)
			snprintf(text, sizeof(text), "%.0f", value);
		write_power(text, out);
	}
}

void
axis_exact(const struct axis *axis, double value, char out[AXIS_TEXT])
{
	if (axis->kind != POINTS_TIME || !(fabs(value) < SECONDS_MAX) ||
	    !timestamp_write((int64_t)llround(value) * 1000000, out))
		snprintf(out, AXIS_TEXT, "%.12g", value);
}

/* ---- Ticks ------------------------------------------------------------------ */

double
axis_step(double length, int about)
{
	double rough = length / about, power = pow(10, floor(log10(rough)));
	double times = rough / power;

	return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

static int
add_tick(struct axis_tick *ticks, int n, double value)
{
	if (n < AXIS_TICKS_MAX)
		ticks[n++].value = value;
	return n;
}

static int
log_ticks(const struct axis *axis, int about, struct axis_tick *ticks)
{
	int low = (int)floor(log10(fmax(axis->low, SMALLEST)));
	int high = (int)ceil(log10(fmin(axis->high, LARGEST)));
	int every = (high - low) / (about + 3) + 1, n = 0;
	bool more = high - low <= 3;

	for (int power = low; power <= high; power += every)
		for (int times = 1; times <= (more ? 5 : 1);
		     times += times + (times == 2)) {
			double value = times * pow(10, power);

			if (value < axis->low || value > axis->high)
				continue;
			n = add_tick(ticks, n, value);
			write_number(value, value, ticks[n - 1].label);
		}
	return n;
}

/* Whole days, months or years. */
static int
calendar_ticks(const struct axis *axis, double step, struct axis_tick *ticks)
{
	time_t when = (time_t)fmax(fmin(floor(axis->low), SECONDS_MAX), -SECONDS_MAX);
	int months = step < 28 * DAY ? 0 : (int)lround(step / (30.4 * DAY)), n = 0;
	struct tm tm;

	if (months == 0 || !(fabs(axis->low) < SECONDS_MAX) ||
	    gmtime_r(&when, &tm) == NULL)
		return 0;
	for (int month = (tm.tm_year * 12 + tm.tm_mon) / months * months;
	     n < AXIS_TICKS_MAX; month += months) {
		double value = (double)timestamp_civil(
		    1900 + month / 12, month % 12 + 1, 1, 0, 0, 0);

		if (value > axis->high || month > 12 * 8000)
			break;
		if (value < axis->low)
			continue;
		n = add_tick(ticks, n, value);
		write_time(value, months >= 12 ? YEAR : MONTH, ticks[n - 1].label);
	}
	return n;
}

static int
time_ticks(const struct axis *axis, int about, struct axis_tick *ticks)
{
	static const double steps[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800,
	    3600, 7200, 10800, 21600, 43200, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY,
	    30.4 * DAY, 2 * 30.4 * DAY, 3 * 30.4 * DAY, 6 * 30.4 * DAY, 365 * DAY,
	    730 * DAY, 1825 * DAY, 3650 * DAY, 36500 * DAY};
	double length = axis->high - axis->low, step;
	enum parts parts;
	size_t i = 0;
	int n = 0;

	while (i + 1 < sizeof(steps) / sizeof(steps[0]) && length / steps[i] > about + 1)
		i++;
	step = steps[i];
	if (step > 28 * DAY)
		return calendar_ticks(axis, step, ticks);
	parts = step >= DAY    ? DATE
		: length > DAY ? DAY_AND_MINUTE
		: step >= 60   ? MINUTE
			       : SECOND;
	for (double value = ceil(axis->low / step) * step;
	     value <= axis->high && n < AXIS_TICKS_MAX;) {
		n = add_tick(ticks, n, value);
		write_time(value, parts, ticks[n - 1].label);
		value += step;
	}
	return n;
}

double
axis_base(const struct axis *axis)
{
	double length = axis->high - axis->low, power;
	double size = fmax(fabs(axis->low), fabs(axis->high));
	char text[AXIS_TEXT];

	if (axis->log || axis->kind != POINTS_NUMBER || !(length > 0) ||
	    length >= size * 1e-5)
		return 0;
	power = pow(10, ceil(log10(length)));
	snprintf(text, sizeof(text), "%.15g", round(axis->low / power) * power);
	return strtod(text, NULL);
}

void
axis_behind(const struct axis *axis, char out[AXIS_TEXT])
{
	double base = axis_base(axis), size = fabs(base);
	const char *sign = base > 0 ? "−" : "+";

	out[0] = '\0';
	if (base != 0)
		snprintf(out, AXIS_TEXT,
		    size < 1e18 && floor(size) == size ? " %s %.0f" : " %s %.15g", sign,
		    size);
}

int
axis_ticks(const struct axis *axis, int about, struct axis_tick *ticks)
{
	double step, base = axis_base(axis);
	int n = 0;

	if (!(axis->high > axis->low))
		return 0;
	if (axis->kind == POINTS_TIME)
		return time_ticks(axis, about, ticks);
	if (axis->log && axis->high / axis->low > 5)
		return log_ticks(axis, about, ticks);
	step = axis_step(axis->high - axis->low, about);
	if (axis->kind == POINTS_RUN || axis->kind == POINTS_TRUTH)
		step = fmax(step, 1);
	/* Whole numbers of steps, so that nothing of a label is lost in a large number; 0
	   is added since there is a -0. */
	for (double i = ceil((axis->low - base) / step) + 0.0; n < AXIS_TICKS_MAX;) {
		double value = base + i * step;

		if (value > axis->high)
			break;
		n = add_tick(ticks, n, value);
		if (axis->kind == POINTS_TRUTH)
			axis_text(axis, value, ticks[n - 1].label);
		else if (axis->kind == POINTS_RUN && fabs(axis->high) < 1e12)
			snprintf(ticks[n - 1].label, AXIS_TEXT, "%.0f", value);
		else
			write_number(i * step, step, ticks[n - 1].label);
		i++;
	}
	return n;
}
