#include "number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer ones are no numbers that anybody wrote. */
#define LENGTH_MAX 400

void
number_write(double real, char out[NUMBER_BYTES])
{
	if (!isfinite(real)) {
		snprintf(out, NUMBER_BYTES, "%s",
		    isnan(real) ? "null"
		    : real > 0	? "1e999"
				: "-1e999");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, NUMBER_BYTES, "%.*g", digits, real);
		if (strtod(out, NULL) == real)
			break;
	}
	if (strpbrk(out, ".e") == NULL)
		strcat(out, ".0"); /* at most 17 digits and a sign so far */
}

bool
number_read(const char *p, size_t n, struct number *number)
{
	char text[LENGTH_MAX + 1], *end;

	while (n > 0 && strchr(" \t\n\r\f\v", p[0]) != NULL && p[0] != '\0')
		p++, n--;
	while (n > 0 && strchr(" \t\n\r\f\v", p[n - 1]) != NULL && p[n - 1] != '\0')
		n--;
	if (n == 0 || n > LENGTH_MAX)
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
