#include "load/ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/thread.h"

#define BATCHES 3
#define LINES_OF_BATCH 256
#define LARGE ((size_t)16 * 1024 * 1024) /* buffers that are not kept */
#define GRACE_MS 20			 /* a pause as short as that is none */

struct ahead {
	const struct load *load;
	pthread_t thread;
	bool running;
	struct ahead_batch batches[BATCHES];
	/* Pipes of pointers: read batches, or NULL for a pause; those that were given
	   back, or NULL to stop; and one that is closed to end a read. */
	int full[2], empty[2], cancel[2];
	int wait; /* for so long, -1: until something comes */
	/* The thread's: */
	struct lines lines;
	struct ahead_batch *free[BATCHES];
	size_t n_free;
};

/* What goes through a pipe, whole. */
struct token {
	struct ahead_batch *batch;
};

/* False at the end. */
static bool
pass(int fd, struct ahead_batch *batch)
{
	const struct token token = {batch};
	ssize_t n;

	while ((n = write(fd, &token, sizeof(token))) < 0 && errno == EINTR)
		;
	return n == (ssize_t)sizeof(token);
}

static bool
receive(int fd, struct ahead_batch **batch)
{
	struct token token = {NULL};
	ssize_t n;

	while ((n = read(fd, &token, sizeof(token))) < 0 && errno == EINTR)
		;
	*batch = token.batch;
	return n == (ssize_t)sizeof(token);
}

/* ---- the thread ------------------------------------------------------------- */

/* A read would have to wait. */
static void
pause_begins(void *context)
{
	struct ahead *ahead = context;

	(void)pass(ahead->full[1], NULL);
}

/* Read the lines that there are, at least one.  False behind the last. */
static bool
fill(struct ahead *ahead, struct ahead_batch *batch)
{
	struct ahead_line *line;

	batch->n = 0;
	do {
		char *text;

		line = &batch->lines[batch->n++];
		line->result = lines_next(&ahead->lines, &text, &line->n);
		line->error = errno;
		line->number = ahead->lines.number;
		if (line->result == LINES_ONE)
			load_look(ahead->load, text, line->n, line->number, &line->look);
		else if (line->result != LINES_TOO_LONG)
			return false;
	} while (batch->n < LINES_OF_BATCH && lines_ready(&ahead->lines));
	return true;
}

/* Get a batch to fill: that one, or any if it is NULL.  NULL to stop. */
static struct ahead_batch *
get_free(struct ahead *ahead, const struct ahead_batch *wanted)
{
	struct ahead_batch *batch;

	while (ahead->n_free == 0 || wanted != NULL) {
		if (!receive(ahead->empty[0], &batch) || batch == NULL)
			return NULL;
		ahead->free[ahead->n_free++] = batch;
		if (batch == wanted)
			wanted = NULL;
	}
	batch = ahead->free[--ahead->n_free];
	if (batch->capacity > LARGE) {
		free(batch->buffer);
		batch->buffer = NULL;
		batch->capacity = 0;
	}
	return batch;
}

static void *
read_on(void *context)
{
	struct ahead *ahead = context;
	struct ahead_batch *batch, *large = NULL;
	bool more = true;

	while (more && (batch = get_free(ahead, large)) != NULL) {
		more = fill(ahead, batch);
		/* The lines stay where they are, the rest goes on elsewhere. */
		if (!lines_exchange(&ahead->lines, &batch->buffer, &batch->capacity)) {
			batch->lines[0].result = LINES_ERROR;
			batch->lines[0].error = ENOMEM;
			batch->n = 1;
			more = false;
		}
		/* Where lines are very long, one buffer of them is enough. */
		large = batch->capacity > LARGE ? batch : NULL;
		(void)pass(ahead->full[1], batch);
	}
	return NULL;
}

/* ---- its master ------------------------------------------------------------- */

static int
start(struct ahead *ahead)
{
	int error = thread_start(&ahead->thread, read_on, ahead);

	ahead->running = error == 0;
	errno = error;
	return error == 0 ? 0 : -1;
}

struct ahead *
ahead_open(const struct load *load, int fd)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));
	bool good = true;

	if (ahead == NULL) {
		msg("no memory");
		return NULL;
	}
	ahead->load = load;
	ahead->full[0] = ahead->full[1] = ahead->empty[0] = ahead->empty[1] =
	    ahead->cancel[0] = ahead->cancel[1] = -1;
	ahead->wait = -1;
	lines_open(&ahead->lines, fd);
	for (size_t i = 0; i < BATCHES && good; i++) {
		ahead->batches[i].lines =
		    calloc(LINES_OF_BATCH, sizeof(*ahead->batches[i].lines));
		ahead->free[ahead->n_free++] = &ahead->batches[i];
		good = ahead->batches[i].lines != NULL;
	}
	if (!good || pipe2(ahead->full, O_CLOEXEC) != 0 ||
	    pipe2(ahead->empty, O_CLOEXEC) != 0 || pipe2(ahead->cancel, O_CLOEXEC) != 0) {
		msg("%s", good ? strerror(errno) : "no memory");
		ahead_close(ahead);
		return NULL;
	}
	ahead->lines.idle = pause_begins;
	ahead->lines.context = ahead;
	ahead->lines.cancel = ahead->cancel[0];
	if (start(ahead) != 0) {
		msg("a thread: %s", strerror(errno));
		ahead_close(ahead);
		return NULL;
	}
	return ahead;
}

/* Is there anything within so many milliseconds?  1, 0, or -1 if a signal came. */
static int
wait_for(const struct ahead *ahead, int milliseconds)
{
	struct pollfd full = {.fd = ahead->full[0], .events = POLLIN};

	return poll(&full, 1, milliseconds);
}

enum ahead_result
ahead_next(struct ahead *ahead, struct ahead_batch **batch)
{
	for (;;) {
		int ready = wait_for(ahead, ahead->wait), waited = ahead->wait;

		if (ready == 0) {
			ahead->wait = waited == GRACE_MS ? LOAD_PAUSE_MS : LOAD_IDLE_MS;
			return waited == GRACE_MS ? AHEAD_PAUSE : AHEAD_IDLE;
		}
		if (ready < 0 || !receive(ahead->full[0], batch))
			return AHEAD_INTERRUPTED;
		/* What is there already shows that a pause is over. */
		ahead->wait = *batch == NULL ? GRACE_MS : -1;
		if (*batch != NULL)
			return AHEAD_LINES;
	}
}

void
ahead_return(struct ahead *ahead, struct ahead_batch *batch)
{
	(void)pass(ahead->empty[1], batch);
}

void
ahead_close(struct ahead *ahead)
{
	int *const ends[] = {ahead->full, ahead->empty, ahead->cancel};

	if (ahead->running) {
		(void)pass(ahead->empty[1], NULL);
		close(ahead->cancel[1]);
		ahead->cancel[1] = -1;
		pthread_join(ahead->thread, NULL);
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		for (int end = 0; end < 2; end++)
			if (ends[i][end] >= 0)
				close(ends[i][end]);
	for (size_t i = 0; i < BATCHES; i++) {
		free(ahead->batches[i].lines);
		free(ahead->batches[i].buffer);
	}
	lines_close(&ahead->lines);
	free(ahead);
}
