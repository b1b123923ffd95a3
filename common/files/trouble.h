/* Servers that are not asked for a while, or not any more, because they were away. */
#ifndef TROUBLE_H
#define TROUBLE_H

#include <stdbool.h>

#define TROUBLE_MAX 64 /* so many are remembered */

struct troubles {
	struct trouble {
		char *url;	 /* of a file of it */
		long long until; /* clock_ms(), -1: for good */
	} servers[TROUBLE_MAX];
	int n;
};

/* Is the server of a URL not to be asked? */
bool trouble_with(const struct troubles *troubles, const char *url);

/* Do not ask it any more, or not for a minute; says so, and why, if that is news. */
void trouble_note(
    struct troubles *troubles, const char *url, bool for_good, const char *why);

void trouble_free(struct troubles *troubles);

#endif
