/*
 * Rows of the index of words, handed to SQL as a table: one statement writes them all,
 * which takes half of what a statement for each does.
 */
#ifndef INDEX_ROWS_H
#define INDEX_ROWS_H

#include <sqlite3.h>
#include <stddef.h>

#include "load/postings.h"

/*
 * Give a connection the table index_rows (place, id, sz) of the documents that are not
 * gone, in the order that they have; sz is what FTS5 keeps in its table of sizes.  An
 * SQLite code.
 */
int index_rows_function(sqlite3 *db);

/* Write the rows of n documents with a statement that reads index_rows(?1).  0, or -1
   after a message that names path. */
int index_rows_write(sqlite3_stmt *statement, const char *path,
    struct postings_document *const *documents, size_t n);

#endif
