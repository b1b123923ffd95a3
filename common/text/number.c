#include "text/number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 10^0 to 10^22 are exact as doubles. */
static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
    1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define POWER_MAX 22

/* Does a long double compute with 64 bits?  Valgrind's, and other machines', does not. */
static bool
is_extended(void)
{
	volatile long double one = 1, small = 0x1p-63L;

	return sizeof(long double) > sizeof(uint64_t) && one + small != one;
}

/*
 * The double nearest to value / 10^places, with 0 <= places <= POWER_MAX.  False where
 * that is not sure.  A long double of 64 bits holds both operands exactly, and its
 * quotient is off by half a unit of its last place: rounded to 53 bits that is right,
 * unless what is cut off is within one unit of a half.
 */
static bool
divide(uint64_t value, int places, double *result)
{
#if defined(__x86_64__) || defined(__i386__)
	long double quotient = (long double)value / (long double)powers[places];
	uint64_t mantissa, cut;

	if (!is_extended())
		return false;
	memcpy(&mantissa, &quotient, sizeof(mantissa)); /* it comes first */
	cut = mantissa & 0x7ff;
	*result = (double)quotient;
	return cut < 0x3ff || cut > 0x401;
#else
	(void)value;
	(void)places;
	(void)result;
	return false;
#endif
}

/*
 * The usual case, several times as fast as printf: from 0.0001 on, below 10^14.  The
 * digits come from long double arithmetic; strtod() says whether they read back.  False:
 * the long way is to be taken.
 */
static bool
write_fast(double real, char *out)
{
	double size = fabs(real);
	int magnitude = 0; /* digits before the point, or less than 0 zeros behind it */

	if (!(size >= 1e-4 && size < 1e14) || !is_extended())
		return false;
	while (size >= powers[magnitude])
		magnitude++;
	if (size < 1)
		while (size * powers[1 - magnitude] < 1)
			magnitude--;
	for (int digits = 15; digits <= 17; digits++) {
		int places = digits - magnitude, at = NUMBER_BYTES - 1;
		long double scaled = (long double)size * (long double)powers[places];
		uint64_t whole = (uint64_t)scaled;
		long double rest = scaled - (long double)whole;
		char text[NUMBER_BYTES];
		double back;
		bool sure;

		/* Up or down?  The product is not exact: if neither reads back, that is
		 * one. */
		if (rest > 0.48L && rest < 0.52L) {
			if (!divide(whole, places, &back) || back == size ||
			    !divide(whole + 1, places, &back) || back == size)
				return false;
			continue;
		}
		whole += rest >= 0.5L;
		sure = divide(whole, places, &back);
		if (sure && back != size)
			continue;
		/* Zeros at the end do not count; one stays behind the point. */
		for (; places > 1 && whole % 10 == 0; places--)
			whole /= 10;
		text[at] = '\0';
		for (int i = 0; whole > 0 || i <= places; i++, whole /= 10) {
			if (i == places && i > 0)
				text[--at] = '.';
			text[--at] = (char)('0' + whole % 10);
		}
		if (real < 0)
			text[--at] = '-';
		if (sure || strtod(text + at, NULL) == real) {
			memcpy(out, text + at, (size_t)(NUMBER_BYTES - at));
			return true;
		}
	}
	return false;
}

void
number_write(double real, char out[NUMBER_BYTES])
{
	if (!isfinite(real)) {
		snprintf(out, NUMBER_BYTES, "%s",
		    isnan(real) ? "null"
		    : real > 0	? "Infinity"
				: "-Infinity");
		return;
	}
	if (write_fast(real, out))
		return;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, NUMBER_BYTES, "%.*g", digits, real);
		if (strtod(out, NULL) == real)
			break;
	}
	/* At most 17 digits and a sign so far. */
	if (strpbrk(out, ".e") == NULL)
		memcpy(out + strlen(out), ".0", sizeof(".0"));
}

void
number_write_whole(int64_t whole, char out[NUMBER_BYTES])
{
	uint64_t rest = whole < 0 ? -(uint64_t)whole : (uint64_t)whole;
	char digits[NUMBER_BYTES];
	size_t at = sizeof(digits);

	digits[--at] = '\0';
	do
		digits[--at] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (whole < 0)
		digits[--at] = '-';
	memcpy(out, digits + at, sizeof(digits) - at);
}

bool
number_read(const char *p, size_t n, struct number *number)
{
	char text[NUMBER_LONGEST + 1], *end;

	while (n > 0 && strchr(" \t\n\r\f\v", p[0]) != NULL && p[0] != '\0')
		p++, n--;
	while (n > 0 && strchr(" \t\n\r\f\v", p[n - 1]) != NULL && p[n - 1] != '\0')
		n--;
	if (n == 0 || n > NUMBER_LONGEST)
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	/* strtod() also takes hexadecimal, infinities and NaN. */
	if (strspn(text, "0123456789+-.eE") != n)
		return false;
	errno = 0;
	number->integer = strtoll(text, &end, 10);
	number->is_real = errno != 0 || *end != '\0';
	number->real = number->is_real ? strtod(text, &end) : (double)number->integer;
	return *end == '\0';
}

