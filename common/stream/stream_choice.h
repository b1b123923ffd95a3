/* The streams that a person names: --only A,B and --except C. */
#ifndef STREAM_CHOICE_H
#define STREAM_CHOICE_H

#include <stdbool.h>

#include "stream/streams.h"

/*
 * Set wanted[] by row of streams[]: of those for which takes() is true all, or those of
 * the list only (NULL: none was given), but not those of the list except.  Returns 0, or
 * 2 (the exit status) after a message: a name that is none of them, or none is left.
 */
int stream_choice(const char *only, const char *except,
    bool (*takes)(const struct streams_row *row), bool wanted[STREAMS_MAX]);

/* Print the names of those for which takes() is true, one a line. */
void stream_choice_print(bool (*takes)(const struct streams_row *row));

#endif
