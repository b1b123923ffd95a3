#include "files/hash_progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/msg.h"

void
hash_progress_begin(
    struct hash_progress *progress, long long expected_files, long long expected_bytes)
{
	*progress = (struct hash_progress){.expected_files = expected_files,
	    .expected_bytes = expected_bytes,
	    .started = clock_seconds()};
}

void
hash_progress_show(struct hash_progress *progress, long long files, long long bytes)
{
	double seconds, done, left;
	char rest[60] = "";

	if (!msg_terminal() || (seconds = clock_seconds()) - progress->shown < 0.2)
		return;
	progress->shown = seconds;
	seconds -= progress->started;
	done = progress->expected_files > 0
		   ? (double)files / (double)progress->expected_files
		   : 0;
	if (done > 0.001 && done < 1) {
		left = seconds / done - seconds;
		snprintf(rest, sizeof(rest), " of %lld, %.0f:%02.0f left",
		    progress->expected_files,
		    left / 60 - 0.5 > 0 ? (double)(long)(left / 60) : 0,
		    (double)((long)left % 60));
	}
	msg_progress("%lld files%s, %.1f MB read, %.1f MB/s", files, rest,
	    (double)bytes / 1e6, seconds > 0 ? (double)bytes / 1e6 / seconds : 0);
}
