/* Files in a directory that nothing leads out of. */
#ifndef BENEATH_H
#define BENEATH_H

#include <stddef.h>

/* Open a path in a directory to be read; a link, or "..", that leads out of there does
   not count.  The descriptor, or -1. */
int beneath_open(const char *directory, const char *path);

/* The last so many bytes of a regular file that was opened so, malloc'd, *n of them; NULL
   if it is none. */
char *beneath_tail(int fd, size_t most, size_t *n);

#endif
