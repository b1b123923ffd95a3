/* Does a server have what a stream has?  Counts and sums, of each experiment and stream.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include <stdbool.h>
#include <stdio.h>

#include "core/dbms.h"

struct verify;

/* Begin, with whose records the stream has.  All is borrowed.  NULL after a message. */
struct verify *verify_open(struct dbms *server, const char *source);

/* Take a line.  What cannot be read is reported and counted.  0, or the exit status after
   a message. */
int verify_line(struct verify *verify, char *line, size_t n, long number);

/*
 * Compare, and print a line for each experiment and stream in which they differ, with
 * tabs between: experiment, stream, how many rows the stream and the server have, how
 * many the server lacks, has otherwise, and has alone.  The exit status: 1 if they
 * differ.
 */
int verify_end(struct verify *verify, FILE *out);

/* NULL is allowed. */
void verify_close(struct verify *verify);

#endif
