/* Whether the expression that an alias stands for is valid in the query language. */
#ifndef ALIAS_H
#define ALIAS_H

/*
 * Check that expression can be read and that name is one.  Where db, a database file, is
 * there (NULL: none), also that the aliases it uses are in it, and that they do not come
 * back to name.  A file that is not there yet holds none.  Returns the exit status: 0, 2
 * after a message that shows the place, or 1 after a message if db cannot be read.
 */
int alias_check(const char *name, const char *expression, const char *db);

#endif
