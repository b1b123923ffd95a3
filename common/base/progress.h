/* The progress line of a load, on a terminal's stderr. */
#ifndef PROGRESS_H
#define PROGRESS_H

struct progress {
	long expected;	       /* experiments that will come, 0: not known */
	double started, shown; /* monotonic seconds */
};

void progress_start(struct progress *progress, long expected);

/*
 * Show how far the load is: experiments done, records and bytes read.  Does
 * nothing more often than five times a second, or where there is no terminal.
 */
void progress_show(
    struct progress *progress, long experiments, long records, long long bytes);

#endif
