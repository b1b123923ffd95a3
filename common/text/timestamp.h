/*
 * Points in time, as texts of ISO 8601 (RFC 3339) and as numbers: microseconds, or whole
 * seconds, since 1970 in UTC.  All that reads or writes a time does it with these.
 */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read YYYY[-MM[-DD[(T|t| )hh:mm[:ss[.fraction]][Z|z|+hh[[:]mm]]]]] of n bytes.  What is
 * left out is the earliest; without a zone it is UTC; digits beyond the microsecond
 * do not count.  False if it is none.
 */
bool timestamp_read(const char *p, size_t n, int64_t *microseconds);

/*
 * The same in whole seconds of a text up to its NUL, for who knows no time before 1970:
 * -1 for NULL and for what is none.
 */
int64_t timestamp_seconds(const char *text);

/* The seconds of a date and time; -1 if there is none such (month 13). */
int64_t timestamp_civil(int year, int month, int day, int hour, int minute, int second);

bool timestamp_is_leap(int year);

#define TIMESTAMP_BYTES 40
#define TIMESTAMP_SHORT 24 /* room for whole seconds */

/* Write 2026-03-01T12:00:00Z, with a fraction where there is one.  Years 0 to 9999. */
bool timestamp_write(int64_t microseconds, char out[TIMESTAMP_BYTES]);

/* The same of whole seconds.  Returns out; "" for a year that it cannot write. */
const char *timestamp_text(int64_t seconds, char out[TIMESTAMP_SHORT]);

/* The time now as RFC 3339 in UTC with microseconds: 27 characters and NUL. */
void timestamp_now(char out[28]);

#endif
