/* The connections of a server, and until when each may stay. */
#ifndef LINKS_H
#define LINKS_H

#include <pthread.h>
#include <stdint.h>

struct link {
	struct link *next, *previous;
	int fd;
	int64_t until; /* monotonic milliseconds; 0: as long as it likes */
};

struct links {
	pthread_mutex_t lock;
	struct link *first;
	int n;
};

#define LINKS_EMPTY                                                                      \
	{                                                                                \
		.lock = PTHREAD_MUTEX_INITIALIZER                                        \
	}

/* A connection begins, and ends.  NULL without memory; link may be NULL. */
struct link *links_add(struct links *links, int fd, long seconds);
void links_remove(struct links *links, struct link *link);

/* It may stay for so many seconds from now on; 0: as long as it likes. */
void links_allow(struct links *links, struct link *link, long seconds);

/* Shut down those whose time is over. */
void links_end_late(struct links *links);

/* Monotonic milliseconds. */
int64_t links_now(void);

#endif
