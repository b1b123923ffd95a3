/* What a producer of records does with its stdout, or the database of --db. */
#ifndef PRODUCE_H
#define PRODUCE_H

#include "stream/stream.h"

/*
 * Call put(out, context), which writes records and returns an exit status, with a stream
 * to stdout, or where db is not NULL to an elog-load on that database (stream/loader.h),
 * and end both.  The exit status: elog-load's if that is not 0, else put's, or 1 after a
 * message if the stream could not be written.
 */
int produce(const char *db, int (*put)(struct stream *out, const void *context),
    const void *context);

#endif
