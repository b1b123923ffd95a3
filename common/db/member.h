/*
 * SQL for the members of a stream's records, from the columns of its table: how an
 * experiment, a run or a condition that the table names by our own number is called.
 */
#ifndef MEMBER_H
#define MEMBER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

#include "stream/streams.h"

#define MEMBER_COLUMNS_MAX 64

/* The columns of a table. */
struct member_table {
	char *columns[MEMBER_COLUMNS_MAX];
	bool generated[MEMBER_COLUMNS_MAX];
	int n;
	bool without_rowid;
};

/* Read them.  0, or -1 after a message that names path; n is 0 if there is no such
   table.  member_table_close() releases, also after that. */
int member_table_open(
    struct member_table *table, sqlite3 *db, const char *path, const char *name);
void member_table_close(struct member_table *table);

/* Has the table that column? */
bool member_table_has(const struct member_table *table, const char *column);

/*
 * Write an expression for a member of a record whose row is called alias ("t", "OLD").
 * False, with nothing written, if the table has nothing that it could come from.
 */
bool member_put(FILE *sql, const struct member_table *table,
    const struct streams_column *column, const char *alias);

/* Write SQL in which % stands for the alias of a row. */
void member_put_text(FILE *sql, const char *text, const char *alias);

/* Write a condition that is true of the row whose keys are the parameters of their names;
   it can be answered by an index of the table. */
void member_put_keys(FILE *sql, const struct member_table *table,
    const struct streams_row *row, const char *alias);

#endif
