/* Directories here, and under which paths they are recorded. */
#ifndef HASH_ROOT_H
#define HASH_ROOT_H

/*
 * A path as an absolute one: behind the working directory, without ".", "..", or
 * slashes that say nothing.  Links in it are kept, but for a path with ".." in it.
 * malloc'd; NULL without memory or, of one with "..", where it does not exist, with errno
 * set.
 */
char *hash_root_absolute(const char *path);

/*
 * The path under which an absolute path is recorded: roots, which may be NULL, are texts
 * NAME=DIR, up to a NULL; what is in DIR is recorded in NAME.  malloc'd; NULL without
 * memory.
 */
char *hash_root_recorded(char *const *roots, const char *path);

/* The path under which what an argument names is recorded; malloc'd, NULL after a
   message. */
char *hash_root_argument(char *const *roots, const char *argument);

/* Are they all NAME=DIR, with an absolute NAME?  0, or 2 (the exit status) after a
   message. */
int hash_root_check(char *const *roots);

#endif
