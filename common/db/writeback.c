#include "db/writeback.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"

#define PAUSE_NS 100000000L

struct writeback {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	bool end;
	int fd;
};

static void *
work(void *argument)
{
	struct writeback *writeback = argument;
	struct timespec until;

	pthread_mutex_lock(&writeback->mutex);
	while (!writeback->end) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PAUSE_NS;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(
		    &writeback->ended, &writeback->mutex, &until);
		if (!writeback->end)
			(void)sync_file_range(writeback->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	}
	pthread_mutex_unlock(&writeback->mutex);
	return NULL;
}

struct writeback *
writeback_start(const char *path)
{
	struct writeback *writeback = calloc(1, sizeof(*writeback));

	if (writeback == NULL)
		return NULL;
	pthread_mutex_init(&writeback->mutex, NULL);
	pthread_cond_init(&writeback->ended, NULL);
	writeback->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (writeback->fd >= 0 && thread_start(&writeback->thread, work, writeback) == 0)
		return writeback;
	if (writeback->fd >= 0)
		close(writeback->fd);
	free(writeback);
	return NULL;
}

void
writeback_end(struct writeback *writeback)
{
	if (writeback == NULL)
		return;
	pthread_mutex_lock(&writeback->mutex);
	writeback->end = true;
	pthread_cond_signal(&writeback->ended);
	pthread_mutex_unlock(&writeback->mutex);
	pthread_join(writeback->thread, NULL);
	close(writeback->fd);
	pthread_cond_destroy(&writeback->ended);
	pthread_mutex_destroy(&writeback->mutex);
	free(writeback);
}
