#include "web/links.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

int64_t
links_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct link *
links_add(struct links *links, int fd, long seconds)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->fd = fd;
	link->until = links_now() + seconds * 1000;
	pthread_mutex_lock(&links->lock);
	link->next = links->first;
	if (link->next != NULL)
		link->next->previous = link;
	links->first = link;
	links->n++;
	pthread_mutex_unlock(&links->lock);
	return link;
}

void
links_remove(struct links *links, struct link *link)
{
	if (link == NULL)
		return;
	pthread_mutex_lock(&links->lock);
	if (link->next != NULL)
		link->next->previous = link->previous;
	if (link->previous != NULL)
		link->previous->next = link->next;
	else
		links->first = link->next;
	links->n--;
	pthread_mutex_unlock(&links->lock);
	free(link);
}

void
links_allow(struct links *links, struct link *link, long seconds)
{
	if (link == NULL)
		return;
	pthread_mutex_lock(&links->lock);
	link->until = seconds > 0 ? links_now() + seconds * 1000 : 0;
	pthread_mutex_unlock(&links->lock);
}

void
links_end_late(struct links *links)
{
	int64_t now = links_now();

	pthread_mutex_lock(&links->lock);
	for (struct link *link = links->first; link != NULL; link = link->next)
		if (link->until != 0 && link->until < now) {
			shutdown(link->fd, SHUT_RDWR);
			link->until = 0;
		}
	pthread_mutex_unlock(&links->lock);
}
