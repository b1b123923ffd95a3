/* How many rows there are of each stream. */
#ifndef COUNTS_H
#define COUNTS_H

#include <sqlite3.h>

/*
 * The parts of a query behind another, UNION ALL SELECT 'runs', (SELECT count(*) FROM
 * runs) ..., of all streams that the database has a table for; malloc'd, NULL
 * after a message.
 */
char *counts_sql(sqlite3 *db, const char *path);

#endif
