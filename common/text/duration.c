#include "text/duration.h"

#include <stddef.h>

#define DAY INT64_C(86400)
#define MOST (1000000 * DAY)

static const struct {
	char letter;
	int64_t seconds;
} units[] = {{'\0', 1}, {'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY}, {'w', 7 * DAY}};

bool
duration_read(const char *text, int64_t *seconds)
{
	const char *p = text;
	int64_t n = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		if ((n = n * 10 + (*p - '0')) > MOST)
			return false;
	if (p == text || (p[0] != '\0' && p[1] != '\0'))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (*p == units[i].letter) {
			*seconds = n * units[i].seconds;
			return n <= MOST / units[i].seconds;
		}
	return false;
}
