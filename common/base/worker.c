#include "base/worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/thread.h"

#define IN_LINE 128

struct worker {
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t given, done;
	struct {
		void (*work)(void *);
		void *argument;
	} line[IN_LINE];
	unsigned first, n; /* the first is at work */
	bool ends;
};

static void *
run(void *argument)
{
	struct worker *worker = argument;

	pthread_mutex_lock(&worker->lock);
	for (;;) {
		while (worker->n == 0 && !worker->ends)
			pthread_cond_wait(&worker->given, &worker->lock);
		if (worker->n == 0)
			break;
		pthread_mutex_unlock(&worker->lock);
		worker->line[worker->first].work(worker->line[worker->first].argument);
		pthread_mutex_lock(&worker->lock);
		worker->first = (worker->first + 1) % IN_LINE;
		worker->n--;
		pthread_cond_signal(&worker->done);
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

struct worker *
worker_open(void)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (worker == NULL)
		return NULL;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->given, NULL);
	pthread_cond_init(&worker->done, NULL);
	if (thread_start(&worker->thread, run, worker) == 0)
		return worker;
	free(worker);
	return NULL;
}

void
worker_give(struct worker *worker, void (*work)(void *argument), void *argument)
{
	unsigned at;

	if (worker == NULL) {
		work(argument);
		return;
	}
	pthread_mutex_lock(&worker->lock);
	while (worker->n == IN_LINE)
		pthread_cond_wait(&worker->done, &worker->lock);
	at = (worker->first + worker->n) % IN_LINE;
	worker->line[at].work = work;
	worker->line[at].argument = argument;
	worker->n++;
	pthread_cond_signal(&worker->given);
	pthread_mutex_unlock(&worker->lock);
}

void
worker_wait(struct worker *worker)
{
	if (worker == NULL)
		return;
	pthread_mutex_lock(&worker->lock);
	while (worker->n > 0)
		pthread_cond_wait(&worker->done, &worker->lock);
	pthread_mutex_unlock(&worker->lock);
}

void
worker_close(struct worker *worker)
{
	if (worker == NULL)
		return;
	pthread_mutex_lock(&worker->lock);
	worker->ends = true;
	pthread_cond_signal(&worker->given);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	pthread_mutex_destroy(&worker->lock);
	pthread_cond_destroy(&worker->given);
	pthread_cond_destroy(&worker->done);
	free(worker);
}
