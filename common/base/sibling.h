/* The programs that came with this one. */
#ifndef SIBLING_H
#define SIBLING_H

/*
 * What to run for a program of the suite: the one beside our own executable, so that what
 * was built or installed together runs together; else its name, for PATH.  malloc'd, NULL
 * without memory.
 */
char *sibling(const char *program);

#endif
