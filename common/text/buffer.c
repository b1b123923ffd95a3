#include "text/buffer.h"

#include <stdlib.h>
#include <string.h>

#define FIRST 256

void
buffer_put(void *context, const char *p, size_t n)
{
	struct buffer *buffer = context;

	if (buffer->failed)
		return;
	/* One byte more than is asked for: the NUL of buffer_take(). */
	if (n >= buffer->capacity - buffer->n) {
		size_t capacity = buffer->capacity > 0 ? buffer->capacity : FIRST;
		char *more;

		while (capacity - buffer->n <= n)
			capacity *= 2;
		more = realloc(buffer->p, capacity);
		if (more == NULL) {
			buffer->failed = true;
			return;
		}
		buffer->p = more;
		buffer->capacity = capacity;
	}
	memcpy(buffer->p + buffer->n, p, n);
	buffer->n += n;
}

char *
buffer_take(struct buffer *buffer, size_t *n)
{
	char *text;

	buffer_put(buffer, "", 1);
	if (buffer->failed) {
		buffer_free(buffer);
		return NULL;
	}
	if (n != NULL)
		*n = buffer->n - 1;
	text = buffer->p;
	*buffer = (struct buffer){0};
	return text;
}

void
buffer_free(struct buffer *buffer)
{
	free(buffer->p);
	*buffer = (struct buffer){0};
}
