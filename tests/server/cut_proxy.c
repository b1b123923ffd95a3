/*
 * A bad line between a client and a server on loopback: cuts connections, is slow, and
 * leads to another server after a while.  What it does follows from its seed and from
 * how many bytes came through.
 *
 *	cut_proxy [OPTION...] --to PORT --pid FILE
 *
 *	--to PORT        the server, on 127.0.0.1
 *	--pid FILE       written when it listens: process id and, on the next line, our
 *port
 *	--port PORT      listen there (default: any that is free)
 *	--ftp            the server speaks FTP: PASV and EPSV replies (RFC 959, RFC 2428)
 *	                 are rewritten, and only the data connections are cut and counted
 *	--cuts N         cut N connections in all (0) ...
 *	--every BYTES    ... after about so many bytes from the server each (100000)
 *	--latency MS     each way; opening a connection takes a round trip more (0)
 *	--rate BYTES     a second, each connection (no limit)
 *	--after N --then PORT   from connection N + 1 on, lead to this port
 *	--seed N         (1)
 *	--stats FILE     on SIGUSR1 and at the end: BYTES CUTS CONNECTIONS
 *
 * Ends on SIGTERM.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 16384
#define PAIRS 200
#define LISTENERS 200
#define QUEUE_MAX ((size_t)4 * 1024 * 1024)

/* Bytes that arrive when their time has come. */
struct chunk {
	struct chunk *next;
	double due;
	size_t n, at;
	char bytes[CHUNK + 64]; /* a rewritten reply may be longer */
};

/* One direction of a connection. */
struct flow {
	struct chunk *first, **last;
	size_t queued;
	double free_at; /* when the line has sent what is queued */
	bool ended;	/* the sender has closed */
	bool shut;	/* and the receiver was told */
};

/* A connection: side 0 is the client's, 1 the server's. */
struct pair {
	int fd[2];	     /* -1: not in use */
	struct flow flow[2]; /* flow[i] goes from side i */
	bool data;	     /* is cut and counted */
	bool control;	     /* of FTP */
	double opens_at;
};

/* A port of ours. */
struct listener {
	int fd; /* -1: not in use */
	int to;
	bool data; /* of FTP: for one connection */
};

static int option_to, option_port, option_then, option_after = -1, option_cuts,
						option_seed = 1;
static long option_every = 100000, option_latency, option_rate;
static int option_ftp;
static const char *option_pid, *option_stats;

static struct pair pairs[PAIRS];
static struct listener listeners[LISTENERS];
static unsigned long long random_state;
static long long bytes, next_cut;
static int cuts, connections;
static volatile sig_atomic_t ending, telling;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* xorshift64* (Vigna 2016) */
static unsigned long long
random_next(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 2685821657736338717ULL;
}

static void
plan_cut(void)
{
	long long from = option_every / 2;

	next_cut = bytes + from +
		   (long long)(random_next() % (unsigned long long)(option_every + 1));
}

static void
tell_stats(void)
{
	char fresh[4096];
	FILE *out;

	if (option_stats == NULL)
		return;
	snprintf(fresh, sizeof(fresh), "%s.new", option_stats);
	out = fopen(fresh, "w");
	if (out == NULL)
		return;
	fprintf(out, "%lld %d %d\n", bytes, cuts, connections);
	fclose(out);
	rename(fresh, option_stats);
}

/* ---- sockets ---------------------------------------------------------------------- */

static struct sockaddr_in
loopback(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((unsigned short)port);
	return address;
}

/* Listen on a port (0: any) that leads to another; our port, or -1. */
static int
listen_for(int port, int to, bool data)
{
	struct sockaddr_in address = loopback(port);
	socklen_t size = sizeof(address);
	struct listener *l = listeners;
	int one = 1;

	while (l < listeners + LISTENERS && l->fd >= 0)
		l++;
	if (l == listeners + LISTENERS)
		return -1;
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(l->fd, (struct sockaddr *)&address, size) != 0 ||
	    listen(l->fd, 100) != 0 ||
	    getsockname(l->fd, (struct sockaddr *)&address, &size) != 0) {
		close(l->fd);
		l->fd = -1;
		return -1;
	}
	l->to = to;
	l->data = data;
	return ntohs(address.sin_port);
}

static void
flow_empty(struct flow *flow)
{
	while (flow->first != NULL) {
		struct chunk *chunk = flow->first;

		flow->first = chunk->next;
		free(chunk);
	}
}

/*
 * Close both sides.  After a cut the server's is reset, and the client's, too, at every
 * other cut: a reset throws away what the client has not read yet, an end does not.
 */
static void
pair_close(struct pair *pair, bool reset)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	for (int i = 0; i < 2; i++) {
		if (reset && (i == 1 || cuts % 2 == 0))
			setsockopt(
			    pair->fd[i], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		close(pair->fd[i]);
		pair->fd[i] = -1;
		flow_empty(&pair->flow[i]);
	}
}

