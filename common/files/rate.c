#include "files/rate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define MOST 1000000000000LL /* a terabyte a second */
#define STOP_MS 100	     /* how long a sleep may outlast its end */

long long
rate_read(const char *text)
{
	static const char suffixes[] = "kMG";
	const char *suffix;
	long long rate;
	char *end;

	if (text == NULL)
		return 0;
	errno = 0;
	rate = strtoll(text, &end, 10);
	if (errno != 0 || end == text || rate <= 0 || rate > MOST)
		return -1;
	suffix = *end != '\0' ? strchr(suffixes, *end) : NULL;
	if (suffix != NULL) {
		for (const char *s = suffixes; s <= suffix && rate <= MOST; s++)
			rate *= 1000;
		end++;
	}
	return *end != '\0' || rate > MOST ? -1 : rate;
}

void
rate_refill(struct rate *rate, long long now)
{
	double most = (double)rate->per_second / 5;

	if (rate->at != 0)
		rate->allowed +=
		    (double)rate->per_second * (double)(now - rate->at) / 1000;
	if (rate->allowed > most || rate->at == 0)
		rate->allowed = most;
	rate->at = now;
}

bool
rate_open(const struct rate *rate)
{
	return rate->per_second == 0 || rate->allowed > 0;
}

void
rate_take(struct rate *rate, long long n)
{
	rate->allowed -= (double)n;
}

int
rate_wait(const struct rate *rate)
{
	double wait;

	if (rate_open(rate))
		return 0;
	wait = -rate->allowed * 1000 / (double)rate->per_second + 1;
	return wait < 60000 ? (int)wait : 60000;
}

bool
rate_sleep(struct rate *rate, const volatile sig_atomic_t *stop)
{
	int wait;

	while (*stop == 0 && (wait = rate_wait(rate)) > 0) {
		if (wait > STOP_MS)
			wait = STOP_MS;
		(void)nanosleep(&(struct timespec){.tv_nsec = wait * 1000000L}, NULL);
		rate_refill(rate, clock_ms());
	}
	return *stop == 0;
}
