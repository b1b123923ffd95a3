/* A saved logbook: files as the service would answer, for ELOG_BASE_URL=file://DIR. */
#ifndef TREE_H
#define TREE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "stream/streams.h"

/*
 * Write what a database has of the experiments whose names match a GLOB (NULL: all) into
 * the directory, which is made if it is not there: of the streams that are wanted (by row
 * of streams[]) what ever came, and the lists of these experiments, whatever the hours
 * that are asked for.  Each file appears whole.  An experiment without its description is
 * left out.  Returns the exit status: 0, or 1 after a message.
 */
int tree_write(sqlite3 *db, const char *path, const char *directory,
    const char *experiments, const bool wanted[STREAMS_MAX]);

#endif
