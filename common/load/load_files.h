/* Files of records, or standard input, into a load. */
#ifndef LOAD_FILES_H
#define LOAD_FILES_H

#include <signal.h>
#include <stdbool.h>

#include "base/progress.h"
#include "load/load.h"

/*
 * Load each of files, up to a NULL; standard input if there is none.  Ends early,
 * between two lines, when *stopped is set.  Returns 0; 1 if a file could not be read,
 * which was reported, and the others were; or -1 if the database failed, so that going
 * on makes no sense, after a message.
 */
int load_files(struct load *load, const char *const *files, struct progress *progress,
    const volatile sig_atomic_t *stopped);

/*
 * Load and commit what waits beside the database at path (stream/backlog.h), whose lock
 * we hold and keep.  Where this is the last look, what is added from then on needs
 * another load.  Returns as load_files().
 */
int load_backlog(struct load *load, const char *path, bool last,
    struct progress *progress, const volatile sig_atomic_t *stopped);

#endif
