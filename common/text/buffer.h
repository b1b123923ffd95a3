/* Bytes that become more: a text whose length is not known before. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
	char *p; /* NULL while it is empty */
	size_t n, capacity;
	bool failed; /* without memory: nothing more is added */
};

/* Add n bytes to the struct buffer that the pointer points to.  It is one of those
   functions that struct writer and others hand their output to. */
void buffer_put(void *buffer, const char *p, size_t n);

/*
 * What was put so far, with a NUL behind it, malloc'd, and the caller's: the buffer is
 * empty then.  *n, which may be NULL, gets its length.  NULL if memory gave out.
 */
char *buffer_take(struct buffer *buffer, size_t *n);

void buffer_free(struct buffer *buffer);

#endif
