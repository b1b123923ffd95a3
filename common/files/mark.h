/* What became of files that came, said by whoever works on them: stream download_states.
 */
#ifndef MARK_H
#define MARK_H

#include <stdbool.h>

#include "files/downloads.h"
#include "stream/stream.h"

/* Is it one of unprocessed, processed and rejected? */
bool mark_is_state(const char *text);

/*
 * Write a record for each path: arguments, which end with NULL; or where there are none,
 * the lines of stdin, or what NULs part there.  A path is as elog-status --downloads
 * prints it, or as downloads has it, or leads there.  Returns the exit status: 0; 1,
 * after a message each, if some is no download.
 */
int mark_run(struct downloads *downloads, const char *state, const char *const *paths,
    struct stream *out);

#endif
