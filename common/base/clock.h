/* Time that only goes forward (CLOCK_MONOTONIC), for how long something took. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Since some moment before: seconds, and whole milliseconds. */
double clock_seconds(void);
int64_t clock_ms(void);

#endif