static void
accept_one(struct listener *l)
{
	struct sockaddr_in address = loopback(l->to);
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), one = 1;
	struct pair *pair = pairs;

	if (fd < 0)
		return;
	while (pair < pairs + PAIRS && pair->fd[0] >= 0)
		pair++;
	if (pair == pairs + PAIRS) {
		close(fd);
		return;
	}
	*pair = (struct pair){.fd = {fd, -1}};
	if (!l->data && option_after >= 0 && connections >= option_after)
		address = loopback(option_then);
	pair->fd[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(pair->fd[1], (struct sockaddr *)&address, sizeof(address)) != 0) {
		pair_close(pair, true);
		return;
	}
	fcntl(pair->fd[1], F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 2; i++) {
		setsockopt(pair->fd[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		pair->flow[i].last = &pair->flow[i].first;
	}
	pair->control = option_ftp && !l->data;
	pair->data = !pair->control;
	pair->opens_at = now() + (double)option_latency * 2e-3;
	connections += !l->data;
	if (l->data) { /* each is for one connection */
		close(l->fd);
		l->fd = -1;
	}
}

/* ---- what passes --------------------------------------------------------------------
 */

/* The reply to PASV or EPSV names a port: put one of ours in its place. */
static void
rewrite(struct chunk *chunk)
{
	unsigned h[4], high, low;
	int port, ours;

	chunk->bytes[chunk->n] = '\0';
	if (sscanf(chunk->bytes, "227 %*[^(](%u,%u,%u,%u,%u,%u)", &h[0], &h[1], &h[2],
		&h[3], &high, &low) == 6) {
		ours = listen_for(0, (int)(high * 256 + low), true);
		chunk->n = (size_t)sprintf(chunk->bytes,
		    "227 Entering Passive Mode (127,0,0,1,%d,%d).\r\n", ours / 256,
		    ours % 256);
	} else if (sscanf(chunk->bytes, "229 %*[^(](|||%d|)", &port) == 1) {
		ours = listen_for(0, port, true);
		chunk->n = (size_t)sprintf(chunk->bytes,
		    "229 Entering Extended Passive Mode (|||%d|)\r\n", ours);
	}
}

/* Read from side i what there is; false: the connection broke. */
static bool
take(struct pair *pair, int i)
{
	struct flow *flow = &pair->flow[i];
	struct chunk *chunk = malloc(sizeof(*chunk));
	ssize_t n = chunk != NULL ? read(pair->fd[i], chunk->bytes, CHUNK) : -1;
	double at = now();

	if (n <= 0) {
		free(chunk);
		flow->ended = n == 0;
		return n == 0 || errno == EAGAIN || errno == EINTR;
	}
	chunk->next = NULL;
	chunk->n = (size_t)n;
	chunk->at = 0;
	if (i == 1 && pair->control)
		rewrite(chunk);
	if (at < pair->opens_at)
		at = pair->opens_at;
	if (at < flow->free_at)
		at = flow->free_at;
	if (option_rate > 0)
		at += (double)n / (double)option_rate;
	flow->free_at = at;
	chunk->due = at + (double)option_latency * 1e-3;
	*flow->last = chunk;
	flow->last = &chunk->next;
	flow->queued += chunk->n;
	return true;
}

/* Write to the other side what is due; false: the connection broke, or is cut. */
static bool
give(struct pair *pair, int i, double when)
{
	struct flow *flow = &pair->flow[i];
	int to = pair->fd[1 - i];

	while (flow->first != NULL && flow->first->due <= when) {
		struct chunk *chunk = flow->first;
		bool counted = i == 1 && pair->data;
		bool cutting = counted && cuts < option_cuts;
		size_t n = chunk->n - chunk->at;
		ssize_t written;

		if (cutting && next_cut - bytes < (long long)n)
			n = next_cut > bytes ? (size_t)(next_cut - bytes) : 0;
		written = n > 0 ? send(to, chunk->bytes + chunk->at, n, MSG_NOSIGNAL) : 0;
		if (written < 0)
			return errno == EAGAIN || errno == EINTR;
		chunk->at += (size_t)written;
		if (counted)
			bytes += written;
		if (cutting && bytes >= next_cut) {
			cuts++;
			plan_cut();
			return false;
		}
		if (chunk->at < chunk->n)
			return true;
		flow->queued -= chunk->n;
		flow->first = chunk->next;
		if (flow->first == NULL)
			flow->last = &flow->first;
		free(chunk);
	}
	if (flow->ended && flow->first == NULL && !flow->shut) {
		shutdown(to, SHUT_WR);
		flow->shut = true;
	}
	return true;
}

/* Milliseconds until the next chunk is due; -1 if none waits. */
static int
soonest(double when)
{
	double due = -1;

	for (struct pair *pair = pairs; pair < pairs + PAIRS; pair++)
		for (int i = 0; i < 2 && pair->fd[0] >= 0; i++)
			if (pair->flow[i].first != NULL &&
			    pair->flow[i].first->due > when &&
			    (due < 0 || pair->flow[i].first->due < due))
				due = pair->flow[i].first->due;
	return due < 0 ? -1 : (int)((due - when) * 1e3) + 1;
}

/* ---- the loop ------------------------------------------------------------------------
 */

static struct pollfd polled[LISTENERS + 2 * PAIRS];

static nfds_t
ask(double when)
{
	nfds_t n = 0;

	for (struct listener *l = listeners; l < listeners + LISTENERS; l++)
		if (l->fd >= 0)
			polled[n++] = (struct pollfd){.fd = l->fd, .events = POLLIN};
	for (struct pair *pair = pairs; pair < pairs + PAIRS; pair++)
		for (int i = 0; i < 2 && pair->fd[0] >= 0; i++) {
			const struct flow *in = &pair->flow[i], *out = &pair->flow[1 - i];
			short events = 0;

			if (!in->ended && in->queued < QUEUE_MAX)
				events |= POLLIN;
			if (out->first != NULL && out->first->due <= when)
				events |= POLLOUT;
			if (events != 0)
				polled[n++] =
				    (struct pollfd){.fd = pair->fd[i], .events = events};
		}
	return n;
}

static bool
is_ready(nfds_t n, int fd)
{
	for (nfds_t i = 0; i < n; i++)
		if (polled[i].fd == fd)
			return (polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
	return false;
}

static void
serve_pair(struct pair *pair, nfds_t n)
{
	double when = now();

	for (int i = 0; i < 2; i++)
		if (!pair->flow[i].ended && is_ready(n, pair->fd[i]) && !take(pair, i)) {
			pair_close(pair, true);
			return;
		}
	for (int i = 0; i < 2; i++)
		if (!give(pair, i, when)) {
			pair_close(pair, true);
			return;
		}
	if (pair->flow[0].shut && pair->flow[1].shut)
		pair_close(pair, false);
}

static void
on_signal(int number)
{
	if (number == SIGTERM)
		ending = 1;
	else
		telling = 1;
}

static void
run(void)
{
	while (!ending) {
		double when = now();
		nfds_t n = ask(when);
		int wait = soonest(when);

		(void)poll(polled, n, wait);
		if (telling) {
			telling = 0;
			tell_stats();
		}
		/* Ask first, accept last: a new pair may get the number of an old one. */
		for (struct pair *pair = pairs; pair < pairs + PAIRS; pair++)
			if (pair->fd[0] >= 0)
				serve_pair(pair, n);
		for (struct listener *l = listeners; l < listeners + LISTENERS; l++)
			if (l->fd >= 0 && is_ready(n, l->fd))
				accept_one(l);
	}
	tell_stats();
}

static int
read_options(int argc, char **argv)
{
	static const struct option table[] = {
	    {"to", required_argument, NULL, 't'},
	    {"pid", required_argument, NULL, 'i'},
	    {"port", required_argument, NULL, 'p'},
	    {"ftp", no_argument, &option_ftp, 1},
	    {"cuts", required_argument, NULL, 'c'},
	    {"every", required_argument, NULL, 'e'},
	    {"latency", required_argument, NULL, 'l'},
	    {"rate", required_argument, NULL, 'r'},
	    {"after", required_argument, NULL, 'a'},
	    {"then", required_argument, NULL, 'n'},
	    {"seed", required_argument, NULL, 's'},
	    {"stats", required_argument, NULL, 'w'},
	    {NULL, 0, NULL, 0},
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "", table, NULL)) != -1) {
		long number = optarg != NULL ? strtol(optarg, NULL, 10) : 0;

		switch (letter) {
		case 0:
			break;
		case 't':
			option_to = (int)number;
			break;
		case 'i':
			option_pid = optarg;
			break;
		case 'p':
			option_port = (int)number;
			break;
		case 'c':
			option_cuts = (int)number;
			break;
		case 'e':
			option_every = number;
			break;
		case 'l':
			option_latency = number;
			break;
		case 'r':
			option_rate = number;
			break;
		case 'a':
			option_after = (int)number;
			break;
		case 'n':
			option_then = (int)number;
			break;
		case 's':
			option_seed = (int)number;
			break;
		case 'w':
			option_stats = optarg;
			break;
		default:
			return 2;
		}
	}
	return option_to == 0 || option_pid == NULL || option_every < 1 ? 2 : 0;
}

int
main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal};
	FILE *pid;
	int port;

	if (read_options(argc, argv) != 0) {
		fprintf(stderr, "usage: cut_proxy [OPTION...] --to PORT --pid FILE\n");
		return 2;
	}
	for (int i = 0; i < PAIRS; i++)
		pairs[i].fd[0] = pairs[i].fd[1] = -1;
	for (int i = 0; i < LISTENERS; i++)
		listeners[i].fd = -1;
	random_state =
	    (unsigned long long)option_seed * 2654435761ULL + 88172645463325252ULL;
	plan_cut();
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	port = listen_for(option_port, option_to, false);
	pid = port > 0 ? fopen(option_pid, "w") : NULL;
	if (pid == NULL) {
		perror("cut_proxy");
		return 1;
	}
	fprintf(pid, "%ld\n%d\n", (long)getpid(), port);
	fclose(pid);
	run();
	return 0;
}
