/*
 * Columns of what every run has: when it began and ended, its type, its sample; a row for
 * each and a block of runs of one experiment (sql/migrations/016-run-columns.sql).
 * Triggers note which blocks are to be written anew, whoever changes a run.
 */
#ifndef RUN_COLUMNS_H
#define RUN_COLUMNS_H

#include <sqlite3.h>

/* Before a COMMIT: write the blocks that were noted.  0, or -1 after a message. */
int run_columns_write(sqlite3 *db, const char *path);

#endif
