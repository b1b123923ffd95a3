/* The programs that came with this one. */
#ifndef SIBLING_H
#define SIBLING_H

/*
 * What to run for a program of the suite: the one beside our own executable, so that what
 * was built or installed together runs together; else its name, for PATH.  malloc'd, NULL
 * without memory.
 */
char *sibling(const char *program);

/*
 * Run a program of the suite, without input, and read the first line that it prints,
 * malloc'd, without its newline; NULL if it prints none.  arguments begin with its name,
 * and end with NULL.  Its exit status, 1 after a message if it cannot be run.
 */
int sibling_line(const char *const *arguments, char **line);

#endif
