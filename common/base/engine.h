/*
 * Transfers at once over one libcurl multi handle: slots, waiting, attempts with
 * back-off, redirects.  What a transfer is about, and what its end means, its owner says:
 * requests to the logbook service, listings of directories, files on their way.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <curl/curl.h>
#include <signal.h>
#include <stdbool.h>

struct engine;

/* What is to be transferred: a member of the owner's own struct. */
struct engine_task {
	int attempts;	      /* begun so far, the one at hand among them */
	int redirects;	      /* followed in the attempt at hand */
	long long not_before; /* monotonic milliseconds */
	struct engine_task *next;
};

/* One transfer at a time. */
struct engine_slot {
	int number; /* from 0 */
	CURL *easy; /* the owner makes it when it first needs one; the engine's then */
	struct engine_task *task; /* NULL while idle */
};

enum engine_step {
	ENGINE_GO,   /* the transfer begins; after its end: go on with the task at once */
	ENGINE_WAIT, /* another attempt when its time has come: see engine_again() */
	ENGINE_DONE, /* the task is its owner's again */
	ENGINE_BROKEN, /* the machine failed us, a message said so: the run ends, and the
			  task is dropped */
};

/* What the run waits for beside its transfers. */
struct engine_wait {
	struct curl_waitfd fds[2];
	unsigned n;
	long long ms; /* at the most, -1: for nothing */
};

struct engine_owner {
	/* Connections that idle may stay beside as many as there are jobs. */
	bool spare;
	/* The next task; NULL if there is none now.  *later: there may be, so go on. */
	struct engine_task *(*next)(void *context, bool *later);
	/* May it begin, or must it wait for another?  NULL: it may. */
	bool (*may_begin)(void *context, const struct engine_task *task);
	/* Aim slot->easy at it.  ENGINE_GO has the transfer begun. */
	enum engine_step (*begin)(
	    void *context, struct engine_slot *slot, struct engine_task *task);
	/* Its transfer ended with code. */
	enum engine_step (*end)(void *context, struct engine_slot *slot,
	    struct engine_task *task, CURLcode code);
	/* The run ends before the task does; NULL: its owner knows it.  moving: it was in
	   a slot. */
	void (*drop)(void *context, struct engine_task *task, bool moving);
	/* Once a turn, before the wait: false ends the run.  NULL: nothing. */
	bool (*turn)(void *context, struct engine_wait *wait);
};

/*
 * jobs transfers at once, over so many connections; attempts at each task.  owner is
 * borrowed, context is handed to its functions.  NULL after a message.
 */
struct engine *engine_open(
    int jobs, int attempts, const struct engine_owner *owner, void *context);

/* NULL is allowed. */
void engine_close(struct engine *engine);

/*
 * Ask next() for tasks and see them through, until it has none and all are done, or until
 * *stop (may be NULL) is not 0, or turn() wants no more: what is at hand is dropped then.
 * Returns 0, or -1 after a message if the machine failed us.
 */
int engine_run(struct engine *engine, const volatile sig_atomic_t *stop);

int engine_moving(const struct engine *engine);
int engine_waiting(const struct engine *engine);

/*
 * Is another attempt left?  It then waits at least for after seconds and the back-off,
 * and end() returns ENGINE_WAIT.
 */
bool engine_again(struct engine *engine, struct engine_task *task, long after);

/*
 * Milliseconds to wait behind so many attempts (from 1): doubled each time from a second
 * to half a minute, less up to half of it by chance.  seed belongs to nrand48(3).
 */
long engine_backoff(unsigned short seed[3], int attempts);

/* May a task that was redirected go on?  Counts. */
bool engine_hop(struct engine_task *task);

/*
 * After an HTTP redirect: where it leads, malloc'd, if that is the same host and port, or
 * https instead of http on the same host.  NULL else, and why (of size bytes) gets a
 * clause.
 */
char *engine_redirect(CURL *easy, char *why, size_t size);

/* Scheme, host and port of two URLs: 0 if all agree, 1 if only http became https, else
   -1. */
int engine_compare(const char *a, const char *b);

/* Is the host of a URL, which has no login in it, this machine by name, so that nobody
   can listen? */
bool engine_is_loopback(const char *url);

enum engine_fault {
	ENGINE_AWAY, /* no connection to the server; worth another attempt */
	ENGINE_CUT,  /* it broke off; worth another attempt */
	ENGINE_FAULT /* another attempt would end the same way */
};

/* What an end of libcurl's that is not CURLE_OK means. */
enum engine_fault engine_fault(CURLcode code);

#endif
