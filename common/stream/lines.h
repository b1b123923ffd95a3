/* Lines of any length up to a bound, from a descriptor. */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>

/* The longest line that is read, without its newline. */
#define LINES_MAX ((size_t)256 * 1024 * 1024)

struct lines {
	int fd;
	char *buffer;
	size_t begin, end, capacity;
	size_t searched; /* bytes from begin that hold no newline */
	bool eof;
	/* Where not NULL: called before a read that would have to wait, and where idle_ms
	   is not 0, again and again so many milliseconds later. */
	void (*idle)(void *context);
	int idle_ms;
	void *context;
	/* With idle: where this descriptor, if not -1, becomes readable, a read that
	   waits ends with LINES_ERROR and ECANCELED. */
	int cancel;
	bool skipping; /* inside a line that is too long */
	long number;   /* of the line that was read last, from 1 */
};

enum lines_result {
	LINES_ONE,	/* a line */
	LINES_TOO_LONG, /* a line of more than LINES_MAX bytes was left out */
	LINES_END,
	LINES_ERROR, /* errno is set; EINTR: a signal came */
};

/* Start reading fd, which stays the caller's.  It may be one that does not block. */
void lines_open(struct lines *lines, int fd);

/*
 * The next line: n bytes without the newline, which may be changed, and are gone
 * with the next call.  The last one need not end in a newline.
 */
enum lines_result lines_next(struct lines *lines, char **line, size_t *n);

/* Is the next line, or the end, there without reading? */
bool lines_ready(const struct lines *lines);

/*
 * Go on in another buffer, which is malloc'd, or NULL, of a capacity; the one so far, in
 * which the lines that came last stand, takes its place.  False without memory.
 */
bool lines_exchange(struct lines *lines, char **buffer, size_t *capacity);

void lines_close(struct lines *lines);

#endif
