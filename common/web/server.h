/*
 * HTTP (RFC 9110, 9112), by libmicrohttpd: one thread speaks with browsers and hands on
 * what it remembers; some others read the database and make pages.
 */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>

#include "web/guard.h"
#include "web/pool.h"

#define SERVER_HEADER_MAX 32768 /* bytes of a request */
#define SERVER_CONNECTIONS 256
#define SERVER_SECONDS 10 /* for a request to come whole */

struct server_options {
	int fd; /* it listens */
	const char
	    *user_header; /* names who asks, as a web server in front says; or NULL */
	long idle;	  /* end after so many seconds without a request; 0: never */
};

/*
 * Serve until the process is told to end (base/interrupt.h).  The guard, the pool and the
 * options are borrowed; fd is closed.  The exit status.
 */
int server_run(
    const struct server_options *options, const struct guard *guard, struct pool *pool);

#endif
