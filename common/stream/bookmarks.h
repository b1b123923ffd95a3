/*
 * The values of STATE messages, on the way to stdout: each is told, a line, when all that
 * came before it is on disk, so that a producer that goes on from there loses nothing.
 */
#ifndef BOOKMARKS_H
#define BOOKMARKS_H

#include <stdbool.h>
#include <stdio.h>

#include "text/json.h"

struct bookmarks {
	FILE *out; /* NULL: nobody wants them, or listens any more */
	/* Its own: those that wait, lines behind each other. */
	char *lines;
	size_t used, size;
};

/* Keep one until bookmarks_tell().  0, or -1 after a message. */
int bookmarks_add(struct bookmarks *bookmarks, struct json_span value);

/* Does any wait? */
bool bookmarks_wait(const struct bookmarks *bookmarks);

/*
 * All is on disk: tell those that wait.  0, or -1 where nobody took them, after a
 * message, unless the reader went away: then no others are kept, and what is loaded is
 * loaded all the same.
 */
int bookmarks_tell(struct bookmarks *bookmarks);

/* Release what waits; out stays open. */
void bookmarks_free(struct bookmarks *bookmarks);

#endif
