#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"

#define BACKLOG 256
#define HANDED_FD 3 /* SD_LISTEN_FDS_START */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un file;
	struct sockaddr_storage room;
};

/* What a socket is bound to; the port of a file is 0.  False if others reach it. */
static bool
is_local(int fd, unsigned *port)
{
	union address address;
	socklen_t n = sizeof(address);

	*port = 0;
	if (getsockname(fd, &address.any, &n) != 0)
		return false;
	switch (address.any.sa_family) {
	case AF_UNIX:
		return true;
	case AF_INET:
		*port = ntohs(address.v4.sin_port);
		return ntohl(address.v4.sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		*port = ntohs(address.v6.sin6_port);
		return IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr);
	default:
		return false;
	}
}

/* Did systemd hand on one?  1, 0, or -1 after a message. */
static int
take_handed(struct listen *listen)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	bool several;

	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid() ||
	    strtol(count, NULL, 10) < 1)
		return 0;
	several = strtol(count, NULL, 10) > 1;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (several) {
		msg("systemd hands on several sockets: the unit must have one "
		    "ListenStream=");
		return -1;
	}
	if (!is_local(HANDED_FD, &listen->port)) {
		msg("the socket that systemd hands on is not one of this machine alone: "
		    "ListenStream= must be a path, or a port of 127.0.0.1");
		return -1;
	}
	(void)fcntl(HANDED_FD, F_SETFD, FD_CLOEXEC);
	(void)fcntl(HANDED_FD, F_SETFL, fcntl(HANDED_FD, F_GETFL) | O_NONBLOCK);
	listen->fd = HANDED_FD;
	listen->handed = true;
	return 1;
}

static int
open_port(struct listen *listen, unsigned port)
{
	union address address = {.v4 = {.sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	int on = 1;

	listen->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listen->fd < 0 ||
	    setsockopt(listen->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(listen->fd, &address.any, sizeof(address.v4)) != 0) {
		msg("127.0.0.1:%u: %s%s", port, strerror(errno),
		    errno == EADDRINUSE ? ": name another --port, or 0 for any" : "");
		return -1;
	}
	return is_local(listen->fd, &listen->port) ? 0 : -1;
}

/* A socket whose server is gone is in the way. */
static void
remove_dead(const struct sockaddr_un *address)
{
	struct stat st;
	int fd;

	if (lstat(address->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
	    errno == ECONNREFUSED)
		unlink(address->sun_path);
	if (fd >= 0)
		close(fd);
}

static int
open_file(struct listen *listen, const char *path)
{
	union address address = {.file = {.sun_family = AF_UNIX}};

	if (strlen(path) >= sizeof(address.file.sun_path)) {
		msg("%s: too long for the name of a socket", path);
		return -1;
	}
	memcpy(address.file.sun_path, path, strlen(path));
	remove_dead(&address.file);
	listen->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The umask makes it ours alone. */
	if (listen->fd < 0 || bind(listen->fd, &address.any, sizeof(address.file)) != 0) {
		msg("%s: %s", path,
		    errno == EADDRINUSE ? "another server listens there, or it is a file"
					: strerror(errno));
		return -1;
	}
	listen->path = path;
	(void)chmod(path, 0600);
	return 0;
}

int
listen_open(struct listen *socket, unsigned port, const char *path)
{
	int handed;

	*socket = (struct listen){.fd = -1};
	handed = take_handed(socket);
	if (handed != 0)
		return handed > 0 ? EXIT_DONE : EXIT_USAGE;
	if ((path != NULL ? open_file(socket, path) : open_port(socket, port)) != 0) {
		if (socket->fd >= 0)
			close(socket->fd);
		return EXIT_PARTIAL;
	}
	if (listen(socket->fd, BACKLOG) != 0) {
		msg("listen: %s", strerror(errno));
		return EXIT_PARTIAL;
	}
	return EXIT_DONE;
}

void
listen_close(struct listen *socket)
{
	if (socket->path != NULL)
		unlink(socket->path);
	socket->path = NULL;
}
