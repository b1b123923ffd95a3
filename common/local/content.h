/* A file as a whole, in memory. */
#ifndef CONTENT_H
#define CONTENT_H

#include <stddef.h>

/* The largest file that is taken: as base64 it fits a line of a stream (lines.h). */
#define CONTENT_MAX ((size_t)190 * 1024 * 1024)

/*
 * Read the file at path, at most CONTENT_MAX bytes.  malloc'd, with *n of them and a NUL
 * behind; NULL after a message that names it.
 */
char *content_read(const char *path, size_t *n);

#endif
