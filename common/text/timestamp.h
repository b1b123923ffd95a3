/* Points in time: ISO 8601 (RFC 3339) to microseconds of UTC, and back. */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read YYYY[-MM[-DD[(T| )hh:mm[:ss[.fraction]][Z|+hh[[:]mm]]]]] of n bytes.  What is
 * left out is the earliest; without a zone it is UTC; digits beyond the microsecond
 * do not count.  False if it is none.
 */
bool timestamp_read(const char *p, size_t n, int64_t *microseconds);

#define TIMESTAMP_BYTES 40

/* Write 2026-03-01T12:00:00Z, with a fraction where there is one.  Years 0 to 9999. */
bool timestamp_write(int64_t microseconds, char out[TIMESTAMP_BYTES]);

/* The time now as RFC 3339 in UTC with microseconds: 27 characters and NUL. */
void timestamp_now(char out[28]);

#endif
