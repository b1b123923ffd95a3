#include "base/progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/msg.h"

void
progress_start(struct progress *progress, long expected)
{
	*progress = (struct progress){.expected = expected, .started = clock_seconds()};
}

void
progress_show(struct progress *progress, long experiments, long records, long long bytes)
{
	double t, seconds;
	char of[40] = "", left[40] = "";

	if (!msg_terminal())
		return;
	t = clock_seconds();
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
