/* What the search needs of SQL: members of documents. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include <sqlite3.h>

/*
 * Make these functions known to a connection:
 *
 * member(DOC, NAME): a member of a JSON object by the scanner, which reads no further
 *   than it must: its text, NULL if there is none.
 * comments(JSON): the texts among a run's editable parameters, a line each.
 *
 * An SQLite code.
 */
int document_functions(sqlite3 *db);

#endif
