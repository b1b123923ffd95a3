#include "stream/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)1024 * 1024)

void
lines_open(struct lines *lines, int fd)
{
	*lines = (struct lines){.fd = fd, .cancel = -1};
}

void
lines_close(struct lines *lines)
{
	free(lines->buffer);
	lines->buffer = NULL;
}

/* Make room behind what is held; move it to the front, or double the buffer. */
static int
make_room(struct lines *lines)
{
	size_t held = lines->end - lines->begin;
	char *buffer = lines->buffer;

	if (lines->capacity - lines->end >= CHUNK / 2)
		return 0;
	if (lines->begin > 0 && held <= lines->capacity / 2) {
		memmove(buffer, buffer + lines->begin, held);
	} else {
		size_t capacity = lines->capacity > 0 ? lines->capacity * 2 : CHUNK * 2;

		buffer = malloc(capacity);
		if (buffer == NULL)
			return -1;
		if (held > 0)
			memcpy(buffer, lines->buffer + lines->begin, held);
		free(lines->buffer);
		lines->buffer = buffer;
		lines->capacity = capacity;
	}
	lines->begin = 0;
	lines->end = held;
	return 0;
}

/* 0 once a read does not wait, or need not be told of; -1 with errno set. */
static int
wait_for_input(const struct lines *lines)
{
	struct pollfd inputs[] = {
	    {.fd = lines->fd, .events = POLLIN}, {.fd = lines->cancel, .events = POLLIN}};
	int ready, wait = 0;

	/* One that is -1 is passed over. */
	while ((ready = poll(inputs, 2, wait)) == 0) {
		lines->idle(lines->context);
		wait = lines->idle_ms > 0 ? lines->idle_ms : -1;
		if (lines->idle_ms == 0 && lines->cancel < 0)
			return 0;
	}
	if (ready > 0 && inputs[1].revents != 0) {
		errno = ECANCELED;
		return -1;
	}
	return ready > 0 ? 0 : -1;
}

/* Read once more; 1: something came, 0: the end, -1: an error. */
static int
fill(struct lines *lines)
{
	size_t room;
	ssize_t n;

	if (make_room(lines) != 0)
		return -1;
	if (lines->idle != NULL && wait_for_input(lines) != 0)
		return -1;
	room = lines->capacity - lines->end;
	/* A descriptor that does not block may come from another program: wait. */
	while ((n = read(lines->fd, lines->buffer + lines->end,
		    room < CHUNK ? room : CHUNK)) < 0)
		if (errno != EAGAIN ||
		    poll(&(struct pollfd){.fd = lines->fd, .events = POLLIN}, 1, -1) < 0)
			return -1;
	if (n == 0)
		lines->eof = true;
	lines->end += (size_t)n;
	return n > 0;
}

bool
lines_ready(const struct lines *lines)
{
	size_t held = lines->end - lines->begin;

	return lines->buffer != NULL && !lines->skipping &&
	       (lines->eof || (held > lines->searched &&
				  memchr(lines->buffer + lines->begin + lines->searched,
				      '\n', held - lines->searched) != NULL));
}

bool
lines_exchange(struct lines *lines, char **buffer, size_t *capacity)
{
	size_t held = lines->end - lines->begin, room = *capacity;
	char *next = *buffer;

	if (next == NULL || room < held) {
		room = held + CHUNK * 2;
		next = realloc(next, room);
		if (next == NULL)
			return false;
	}
	if (held > 0)
		memcpy(next, lines->buffer + lines->begin, held);
	*buffer = lines->buffer;
	*capacity = lines->capacity;
	lines->buffer = next;
	lines->capacity = room;
	lines->begin = 0;
	lines->end = held;
	return true;
}

enum lines_result
lines_next(struct lines *lines, char **line, size_t *n)
{
	if (lines->buffer == NULL && fill(lines) < 0)
		return LINES_ERROR;
	for (;;) {
		char *start = lines->buffer + lines->begin, *newline = NULL;
		size_t held = lines->end - lines->begin;
		bool skipped = lines->skipping;

		if (held > lines->searched)
			newline =
			    memchr(start + lines->searched, '\n', held - lines->searched);
		if (newline == NULL && !lines->eof) {
			lines->searched = held;
			if (held > LINES_MAX || skipped) {
				lines->skipping = true;
				lines->begin = lines->end = lines->searched = 0;
			}
			if (fill(lines) < 0)
				return LINES_ERROR;
			continue;
		}
		if (newline == NULL && held == 0 && !skipped)
			return LINES_END;
		*line = start;
		*n = newline != NULL ? (size_t)(newline - start) : held;
		lines->begin += *n + (newline != NULL);
		lines->searched = 0;
		lines->skipping = false;
		lines->number++;
		return skipped || *n > LINES_MAX ? LINES_TOO_LONG : LINES_ONE;
	}
}
