/* Lengths of time as people write them: 90s, 35m, 12h, 30d. */
#ifndef DURATION_H
#define DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Read a whole number and a unit, s, m, h, d or w (7 days); without a unit it is seconds.
 * False if it is none, or more than a million days.
 */
bool duration_read(const char *text, int64_t *seconds);

#endif
