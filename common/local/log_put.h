/*
 * Log lines, as records: into the backlog of a database (stream/backlog.h), so that
 * nobody waits for it, or to stdout.
 */
#ifndef LOG_PUT_H
#define LOG_PUT_H

#include "local/log_level.h"
#include "stream/backlog.h"
#include "stream/stream.h"
#include "text/buffer.h"

enum log_form {
	LOG_PLAIN,    /* a line is a message */
	LOG_JSON,     /* an object with a message, and what else it says of itself */
	LOG_JOURNALD, /* one of journalctl -o json */
};

/* What lines have that say nothing else. */
struct log_put {
	const char *db; /* NULL: stdout */
	const struct log_level *level;
	const char *site, *session, *job; /* session and job may be NULL */
	enum log_form form;
};

/*
 * Log one message with its details, which may be NULL.  The exit status: 0; 1 after a
 * message and the line itself on stderr: it could not be written.
 */
int log_put_message(const struct log_put *put, const char *message, const char *detail);

/* The same for each line of a descriptor, as they come. */
int log_put_lines(const struct log_put *put, int fd);

#endif
