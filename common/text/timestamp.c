#include "text/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000000)
#define LAST INT64_C(253402300799) /* second of the year 9999 */

struct reader {
	const char *p, *end;
};

/* Exactly that many digits, as a number up to most. */
static bool
digits(struct reader *r, int n, int least, int most, int *value)
{
	if (r->end - r->p < n)
		return false;
	*value = 0;
	for (int i = 0; i < n; i++, r->p++) {
		if (*r->p < '0' || *r->p > '9')
			return false;
		*value = *value * 10 + (*r->p - '0');
	}
	return *value >= least && *value <= most;
}

static bool
skip(struct reader *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

/*
 * Days from 1970-01-01 in the proleptic Gregorian calendar, counted in eras of 400
 * years that begin in March, so that the leap day comes last.
 */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

bool
timestamp_is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && timestamp_is_leap(year));
}

static int64_t
seconds_of(int year, int month, int day, int hour, int minute, int second)
{
	return ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

int64_t
timestamp_civil(int year, int month, int day, int hour, int minute, int second)
{
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > days_in(year, month) || hour < 0 || hour > 23 || minute < 0 ||
	    minute > 59 || second < 0 || second > 60)
		return -1;
	return seconds_of(year, month, day, hour, minute, second);
}

static bool
read_fraction(struct reader *r, int64_t *fraction)
{
	int64_t unit = SECOND / 10;

	*fraction = 0;
	if (!skip(r, '.'))
		return true;
	if (r->p == r->end || *r->p < '0' || *r->p > '9')
		return false;
	for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, unit /= 10)
		*fraction += (*r->p - '0') * unit;
	return true;
}

/* Z, +hh, +hhmm, +hh:mm: minutes east of Greenwich. */
static bool
read_zone(struct reader *r, int *minutes)
{
	int hours, rest = 0, sign = 1;

	*minutes = 0;
	if (r->p == r->end || skip(r, 'Z') || skip(r, 'z'))
		return true;
	if (skip(r, '-'))
		sign = -1;
	else if (!skip(r, '+'))
		return false;
	if (!digits(r, 2, 0, 23, &hours))
		return false;
	(void)skip(r, ':');
	if (r->p < r->end && !digits(r, 2, 0, 59, &rest))
		return false;
	*minutes = sign * (hours * 60 + rest);
	return true;
}

bool
timestamp_read(const char *p, size_t n, int64_t *microseconds)
{
	struct reader r = {p, p + n};
	int year, month = 1, day = 1, hour = 0, minute = 0, second = 0, zone = 0;
	int64_t fraction = 0;

	if (!digits(&r, 4, 0, 9999, &year))
		return false;
	if (skip(&r, '-') && !digits(&r, 2, 1, 12, &month))
		return false;
	if (r.end - r.p > 0 && skip(&r, '-') &&
	    !digits(&r, 2, 1, days_in(year, month), &day))
		return false;
	if (r.p < r.end) {
		/* Only a whole date has a time. */
		if (r.p - p != 10 ||
		    (!skip(&r, 'T') && !skip(&r, 't') && !skip(&r, ' ')) ||
		    !digits(&r, 2, 0, 23, &hour) || !skip(&r, ':') ||
		    !digits(&r, 2, 0, 59, &minute))
			return false;
		if (skip(&r, ':') &&
		    (!digits(&r, 2, 0, 60, &second) || !read_fraction(&r, &fraction)))
			return false;
		if (!read_zone(&r, &zone) || r.p < r.end)
			return false;
	}
	*microseconds =
	    (seconds_of(year, month, day, hour, minute, second) - (int64_t)zone * 60) *
		SECOND +
	    fraction;
	return true;
}

int64_t
timestamp_seconds(const char *text)
{
	int64_t microseconds;

	if (text == NULL || !timestamp_read(text, strlen(text), &microseconds) ||
	    microseconds < 0 || microseconds / SECOND > LAST)
		return -1;
	return microseconds / SECOND;
}

bool
timestamp_write(int64_t microseconds, char out[TIMESTAMP_BYTES])
{
	int64_t day = microseconds / (86400 * SECOND),
		rest = microseconds % (86400 * SECOND), second;
	int64_t era, day_of_era, year_of_era, year, day_of_year, month;
	int length;

	if (rest < 0) {
		rest += 86400 * SECOND;
		day--;
	}
	/* The way back of days_of(). */
	day += 719468;
	era = (day >= 0 ? day : day - 146096) / 146097;
	day_of_era = day - era * 146097;
	year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
	    365;
	day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153;
	day = day_of_year - (153 * month + 2) / 5 + 1;
	month += month < 10 ? 3 : -9;
	year = year_of_era + era * 400 + (month <= 2);
	if (year < 0 || year > 9999)
		return false;
	second = rest / SECOND;
	length = snprintf(out, TIMESTAMP_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d",
	    (int)year, (int)month, (int)day, (int)(second / 3600),
	    (int)(second / 60 % 60), (int)(second % 60));
	if (rest % SECOND != 0)
		length += snprintf(out + length, TIMESTAMP_BYTES - (size_t)length,
		    ".%06d", (int)(rest % SECOND));
	snprintf(out + length, TIMESTAMP_BYTES - (size_t)length, "Z");
	return true;
}

const char *
timestamp_text(int64_t seconds, char out[TIMESTAMP_SHORT])
{
	char text[TIMESTAMP_BYTES] = "";

	if (seconds < INT64_MIN / SECOND || seconds > INT64_MAX / SECOND ||
	    !timestamp_write(seconds * SECOND, text))
		text[0] = '\0';
	memcpy(out, text, strlen(text) + 1);
	return out;
}

void
timestamp_now(char out[28])
{
	struct timespec now;
	struct tm utc;
	char micros[9];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(out, 21, "%Y-%m-%dT%H:%M:%S.", &utc);
	snprintf(micros, sizeof(micros), "%06ldZ", now.tv_nsec / 1000 % 1000000);
	memcpy(out + 20, micros, 8);
}
