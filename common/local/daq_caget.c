/* What caget of EPICS prints: see daq.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "base/zone.h"
#include "local/daq.h"
#include "text/timestamp.h"
#include "text/writer.h"

/* A piece of a line. */
struct word {
	const char *p;
	size_t n;
};

/* The first word of what is left, which loses it; n is 0 if nothing is left. */
static struct word
next_word(struct word *left)
{
	struct word word;

	while (left->n > 0 && isspace((unsigned char)*left->p)) {
		left->p++;
		left->n--;
	}
	word = (struct word){left->p, 0};
	while (word.n < left->n && !isspace((unsigned char)word.p[word.n]))
		word.n++;
	left->p += word.n;
	left->n -= word.n;
	return word;
}

static struct word
trim(struct word text)
{
	while (text.n > 0 && isspace((unsigned char)text.p[text.n - 1]))
		text.n--;
	while (text.n > 0 && isspace((unsigned char)*text.p)) {
		text.p++;
		text.n--;
	}
	return text;
}

static bool
is_number(struct word word)
{
	return daq_is_number(word.p, word.n);
}

/* "3 1.5 2 4": a count and so many numbers.  Their array, or NULL if it is none. */
static char *
array_of(struct word text)
{
	struct word left = text, word = next_word(&left);
	char *json, *j;
	long count, n = 0;

	count = is_number(word) ? strtol(word.p, NULL, 10) : 0;
	if (count < 2 || memchr(word.p, '.', word.n) != NULL)
		return NULL;
	j = json = malloc(text.n * 2 + 3);
	if (json == NULL)
		return NULL;
	*j++ = '[';
	for (word = next_word(&left); word.n > 0; word = next_word(&left), n++) {
		if (!is_number(word)) {
			free(json);
			return NULL;
		}
		if (n > 0)
			*j++ = ',';
		memcpy(j, word.p, word.n);
		j += word.n;
	}
	*j++ = ']';
	*j = '\0';
	if (n == count)
		return json;
	free(json);
	return NULL;
}

/* Cut an alarm, "HIHI MAJOR", from the end of a line of caget -a. */
static struct word
without_alarm(struct word text)
{
	static const char *const severities[] = {"MINOR", "MAJOR", "INVALID"};
	struct word rest = trim(text);

	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
		size_t n = strlen(severities[i]);

		if (rest.n <= n || memcmp(rest.p + rest.n - n, severities[i], n) != 0 ||
		    !isspace((unsigned char)rest.p[rest.n - n - 1]))
			continue;
		rest.n -= n;
		rest = trim(rest);
		while (rest.n > 0 && !isspace((unsigned char)rest.p[rest.n - 1]))
			rest.n--;
		return trim(rest);
	}
	return rest;
}

/* A reading without a value: "nan", in any case and with a sign. */
static bool
is_nan(struct word text)
{
	size_t sign = text.n > 0 && (text.p[0] == '-' || text.p[0] == '+');

	return text.n == sign + 3 && strncasecmp(text.p + sign, "nan", 3) == 0;
}

/* "inf" and "-inf" as C prints them are infinities, not texts. */
static char *
infinity_of(struct word text)
{
	size_t sign = text.n > 0 && (text.p[0] == '-' || text.p[0] == '+');

	if ((text.n != sign + 3 || strncasecmp(text.p + sign, "inf", 3) != 0) &&
	    (text.n != sign + 8 || strncasecmp(text.p + sign, "infinity", 8) != 0))
		return NULL;
	return strdup(text.p[0] == '-' ? "\"-Infinity\"" : "\"Infinity\"");
}

/* Take the time from a line of caget -a, and add it.  1, 0 if there is none, -1. */
static int
take_time(struct daq *daq, struct word name, struct word *text)
{
	struct word left = *text, date = next_word(&left), clock = next_word(&left);
	char key[300], both[TIMESTAMP_BYTES * 2];
	int64_t microseconds;

	if (date.n != 10 || clock.n < 8 || date.n + clock.n > TIMESTAMP_BYTES)
		return 0;
	snprintf(
	    both, sizeof(both), "%.*sT%.*s", (int)date.n, date.p, (int)clock.n, clock.p);
	if (!zone_read(both, strlen(both), &microseconds) ||
	    !timestamp_write(microseconds, both))
		return 0;
	snprintf(key, sizeof(key), "%.*s.timestamp", (int)name.n, name.p);
	*text = without_alarm(left);
	return daq_add_reading(
		   daq, key, strlen(key), writer_quote(both, strlen(both)), "time") == 0
		   ? 1
		   : -1;
}

/* A line that is no value: report it. */
static int
leave_out(struct daq *daq, long number, const char *why)
{
	msg("%s: line %ld: %s", daq->path, number, why);
	daq->bad++;
	return 0;
}

static int
take_line(struct daq *daq, struct word line, const char **names, long number)
{
	struct word name, text = line;
	char *json;

	if (*names != NULL) {
		name = (struct word){*names, strcspn(*names, ",")};
		*names += name.n + ((*names)[name.n] == ',');
	} else {
		name = next_word(&text);
	}
	text = trim(text);
	if (name.n == 0)
		return leave_out(daq, number, "--names has no name for it");
	if (name.n > 200)
		return leave_out(daq, number, "its name is too long");
	if (text.n == 0)
		return leave_out(daq, number,
		    "no value behind the name (what caget -t prints needs --names)");
	if (text.n >= 3 && memcmp(text.p, "***", 3) == 0)
		return leave_out(daq, number, "not connected, so without a value");
	if (take_time(daq, name, &text) < 0)
		return -1;
	if (is_nan(text))
		return leave_out(daq, number, "nan is no value");
	json = array_of(text);
	if (json == NULL)
		json = infinity_of(text);
	if (json == NULL)
		json = writer_quote(text.p, text.n);
	return daq_add_reading(daq, name.p, name.n, json, NULL);
}

/* Can it be the name of a process variable?  After a brace it is a filter of channels. */
static bool
is_variable(struct word name)
{
	bool any = false;

	for (size_t i = 0; i < name.n && name.p[i] != '{'; i++) {
		bool plain = isalnum((unsigned char)name.p[i]) != 0;

		if (!plain && memchr("_-+:;.[]<>$/#@~|", name.p[i], 16) == NULL)
			return false;
		any = any || plain;
	}
	return any && name.p[0] != '#';
}

/* Is each of the lines what caget may have printed?  A file that was taken for another
   should not become conditions. */
static bool
is_output(const struct daq *daq, const char *text, const char *end)
{
	for (long number = 1; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct word line = {
		    text, (size_t)((newline != NULL ? newline : end) - text)};
		struct word left = line, name = next_word(&left);

		if (name.n > 0 && !is_variable(name)) {
			msg("%s: line %ld: '%.*s' is no name of EPICS: is it what caget "
			    "printed? Nothing is taken",
			    daq->path, number, name.n < 60 ? (int)name.n : 60, name.p);
			return false;
		}
		text = line.p + line.n + 1;
	}
	return true;
}

int
daq_caget_read(struct daq *daq, const char *text, size_t n)
{
	const char *end = text + n, *names = daq->names;
	long number = 0;

	if (names == NULL && !is_output(daq, text, end))
		return -1;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct word line = {
		    text, (size_t)((newline != NULL ? newline : end) - text)};

		number++;
		if (trim(line).n > 0 && take_line(daq, line, &names, number) != 0)
			return -1;
		text = line.p + line.n + 1;
	}
	return 0;
}
