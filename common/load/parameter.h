/* Parameters of a run, as its document has them: names and values. */
#ifndef PARAMETER_H
#define PARAMETER_H

#include <sqlite3.h>
#include <stddef.h>

/* Put "." and "$" in the place of U+FF0E and U+FF04, as which the service stores them.
   name is n bytes, and is terminated again.  Returns the length. */
size_t parameter_plain(char *name, size_t n);

/*
 * Make a function known to a connection, for SQL:
 *
 *	parameter_text(DOC, NAME)  what the document of a run says of a condition of that
 *	    plain name (explode.h says which parameter counts), as a condition of type
 *	    string keeps it: of a number, its own digits.  NULL if it says nothing.
 *
 * Returns an SQLite code.
 */
int parameter_functions(sqlite3 *db);

#endif
