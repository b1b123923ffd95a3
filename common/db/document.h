/* What the search needs of SQL: texts of documents. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include <sqlite3.h>

/*
 * Make a function known to a connection:
 *
 * comments(DOC): the texts among the editable parameters of a run, by its document, a
 * line each; NULL if there are none.  A document without any is not read whole.
 *
 * An SQLite code.
 */
int document_functions(sqlite3 *db);

#endif
