/* A dump of what stands by itself: tables of our own, row by row. */
#ifndef DUMP_ROWS_H
#define DUMP_ROWS_H

#include "db/member.h"
#include "query/dump_record.h"

/* All of a stream's rows, or what changed of them.  0, or -1 after a message. */
int dump_rows(struct dump *dump, const struct streams_row *row);

/* The members that there are, as columns; which[] gets them, NULL behind the last. */
void dump_put_members(FILE *sql, const struct member_table *table,
    const struct streams_row *row,
    const struct streams_column *which[STREAMS_COLUMNS_MAX + 1]);

/* The keys of what was removed since, or changed in a table without rowid. */
sqlite3_stmt *dump_prepare_keys(struct dump *dump, const struct streams_row *row);

/* Bind keys to a statement's parameters of their names. */
void dump_bind_keys(
    sqlite3_stmt *statement, const struct streams_row *row, sqlite3_stmt *keys);

#endif
