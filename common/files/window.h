/* Times as a user gives them, and the stretch between two of them.  All UTC. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "text/timestamp.h"

#define WINDOW_OPEN INT64_MAX /* "to" of a window without an end */

/* Seconds since 1970 (POSIX.1-2017, 4.16); to is the first second behind it. */
struct window {
	int64_t from, to;
};

/*
 * Read a time: an ISO 8601 date or date and time (YYYY, YYYY-MM, YYYY-MM-DD, then T or a
 * space and HH, HH:MM, HH:MM:SS, then Z or nothing), or -N and one of d, h, m: so many
 * days, hours, minutes before now.  unit gets the stretch that it names: the whole of a
 * day for a date, the one second for HH:MM:SS and for what is relative.  False if text is
 * no such time.
 */
bool window_time(const char *text, int64_t now, struct window *unit);

/*
 * The window from a time to another one, which belongs to it as a whole: --to 2025-01-31
 * ends with that day.  to NULL: no end.  Returns 0, or 2 (the exit status) after a
 * message that names the option.
 */
int window_between(const char *from, const char *to, int64_t now, struct window *window);

/* Do two of them share a second?  Is all of inner in outer? */
bool window_overlap(struct window a, struct window b);
bool window_covers(struct window outer, struct window inner);

/* What two of them share, which must be something; the shortest that covers both. */
struct window window_common(struct window a, struct window b);
struct window window_both(struct window a, struct window b);

/* Both ends of a window; "" for one that is open. */
void window_texts(
    struct window window, char from[TIMESTAMP_SHORT], char to[TIMESTAMP_SHORT]);

/* Seconds of a stretch of time, 2h, 30m or 1d; -1 if it is none. */
int64_t window_stretch(const char *text);

#endif
