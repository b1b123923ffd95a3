/* Values of conditions in bulk: lines in, records out, nothing kept in memory. */
#ifndef BULK_H
#define BULK_H

#include "local/cond_record.h"

/*
 * Read lines from fd to its end and write a record of each.  A line is either
 *
 *	EXPERIMENT <tab> RUN <tab> NAME <tab> VALUE
 *
 * in which \t, \n, \r and \\ stand for the characters, as elog-select(1) writes them;
 * or, where it begins with a brace, a JSON object with the members experiment (a string),
 * run (a number or a string), name (a string) and value, and no others.  Blank lines are
 * skipped.  mode goes into each record; NULL is the usual one.
 *
 * A line that is neither is reported with its number, and reading goes on.  Returns how
 * many there were, or -1 after a message if fd cannot be read.  When the stream of the
 * records has an error, it stops without a message.
 */
long bulk_read(struct cond_record *record, int fd, const char *mode);

#endif
