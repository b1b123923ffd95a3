/* Reading files again that a database says were fetched: are they still what came? */
#ifndef VERIFY_H
#define VERIFY_H

#include <signal.h>

#include "files/downloads.h"

struct verify_totals {
	long good, missing, changed, corrupt;
};

/* One that is not as it was: "missing", "changed" (another size or time of change, so
   somebody wrote to it) or "corrupt" (neither, but other bytes). */
typedef void verify_tell(
    void *context, const char *what, const char *path, const char *url);

/*
 * Read each file of downloads under the directory root again.  Ends early when *stop is
 * not 0.  0, or -1 after a message.
 */
int verify_run(struct downloads *downloads, int root, volatile sig_atomic_t *stop,
    verify_tell *tell, void *context, struct verify_totals *totals);

/* The same with a line on stdout for each, of fields parted by tabs: what, path, URL. */
int verify_print(struct downloads *downloads, int root, volatile sig_atomic_t *stop,
    struct verify_totals *totals);

#endif
