#include "base/progress.h"

#include <stdio.h>
#include <time.h>

#include "base/msg.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void
progress_start(struct progress *progress, long expected)
{
	*progress = (struct progress){.expected = expected, .started = now()};
}

void
progress_show(struct progress *progress, long experiments, long records, long long bytes)
{
	double t, seconds;
	char of[40] = "", left[40] = "";

	if (!msg_terminal())
		return;
	t = now();
	if (t - progress->shown < 0.2)
		return;
	progress->shown = t;
	seconds = t - progress->started;
	if (progress->expected > 0)
		snprintf(of, sizeof(of), " of %ld", progress->expected);
	if (progress->expected > experiments && experiments > 0)
		snprintf(left, sizeof(left), ", %.0f s left",
		    seconds / (double)experiments *
			(double)(progress->expected - experiments));
	msg_progress("%ld%s experiments, %ld records, %.1f MB/s%s", experiments, of,
	    records, seconds > 0 ? (double)bytes / 1e6 / seconds : 0.0, left);
}
