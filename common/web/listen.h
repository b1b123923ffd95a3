/* Sockets that only this machine reaches: of loopback, of a file, or handed on by
   systemd. */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>

struct listen {
	int fd;
	unsigned port;	  /* 0: a file */
	const char *path; /* of the file, which listen_close() removes; or NULL */
	bool handed;	  /* systemd's */
};

/*
 * Listen on a port of 127.0.0.1 (0: any that is free), on a file (path not NULL, mode
 * 0600, in place of one that nobody listens on any more), or on what systemd hands on
 * (sd_listen_fds(3)), which counts most.  0, or after a message the exit status: 1, or 2
 * where what systemd hands on can be reached from elsewhere.
 */
int listen_open(struct listen *listen, unsigned port, const char *path);

/* Remove the file; the descriptor is the server's. */
void listen_close(struct listen *listen);

#endif
