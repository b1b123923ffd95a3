/*
 * Sets of files: of one source and time, they agree in some fields and have each of the
 * values that are expected in another.  elog-scan says what a set is, elog-status which
 * are complete.
 */
#ifndef FILE_SET_H
#define FILE_SET_H

#include "files/template.h"
#include "stream/stream.h"

/*
 * Do the texts of --set (NAME=FIELD,...) and --expect (FIELD=VALUE,...), as many of each,
 * ending with NULL, or NULL, name fields of the template?  Returns the exit status: 0,
 * or 2 after a message.
 */
int file_set_check(
    char *const *sets, char *const *expects, const struct template *template);

/* Write the records of stream file_sets of texts that were checked. */
void file_set_records(struct stream *out, char *const *sets, char *const *expects);

#endif
