/* Paths of files in SQL: texts, or blobs where their bytes are no UTF-8. */
#ifndef PATH_H
#define PATH_H

#include <sqlite3.h>
#include <stddef.h>

/*
 * Make these functions known to a connection, for SQL:
 *
 *	path_directory(PATH)  what stands before the last slash; "/" for "/name"
 *	path_name(PATH)       what stands behind it
 *	path_join(PATH, NAME) the path of a name in a directory
 *	path_below(PATH, DIR) does PATH lie in the directory DIR, at any depth?
 *	unhex_digest(TEXT)    the bytes of hexadecimal digits, NULL if they are none
 *
 * A result is a text if it is UTF-8, else a blob.  Returns an SQLite code.
 */
int path_functions(sqlite3 *db);

/* Bind n bytes of a path as it is kept; they are borrowed.  An SQLite code. */
int path_bind(sqlite3_stmt *statement, int number, const char *p, size_t n);

#endif
