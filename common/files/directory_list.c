/*
 * FTP's LIST and SFTP's long names: no standard says what they look like (RFC 959, 4.1.3:
 * "a system may differ"), but nearly all servers write as "ls -l" does, and some as
 * Windows' DIR.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "files/directory.h"
#include "files/window.h"

#define WORDS 10
#define DAY INT64_C(86400)

/* The words of a line, and where the rest begins. */
struct words {
	const char *p[WORDS];
	size_t n[WORDS];
	int count;
};

static void
split(const char *line, size_t n, struct words *words)
{
	const char *p = line, *end = line + n;

	words->count = 0;
	while (words->count < WORDS) {
		while (p < end && *p == ' ')
			p++;
		if (p == end)
			break;
		words->p[words->count] = p;
		while (p < end && *p != ' ')
			p++;
		words->n[words->count] = (size_t)(p - words->p[words->count]);
		words->count++;
	}
}

/* A whole number that fills a word; -1 if it does not. */
static int64_t
number(const struct words *words, int i)
{
	int64_t value = 0;

	if (words->n[i] > 18)
		return -1;
	for (size_t k = 0; k < words->n[i]; k++) {
		if (!isdigit((unsigned char)words->p[i][k]))
			return -1;
		value = value * 10 + (words->p[i][k] - '0');
	}
	return value;
}

/* Two digits, or -1. */
static int
two(const char *p)
{
	if (!isdigit((unsigned char)p[0]) || !isdigit((unsigned char)p[1]))
		return -1;
	return (p[0] - '0') * 10 + p[1] - '0';
}

/*
 * "Nov 21 09:32": within the last year; "ls" leaves the year out for half a year, and a
 * clock may be a day ahead of ours.
 */
static int
guess_year(int month, int day, int hour, int minute, int64_t now)
{
	time_t t = (time_t)now;
	struct tm tm;
	int64_t then;

	if (gmtime_r(&t, &tm) == NULL)
		return 1970;
	then = timestamp_civil(tm.tm_year + 1900, month, day, hour, minute, 0);
	return tm.tm_year + 1900 - (then == -1 || then > now + 2 * DAY);
}

/* "Nov 21 09:32", "Nov 21 2025" from a word on; false if that is no date. */
static bool
unix_date(struct directory_reader *reader, const struct words *words, int i)
{
	int month = words->n[i] == 3 ? directory_month(words->p[i]) : 0, minute, year;
	int64_t day = number(words, i + 1), hour;
	const char *time = words->p[i + 2], *colon = memchr(time, ':', words->n[i + 2]);
	char *modified = reader->entry.modified;

	if (month == 0 || words->n[i + 1] > 2 || day < 1 || day > 31)
		return false;
	if (colon == NULL) {
		year = (int)number(words, i + 2);
		if (words->n[i + 2] != 4 || year < 0)
			return false;
		snprintf(modified, DIRECTORY_MODIFIED, "%04d-%02d-%02d", year, month,
		    (int)day);
		return true;
	}
	hour = words->n[i + 2] == 5   ? two(time)
	       : words->n[i + 2] == 4 ? time[0] - '0'
				      : -1;
	minute = words->n[i + 2] >= 4 ? two(time + words->n[i + 2] - 2) : -1;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	year = guess_year(month, (int)day, (int)hour, minute, reader->now);
	snprintf(modified, DIRECTORY_MODIFIED, "%04d-%02d-%02dT%02d:%02dZ", year % 10000,
	    month, (int)day, (int)hour, minute);
	return true;
}

/* "-rw-r--r--   1 owner group  1234 Nov 21 09:32 name".  Some leave the group or the
   links out, so the date is looked for, and the size stands before it. */
static bool
read_unix(struct directory_reader *reader, const char *line, size_t n)
{
	static const char types[] = "-dlbcpsD";
	struct directory_entry *entry = &reader->entry;
	struct words words;
	const char *name, *arrow;
	size_t length;
	int i;

	if (strchr(types, line[0]) == NULL)
		return false;
	split(line, n, &words);
	if (words.count < 6 || words.n[0] < 10)
		return false;
	for (i = 2; i + 3 < words.count; i++)
		if (number(&words, i - 1) >= 0 && unix_date(reader, &words, i))
			break;
	if (i + 3 >= words.count)
		return false;
	entry->type = line[0] == '-'   ? DIRECTORY_FILE
		      : line[0] == 'd' ? DIRECTORY_DIRECTORY
				       : DIRECTORY_OTHER;
	if (entry->type == DIRECTORY_FILE)
		entry->size = number(&words, i - 1);
	/* One space stands before the name; more of them belong to it. */
	name = words.p[i + 2] + words.n[i + 2] + 1;
	length = (size_t)(line + n - name);
	arrow = line[0] == 'l' ? memmem(name, length, " -> ", 4) : NULL;
	directory_give(reader, name, arrow != NULL ? (size_t)(arrow - name) : length);
	return true;
}

/* "11-21-25  09:32AM       <DIR>          name", "11-21-2025  21:32     1234 name". */
static bool
read_windows(struct directory_reader *reader, const char *line, size_t n)
{
	struct directory_entry *entry = &reader->entry;
	struct words words;
	const char *date, *time, *name;
	int year, hour, minute;

	split(line, n, &words);
	if (words.count < 4 || (words.n[0] != 8 && words.n[0] != 10) || words.n[1] < 5)
		return false;
	date = words.p[0];
	time = words.p[1];
	if (two(date) < 1 || two(date) > 12 || date[2] != '-' || two(date + 3) < 1 ||
	    two(date + 3) > 31 || date[5] != '-' || two(date + 6) < 0 ||
	    (words.n[0] == 10 && two(date + 8) < 0) || two(time) < 0 || two(time) > 23 ||
	    time[2] != ':' || two(time + 3) < 0 || two(time + 3) > 59)
		return false;
	year = two(date + 6);
	if (words.n[0] == 10)
		year = year * 100 + two(date + 8);
	else
		year += year < 70 ? 2000 : 1900;
	hour = two(time);
	minute = two(time + 3);
	if (words.n[1] == 7 && (time[5] | 0x20) == 'p' && hour < 12)
		hour += 12;
	else if (words.n[1] == 7 && (time[5] | 0x20) == 'a' && hour == 12)
		hour = 0;
	snprintf(entry->modified, sizeof(entry->modified), "%04d-%02d-%02dT%02d:%02dZ",
	    year % 10000, two(date) % 100, two(date + 3) % 100, hour % 100, minute % 100);
	if (words.n[2] == 5 && strncasecmp(words.p[2], "<DIR>", 5) == 0) {
		entry->type = DIRECTORY_DIRECTORY;
	} else if (words.p[2][0] == '<') {
		entry->type = DIRECTORY_OTHER; /* <SYMLINKD>, <JUNCTION> */
	} else {
		entry->type = DIRECTORY_FILE;
		entry->size = number(&words, 2);
		if (entry->size < 0)
			return false;
	}
	name = words.p[3];
	directory_give(reader, name, (size_t)(line + n - name));
	return true;
}

void
directory_read_list(struct directory_reader *reader, const char *line, size_t n)
{
	if (n >= 5 && strncasecmp(line, "total", 5) == 0)
		return;
	if (!read_unix(reader, line, n) && !read_windows(reader, line, n))
		directory_wrong(reader, line, n);
}
