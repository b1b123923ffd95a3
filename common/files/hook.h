/* A command of the user's for each file that came: elog-pull --exec. */
#ifndef HOOK_H
#define HOOK_H

#include <stdbool.h>
#include <sys/types.h>

#define HOOK_MAX 64

struct hook {
	const char *command; /* for sh; borrowed; NULL: none */
	int most;	     /* at once, up to HOOK_MAX */
	int n;
	pid_t children[HOOK_MAX];
	bool failed; /* one did, and was told */
};

/*
 * Run "sh -c COMMAND" with a path behind it as its argument, and the URL as ELOG_URL in
 * its environment; its stdout is our stderr, its stdin empty, its umask the user's. Waits
 * for one that runs if there are as many as may be.
 */
void hook_run(struct hook *hook, const char *path, const char *url);

/* See which have ended: with wait, wait for all of them. */
void hook_collect(struct hook *hook, bool wait);

#endif
