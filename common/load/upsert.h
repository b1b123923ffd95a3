/*
 * The statements that take a record of one of our own streams into its table, derived
 * from the stream's row (stream/streams.h) and from the table itself.
 */
#ifndef UPSERT_H
#define UPSERT_H

#include <sqlite3.h>

#include "stream/streams.h"

/*
 * INSERT … ON CONFLICT (keys) DO UPDATE … WHERE something differs, malloc'd.  A
 * parameter :NAME is the member of that name; of a column of type STREAMS_JSON it is
 * :NAME_json, its text.  Where the row is not whole, bit I of :given says whether the
 * record has the I'th of the row's columns; a member that it does not have keeps what
 * the table holds, or gets the column's default.
 *
 * NULL after a message that names path, if the table is not there or lacks a column
 * that the row keeps.
 */
char *upsert_sql(sqlite3 *db, const char *path, const struct streams_row *row);

/* DELETE of the row that has the record's keys, malloc'd; not where the row's newer
   column is greater than the record's.  NULL without memory, after a message. */
char *upsert_delete_sql(const struct streams_row *row);

#endif
