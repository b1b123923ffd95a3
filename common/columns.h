/* Rows of a query for people and for programs. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <sqlite3.h>
#include <stdbool.h>

/*
 * Print the rows of a query to stdout.  aligned: under their column names, as wide as
 * the widest of each, so the query is run twice; else with a tab between two, without
 * names.  NULL is printed as nothing.  A tab, line break or backslash in a value becomes
 * \t, \n, \r or \\, any other control character a question mark: a value can neither forge
 * a line nor reach the terminal.  Returns an SQLite code, SQLITE_DONE if all was printed.
 */
int columns_print(sqlite3_stmt *query, bool aligned);

#endif
