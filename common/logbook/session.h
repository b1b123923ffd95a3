/* A session with the logbook service that begins when it is first needed. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>

#include "base/config.h"
#include "logbook/service.h"

struct session {
	const struct config *config; /* borrowed */
	struct service service;
	bool begun;
	int status; /* once it has begun: 0, or the exit status of why there is none */
};

/*
 * Take the ticket, or read the token, the first time; a message says what is wrong.
 * Returns 0, or the exit status: 1, 2, 75 or 77.
 */
int session_begin(struct session *session);

/*
 * Does a URL lie under the service's own, so that credentials may go there?  For a
 * session that has begun.
 */
bool session_owns(const struct session *session, const char *url);

void session_end(struct session *session);

#endif
