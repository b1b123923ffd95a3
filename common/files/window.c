#include "files/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"

#define DAY INT64_C(86400)

void
window_texts(struct window window, char from[TIMESTAMP_SHORT], char to[TIMESTAMP_SHORT])
{
	from[0] = to[0] = '\0';
	if (window.from != INT64_MIN)
		timestamp_text(window.from, from);
	if (window.to != WINDOW_OPEN)
		timestamp_text(window.to, to);
}

/* "-36h": a whole number and a unit. */
static bool
relative(const char *text, int64_t now, struct window *unit)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = {{'d', DAY}, {'h', 3600}, {'m', 60}};
	char *end;
	long n = strtol(text + 1, &end, 10);

	if (text[1] < '0' || text[1] > '9' || n > 1000000 || end[0] == '\0' ||
	    end[1] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end[0] == units[i].letter) {
			unit->from = now - n * units[i].seconds;
			unit->to = unit->from + 1;
			return true;
		}
	return false;
}

/* Two digits (four for a year) behind one of the separators; moves on behind them. */
static bool
number(const char **text, const char *separators, int digits, int *value)
{
	const char *p = *text;

	if (*separators != '\0' && (*p == '\0' || strchr(separators, *p++) == NULL))
		return false;
	*value = 0;
	for (; digits > 0; digits--, p++) {
		if (*p < '0' || *p > '9')
			return false;
		*value = *value * 10 + (*p - '0');
	}
	*text = p;
	return true;
}

bool
window_time(const char *text, int64_t now, struct window *unit)
{
	static const char *const separators[] = {"", "-", "-", "T ", ":", ":"};
	int part[6] = {0, 1, 1, 0, 0, 0};
	int n = 0;

	if (text[0] == '-')
		return relative(text, now, unit);
	while (n < 6 && number(&text, separators[n], n == 0 ? 4 : 2, &part[n]))
		n++;
	if (n > 3 && *text == 'Z')
		text++;
	unit->from =
	    timestamp_civil(part[0], part[1], part[2], part[3], part[4], part[5]);
	if (n == 0 || *text != '\0' || unit->from == -1)
		return false;
	switch (n) {
	case 1:
		unit->to = unit->from + (365 + timestamp_is_leap(part[0])) * DAY;
		break;
	case 2:
		unit->to = part[1] == 12
			       ? timestamp_civil(part[0], 12, 31, 0, 0, 0) + DAY
			       : timestamp_civil(part[0], part[1] + 1, 1, 0, 0, 0);
		break;
	default:
		unit->to = unit->from + (n == 3 ? DAY : n == 4 ? 3600 : n == 5 ? 60 : 1);
	}
	return true;
}

int
window_between(const char *from, const char *to, int64_t now, struct window *window)
{
	static const char form[] =
	    "is no time like 2025-01-31, 2025-01-31T18:00 or -12h (d, h, m before now)";
	struct window unit;

	window->to = WINDOW_OPEN;
	if (!window_time(from, now, &unit)) {
		msg("--from: '%s' %s", from, form);
		return EXIT_USAGE;
	}
	window->from = unit.from;
	if (to == NULL)
		return 0;
	if (!window_time(to, now, &unit)) {
		msg("--to: '%s' %s", to, form);
		return EXIT_USAGE;
	}
	window->to = unit.to;
	if (window->to > window->from)
		return 0;
	msg("the window ends before it begins: --from %s is behind --to %s", from, to);
	return EXIT_USAGE;
}

bool
window_overlap(struct window a, struct window b)
{
	return a.from < b.to && b.from < a.to;
}

bool
window_covers(struct window outer, struct window inner)
{
	return outer.from <= inner.from && inner.to <= outer.to;
}

struct window
window_common(struct window a, struct window b)
{
	return (struct window){
	    a.from > b.from ? a.from : b.from, a.to < b.to ? a.to : b.to};
}

struct window
window_both(struct window a, struct window b)
{
	return (struct window){
	    a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to};
}

int64_t
window_stretch(const char *text)
{
	struct window unit;
	char relative[32];

	snprintf(relative, sizeof(relative), "-%s", text);
	return window_time(relative, 0, &unit) ? -unit.from : -1;
}
