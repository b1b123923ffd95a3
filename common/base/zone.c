#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/exit.h"
#include "base/msg.h"
#include "text/timestamp.h"

#define DATABASE "/usr/share/zoneinfo/"
#define SECOND INT64_C(1000000)

static bool named;     /* TZ says it */
static int64_t offset; /* else so many seconds east of UTC */

/* "+02:00", "-0500", "+2" or "Z". */
static bool
read_offset(const char *text)
{
	int hours = 0, minutes = 0, used = 0;

	if (strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0)
		return true;
	if ((text[0] != '+' && text[0] != '-') || text[1] < '0' || text[1] > '9' ||
	    (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 &&
		sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &used) != 2 &&
		sscanf(text + 1, "%2d%n", &hours, &used) != 1) ||
	    text[1 + used] != '\0' || hours > 14 || minutes < 0 || minutes > 59)
		return false;
	offset = hours * INT64_C(3600) + minutes * INT64_C(60);
	if (text[0] == '-')
		offset = -offset;
	return true;
}

/*
 * Is it a name of the zone database, and nothing that leaves its directory?  Of what is
 * no zone, such as the directory America, tzset() would make UTC without a word.
 */
static bool
is_zone(const char *name)
{
	char path[256], magic[4]; /* RFC 8536, section 3.1 */
	FILE *file;
	bool is;

	if (name[0] == '/' || name[0] == '\0' || strstr(name, "..") != NULL ||
	    snprintf(path, sizeof(path), DATABASE "%s", name) >= (int)sizeof(path) ||
	    (file = fopen(path, "re")) == NULL)
		return false;
	is = fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
	     memcmp(magic, "TZif", sizeof(magic)) == 0;
	fclose(file);
	return is;
}

int
zone_use(const char *name)
{
	char *variable;

	if (name == NULL || read_offset(name))
		return EXIT_DONE;
	if (!is_zone(name)) {
		msg("--timezone: '%s' is none like America/New_York or -05:00 (" DATABASE
		    " has their names)",
		    name);
		return EXIT_USAGE;
	}
	if (asprintf(&variable, ":%s", name) < 0) {
		msg("no memory");
		return EXIT_PARTIAL;
	}
	setenv("TZ", variable, 1);
	tzset();
	free(variable);
	named = true;
	return EXIT_DONE;
}

/* The microseconds of a time without a zone, which was read as if it were UTC.  Of an
   hour that comes twice, the system's choice. */
static int64_t
to_utc(int64_t microseconds)
{
	int64_t fraction = (microseconds % SECOND + SECOND) % SECOND;
	time_t seconds = (time_t)((microseconds - fraction) / SECOND);
	struct tm tm;

	if (!named || gmtime_r(&seconds, &tm) == NULL)
		return microseconds - offset * SECOND;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * SECOND + fraction;
}

bool
zone_read(const char *p, size_t n, int64_t *microseconds)
{
	if (!timestamp_read(p, n, microseconds))
		return false;
	/* Behind the date, only a zone has a sign or a letter. */
	for (size_t i = 10; i < n; i++)
		if (strchr("+-Zz", p[i]) != NULL)
			return true;
	*microseconds = to_utc(*microseconds);
	return true;
}