#define EXACT ((uint64_t)1 << 53) /* whole numbers up to here are exact in a double */

/* What a walk over the digits of a number collects. */
struct digits {
	uint64_t value;	  /* of the first 19 of them, leading zeros not counted */
	int used;	  /* how many those are */
	int dropped;	  /* digits behind those */
	int behind_point; /* of all */
};

static const char *
read_digits(const char *p, const char *end, struct digits *digits)
{
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		if (digits->used == 19) {
			digits->dropped++;
			continue;
		}
		digits->value = digits->value * 10 + (uint64_t)(*p - '0');
		digits->used += digits->value != 0;
	}
	return p;
}

/* "e-5" and its like: behind it, or NULL if it is none.  No exponent is beyond 9999. */
static const char *
read_exponent(const char *p, const char *end, int *exponent)
{
	bool negative = p + 1 < end && p[1] == '-';
	const char *first;

	p += 1 + (p + 1 < end && (p[1] == '-' || p[1] == '+'));
	first = p;
	for (*exponent = 0; p < end && *p >= '0' && *p <= '9'; p++)
		if (*exponent < 1000)
			*exponent = *exponent * 10 + (*p - '0');
	if (negative)
		*exponent = -*exponent;
	return p > first ? p : NULL;
}

/* The rare ones: many digits, or a large exponent. */
static void
read_slowly(const char *p, size_t n, bool whole, struct number *number)
{
	char text[NUMBER_LONGEST + 1];

	memcpy(text, p, n);
	text[n] = '\0';
	errno = 0;
	number->integer = whole ? strtoll(text, NULL, 10) : 0;
	number->is_real = !whole || errno != 0;
	number->real = number->is_real ? strtod(text, NULL) : (double)number->integer;
}

bool
number_json(const char *p, size_t n, struct number *number)
{
	const char *start = p, *end = p + n, *first;
	bool negative = n > 0 && *p == '-', whole = true;
	struct digits digits = {.value = 0};
	int exponent = 0;

	first = p += negative;
	p = read_digits(p, end, &digits);
	if (p == first || (p - first > 1 && *first == '0') || n > NUMBER_LONGEST)
		return false;
	if (p < end && *p == '.') {
		whole = false;
		first = ++p;
		p = read_digits(p, end, &digits);
		if (p == first)
			return false;
		digits.behind_point = (int)(p - first);
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		whole = false;
		p = read_exponent(p, end, &exponent);
	}
	if (p != end)
		return false;
	exponent -= digits.behind_point;
	if (whole && digits.used < 19 && !(negative && digits.value == 0)) {
		int64_t value = (int64_t)digits.value;

		*number = (struct number){.integer = negative ? -value : value};
		number->real = (double)number->integer;
	} else if (digits.dropped == 0 && digits.value <= EXACT &&
		   exponent >= -POWER_MAX && exponent <= POWER_MAX) {
		/* Both are exact, so that one operation rounds as it should (Clinger,
		   How to Read Floating Point Numbers Accurately, 1990). */
		double value = (double)digits.value;

		value =
		    exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
		*number =
		    (struct number){.is_real = true, .real = negative ? -value : value};
	} else if (!whole && digits.dropped == 0 && exponent <= 0 &&
		   exponent >= -POWER_MAX &&
		   divide(digits.value, -exponent, &number->real)) {
		number->is_real = true;
		number->integer = 0;
		number->real = negative ? -number->real : number->real;
	} else {
		read_slowly(start, n, whole && !(negative && digits.value == 0), number);
	}
	return true;
}

bool
number_spelled(const char *p, size_t n, struct number *number)
{
	return number_json(p, n, number) && (!number->is_real || isfinite(number->real));
}

int
number_compare(const struct number *a, const struct number *b)
{
	double low;

	if (a->is_real == b->is_real) {
		if (a->is_real)
			return (a->real > b->real) - (a->real < b->real);
		return (a->integer > b->integer) - (a->integer < b->integer);
	}
	if (a->is_real)
		return -number_compare(b, a);
	/* An integer and a double: those beyond 64 bits first, then the whole part. */
	if (b->real >= 0x1p63)
		return -1;
	if (b->real < -0x1p63)
		return 1;
	low = floor(b->real);
	if (a->integer != (int64_t)low)
		return a->integer > (int64_t)low ? 1 : -1;
	return b->real > low ? -1 : 0;
}
