/*
 * Lines of a descriptor, read and looked at (load_look()) by a thread, ahead of the load.
 *
 * The thread knows nothing of the database.  Batches of lines go to and fro through
 * pipes, so that who waits for them is woken by signals, and come in the order of the
 * lines.
 */
#ifndef AHEAD_H
#define AHEAD_H

#include <stddef.h>

#include "load/load.h"
#include "stream/lines.h"

struct ahead_line {
	enum lines_result result;
	int error;	       /* of LINES_ERROR */
	size_t n;	       /* of LINES_ONE: its bytes */
	long number;	       /* of LINES_ONE and LINES_TOO_LONG */
	struct load_line look; /* of LINES_ONE; it lies in the batch */
};

struct ahead_batch {
	struct ahead_line *lines;
	size_t n;
	/* Its own: */
	char *buffer;
	size_t capacity;
};

struct ahead;

/* Begin to read.  load, and fd, which stays the caller's, are borrowed to the end.  NULL
   after a message. */
struct ahead *ahead_open(const struct load *load, int fd);

enum ahead_result {
	AHEAD_LINES,
	AHEAD_PAUSE,	   /* nothing comes at the moment: all that did was given */
	AHEAD_IDLE,	   /* nor for LOAD_PAUSE_MS; every LOAD_IDLE_MS again */
	AHEAD_INTERRUPTED, /* a signal came */
};

/* Wait for the next lines, at least one.  The last one of the last batch is LINES_END, or
   LINES_ERROR. */
enum ahead_result ahead_next(struct ahead *ahead, struct ahead_batch **batch);

/* Give a batch back: its lines are gone. */
void ahead_return(struct ahead *ahead, struct ahead_batch *batch);

/* Stop reading, wherever it is.  NULL is allowed. */
void ahead_close(struct ahead *ahead);

#endif
