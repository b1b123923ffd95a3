/* Reading files again that a database says were fetched: are they still what came? */
#ifndef VERIFY_H
#define VERIFY_H

#include <signal.h>
#include <stdio.h>

#include "files/downloads.h"

struct verify_totals {
	long good, missing, changed, corrupt;
};

/*
 * Read each file of downloads under the directory root again.  A line on out for each
 * that is not as it was, of fields parted by tabs: "missing", "changed" (another size or
 * time of change, so somebody wrote to it) or "corrupt" (neither, but other bytes), its
 * path, its URL.  Ends early when *stop is not 0.  0, or -1 after a message.
 */
int verify_run(struct downloads *downloads, int root, volatile sig_atomic_t *stop,
    FILE *out, struct verify_totals *totals);

#endif
