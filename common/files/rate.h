/*
 * A token bucket: how many bytes a second several transfers may take together.  It fills
 * while time passes, and holds a fifth of a second's worth.
 */
#ifndef RATE_H
#define RATE_H

#include <signal.h>
#include <stdbool.h>

struct rate {
	long long per_second; /* 0: no limit */
	double allowed;	      /* bytes that may come now; below 0: came too early */
	long long at;	      /* monotonic milliseconds of the last rate_refill() */
};

/*
 * A number of bytes with k, M or G (thousands) behind it, as --limit-rate takes it; 0 for
 * NULL, -1 if it is none or not above 0.
 */
long long rate_read(const char *text);

/* Let time pass up to now (monotonic milliseconds). */
void rate_refill(struct rate *rate, long long now);

/* May anything come now? */
bool rate_open(const struct rate *rate);

/* n bytes came. */
void rate_take(struct rate *rate, long long n);

/* Milliseconds until something may come, 0 for now. */
int rate_wait(const struct rate *rate);

/*
 * Sleep until something may come; false: *stop was set meanwhile, which is looked at
 * every tenth of a second (a signal can come just before the sleep begins).
 */
bool rate_sleep(struct rate *rate, const volatile sig_atomic_t *stop);

#endif
