/* Rows of a query for people and for programs. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <sqlite3.h>

enum columns_form {
	COLUMNS_TABS,	 /* a tab between two, without names */
	COLUMNS_ALIGNED, /* under their names, as wide as the widest of each */
	COLUMNS_JSON,	 /* one column, JSON texts that are printed as they are */
};

/* The form for stdout: aligned on a terminal. */
enum columns_form columns_form_of_stdout(void);

/*
 * Print the rows of a query to stdout; COLUMNS_ALIGNED runs it twice.  NULL is printed as
 * nothing.  But in JSON a tab, line break or backslash in a value becomes \t, \n, \r or
 * \\, any other control character a question mark: a value can neither forge a line nor
 * reach the terminal.  Returns an SQLite code, SQLITE_DONE if all was printed.
 */
int columns_print(sqlite3_stmt *query, enum columns_form form);

#endif
