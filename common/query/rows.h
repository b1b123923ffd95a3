/* The rows of an SQL statement, printed in the format that the user chose. */
#ifndef ROWS_H
#define ROWS_H

#include <sqlite3.h>

#include "query/printer.h"
#include "text/writer.h"

/*
 * What SQLite does not tell of a column: that its integers are bool or sizes, that its
 * texts are JSON.  All other values are printed as what they are.  A list of them ends
 * with a NULL name.
 */
struct rows_kind {
	const char *name;
	enum cell_kind kind;
};

/*
 * Print to stdout all rows of a statement, whose columns' names are the heads, and reset
 * it, without control characters, also into a pipe.  kinds may be NULL.  The exit status:
 * 0, or 1 after a message, which names path, the database's, or stdout.
 */
int rows_print(sqlite3_stmt *statement, const char *path,
    const struct printer_format *format, const struct rows_kind *kinds);

/* The same into a function as of stream_open_to(), for a page or a buffer; all bytes of
   tsv and csv are as they are. */
int rows_write(sqlite3_stmt *statement, const char *path,
    const struct printer_format *format, const struct rows_kind *kinds,
    stream_write *write, void *context);

/*
 * The parts of it, for who knows more of the columns: step through a statement and print
 * its rows with a printer that was opened with as many columns.  0; 1 after a message; or
 * -1 if the printer takes no more, with errno set, for its owner to say so.
 *
 * A statement may have columns behind those: one of this name, with the number of another
 * from 0, says of which kind (enum cell_kind) that one's value is, unless it is NULL.
 */
#define ROWS_KIND_OF "kind_of_%d"
int rows_put(sqlite3_stmt *statement, const char *path, struct printer *printer);

/* A value of that row as a JSON value with a name; the whole row as an object. */
void rows_member(struct writer *w, const char *name, sqlite3_stmt *statement, int column);
void rows_object(struct writer *w, const char *name, sqlite3_stmt *statement);

/* A value of the row that a statement stands on.  kind is what its column said. */
struct cell rows_cell(sqlite3_stmt *statement, int column, enum cell_kind kind);

/*
 * The same where columns behind the first n may say of which kind those are: which of
 * them does, 0 if none, for each of n; malloc'd, NULL without memory.
 */
int *rows_kinds(sqlite3_stmt *statement, int n);
struct cell rows_cell_of(
    sqlite3_stmt *statement, int column, enum cell_kind kind, const int *kinds);

#endif
