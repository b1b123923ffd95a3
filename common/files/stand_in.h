/*
 * --servers: where a server is away, what is below its URL is asked of one that has the
 * same.
 */
#ifndef STAND_IN_H
#define STAND_IN_H

#include <stdbool.h>
#include <time.h>

#define STAND_IN_GROUPS_MAX 16
#define STAND_IN_MEMBERS_MAX 8

/* The URLs of one --servers, without a slash at the end. */
struct stand_in_group {
	char *members[STAND_IN_MEMBERS_MAX];
	time_t away[STAND_IN_MEMBERS_MAX]; /* when it was, 0: it was not */
	int n, now;			   /* which is asked */
};

struct stand_ins {
	struct stand_in_group groups[STAND_IN_GROUPS_MAX];
	int n;
};

/* Read the texts of --servers, up to a NULL (NULL: none), whose URLs have blanks between
   them.  0, or the exit status after a message; stand_in_free() is due in any case. */
int stand_in_read(struct stand_ins *stand_ins, char *const *texts);

/* A URL on the server that is asked now, malloc'd; NULL: as it stands. */
char *stand_in_url(const struct stand_ins *stand_ins, const char *url);

/*
 * The server of a URL is away: is there another one that has not been away lately?  Then
 * that is asked from now on, which a message says once.
 */
bool stand_in_turn(struct stand_ins *stand_ins, const char *url);

void stand_in_free(struct stand_ins *stand_ins);

#endif
