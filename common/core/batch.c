#include "core/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"

struct batch_experiment *
batch_experiment_open(const char *name)
{
	struct batch_experiment *experiment = calloc(1, sizeof(*experiment));

	if (experiment != NULL)
		experiment->name = strdup(name);
	if (experiment == NULL || experiment->name == NULL) {
		msg("no memory");
		free(experiment);
		return NULL;
	}
	for (size_t i = 0; i < STREAMS_MAX; i++)
		experiment->sent[i] = -1;
	return experiment;
}

void
batch_experiment_close(struct batch_experiment *experiment)
{
	if (experiment == NULL)
		return;
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		pile_close(experiment->piles[i]);
		free(experiment->updated_at[i]);
	}
	free(experiment->name);
	free(experiment->problem);
	free(experiment->fetched_at);
	free(experiment);
}

struct pile *
batch_pile(struct pile *piles[STREAMS_MAX], const struct streams_row *row)
{
	struct pile **pile = &piles[row - streams];

	if (*pile == NULL)
		*pile = pile_open();
	return *pile;
}

void
batch_add(struct batch *batch, struct batch_experiment *experiment)
{
	experiment->next = NULL;
	if (batch->last != NULL)
		batch->last->next = experiment;
	else
		batch->first = experiment;
	batch->last = experiment;
}

bool
batch_has(const struct batch *batch, const char *name)
{
	for (const struct batch_experiment *e = batch->first; e != NULL; e = e->next)
		if (strcmp(e->name, name) == 0)
			return true;
	return false;
}

bool
batch_takes(const struct batch_experiment *experiment, size_t stream)
{
	return experiment->sent[stream] >= 0 && !experiment->bad[stream] &&
	       !experiment->newer[stream];
}

size_t
batch_bytes(const struct batch *batch)
{
	size_t bytes = 0;

	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (batch->rows[i] != NULL)
			bytes += pile_bytes(batch->rows[i]);
	for (const struct batch_experiment *e = batch->first; e != NULL; e = e->next)
		for (size_t i = 0; i < STREAMS_MAX; i++)
			if (e->piles[i] != NULL)
				bytes += pile_bytes(e->piles[i]);
	return bytes;
}

long
batch_rows(const struct batch *batch)
{
	long rows = 0;

	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (batch->rows[i] != NULL)
			rows += batch->rows[i]->rows;
	for (const struct batch_experiment *e = batch->first; e != NULL; e = e->next)
		for (size_t i = 0; i < STREAMS_MAX; i++)
			if (e->piles[i] != NULL)
				rows += e->piles[i]->rows;
	return rows;
}

bool
batch_is_empty(const struct batch *batch)
{
	return batch->first == NULL && batch_rows(batch) == 0;
}

void
batch_clear(struct batch *batch)
{
	struct batch_experiment *next;

	for (struct batch_experiment *e = batch->first; e != NULL; e = next) {
		next = e->next;
		batch_experiment_close(e);
	}
	for (size_t i = 0; i < STREAMS_MAX; i++)
		pile_close(batch->rows[i]);
	free(batch->state);
	*batch = (struct batch){.first = NULL};
}
