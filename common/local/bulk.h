/* Values of conditions in bulk: lines in, records out, nothing kept in memory. */
#ifndef BULK_H
#define BULK_H

#include "local/cond_record.h"

/*
 * Read lines from fd to its end and write a record of each.  A line is either
 *
 *	EXPERIMENT <tab> RUN <tab> NAME <tab> VALUE
 *
 * where \t, \n, \r and \\ stand for the characters, as elog-select(1) writes them, or,
 *where it begins with a brace, a JSON object of the members experiment (a string), run (a
 *number or a string), name (a string) and value; others are an error.  Blank lines are
 *passed over.  mode is that of the records, NULL: the usual.
 *
 * What is no such line is reported with its number, and the next one is read.  Returns
 * the number of those; -1 after a message if fd cannot be read.  Stops without a message
 * when out has an error.
 */
long bulk_read(struct cond_record *record, int fd, const char *mode);

#endif
