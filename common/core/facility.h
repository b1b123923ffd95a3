/*
 * A server database, for those who read a file: what they need of it, in a file of their
 * own, so that the same questions have the same answers.  elog-push reads the server.
 */
#ifndef FACILITY_H
#define FACILITY_H

#include <stdbool.h>

struct facility {
	char *directory; /* NULL: it is a file, and *database stayed as it was */
	char *file;
};

/*
 * Where *database is the address of a server, put these streams ("sites,logs") of it into
 * a new database, which *database then names.  config_file is handed on (NULL: none).
 * The exit status, after a message.  To be released in any case.
 */
int facility_open(struct facility *facility, char **database, const char *streams,
    const char *config_file);

/* Remove it. */
void facility_close(struct facility *facility);

#endif
