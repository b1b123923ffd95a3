/*
 * Who gets in.  On a login node every user shares 127.0.0.1, and every page in a browser
 * can send requests there: so a request must name us as its host, come from one of our
 * own pages or from nobody's, and show the token, or come through a web server that says
 * who it is.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "web/request.h"

#define GUARD_HOSTS_MAX 16
#define GUARD_TOKEN_BYTES 33 /* 32 hexadecimal digits: 128 bits */

struct guard {
	char token[GUARD_TOKEN_BYTES];
	char cookie[32];		    /* its name: of this server alone */
	const char *hosts[GUARD_HOSTS_MAX]; /* "127.0.0.1:8080", all that we are */
	size_t n_hosts;
	bool user; /* a web server in front vouches for who has a name */
};

enum guard_word {
	GUARD_IN,
	GUARD_TOKEN,   /* in, by the token in the address: it becomes a cookie */
	GUARD_STRANGE, /* the same, but from another page: a redirect loses the cookie */
	GUARD_HOST,    /* the rest is refused: it means another host, */
	GUARD_ORIGIN,  /* a page from elsewhere asks, */
	GUARD_OUT,     /* or there is no token, or a wrong one */
};

/* Take 128 bits from the system for the token.  0, or -1 after a message. */
int guard_begin(struct guard *guard, unsigned port);

/* Add a name under which we are asked.  False if there are too many. */
bool guard_host(struct guard *guard, const char *host);

/* May it pass? */
enum guard_word guard_ask(const struct guard *guard, struct request *request);

#endif
