/* What changed since a dump: the means that load/changes.h writes, read. */
#ifndef DUMP_CHANGES_H
#define DUMP_CHANGES_H

#include "query/dump_record.h"

/*
 * Find what changed since dump->generation, into temporary tables: changed (stretches of
 * rowids), touched (rows of experiments) and gone (their keys).  0, or -1 after a
 * message.
 */
int dump_collect(struct dump *dump);

#endif
