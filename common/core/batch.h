/*
 * What is written in one transaction of the server: some experiments, each whole, and
 * records of our own; and the bookmark that stands for them.
 */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/pile.h"
#include "core/table.h"

/* An experiment, from its first record on. */
struct batch_experiment {
	char *name;
	struct pile *piles[STREAMS_MAX];
	long arrived[STREAMS_MAX]; /* records */
	bool bad[STREAMS_MAX];	   /* one of them was refused */
	char *problem;		   /* the first that was, or NULL */
	/* As the record that closes it says: */
	long sent[STREAMS_MAX];	       /* records; -1: the stream did not come */
	char *updated_at[STREAMS_MAX]; /* or NULL: fetched_at */
	char *fetched_at;
	bool incremental; /* what did not come stays */
	bool copied; /* by elog-dump: of a stream with no records nobody knows whether
			its source may see it */
	bool gone;   /* it is no more where it comes from */
	/* As the server says: */
	bool newer[STREAMS_MAX];  /* another source has it newer */
	bool shared[STREAMS_MAX]; /* another source has it */
	bool held[STREAMS_MAX];	  /* this source has it */
	struct batch_experiment *next;
};

struct batch {
	struct batch_experiment *first, *last;
	struct pile *rows[STREAMS_MAX]; /* of our own; of staged streams bare ones */
	char *state; /* of elog-dump, that stands for all before it, or NULL */
};

/* NULL without memory, after a message. */
struct batch_experiment *batch_experiment_open(const char *name);
void batch_experiment_close(struct batch_experiment *experiment);

/* The pile of a stream; NULL after a message. */
struct pile *batch_pile(struct pile *piles[STREAMS_MAX], const struct streams_row *row);

/* Add one that is closed; the batch owns it. */
void batch_add(struct batch *batch, struct batch_experiment *experiment);

bool batch_has(const struct batch *batch, const char *name);
bool batch_is_empty(const struct batch *batch);

size_t batch_bytes(const struct batch *batch);
long batch_rows(const struct batch *batch);

/* Does a stream of an experiment come, and may it be written? */
bool batch_takes(const struct batch_experiment *experiment, size_t stream);

void batch_clear(struct batch *batch);

#endif
