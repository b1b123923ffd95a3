/*
 * A web server that goes wrong on demand, for tests; and a proxy that is slow.
 * Loopback and plain HTTP/1.1 only.  The port is the kernel's selector; it is printed
 * on stdout as soon as connections are taken.
 *
 *	fault_server [-r DOCROOT] [-u PORT] [-d MS] [-l LOG] [RULE...]
 *
 * A request is answered from the file DOCROOT/PATH (-r; index.html of what ends in a
 * slash), or passed on to 127.0.0.1:PORT
 * (-u), unless a RULE says otherwise: "PATTERN TIMES FAULT [ARGUMENT]...", where PATTERN
 * is a glob over the path with its query, and TIMES how many requests the rule is good
 * for, or "always".  The first rule that matches and is not used up counts.
 *
 *	reset				at once, no byte of an answer
 *	reset-headers			in the middle of the headers
 *	reset-body			in the middle of the body
 *	stall				no answer, ever
 *	stall-body N			N bytes of the body, then nothing, ever
 *	trickle				the headers, then one byte a second
 *	short				half of what Content-Length promises
 *	short-close			half of the body, no Content-Length
 *	short-chunked			half of the body, chunked, without an end
 *	gzip-cut			half of a gzip stream
 *	gzip-lie			Content-Encoding: gzip, and no gzip
 *	gzip-bomb MB			a gzip stream that swells to that
 *	status CODE [after=WHEN]	an error page; Retry-After: WHEN as it stands, or
 *					after=date+N: the date in N seconds
 *	login				a login page, with status 200
 *	redirect URL			"%" stands for our own port, "^" for the path
 *	body FILE			that body, with status 200
 *	string MB			a record whose content is that long
 *	deep N				a record so many arrays deep
 *	vanish				stop listening, and reset everybody
 *
 * -d delays what goes either way by MS, as a long wire does; and what comes first on a
 * connection by two more, the time of the handshake.
 *
 * LOG gets a line a request, parted by tabs: connection, method, path, host, fault or -.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
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

#define CONNECTIONS_MAX 500
#define RULES_MAX 64
#define HEAD_MAX 65536
#define PATTERN_MAX 13 /* bytes of a repeated pattern */

struct rule {
	char *pattern, *fault, *argument, *more;
	long times; /* -1: always */
};

/* Bytes on their way, with the time before which they must not go on. */
struct packet {
	struct packet *next;
	long long due;
	size_t n, done;
	char bytes[];
};

struct queue {
	struct packet *first, *last;
};

enum ending { GO_ON, CLOSE, RESET, HOLD };

struct connection {
	long id;
	int client, server; /* server: -1 if nothing is passed on */
	struct queue to_client, to_server;
	bool begun; /* something came from the client */
	char head[HEAD_MAX + 1];
	size_t head_used;
	/* When to_client is empty: a pattern so many times, then a tail, then the end. */
	char pattern[PATTERN_MAX];
	size_t pattern_n;
	long long repeat;
	const char *tail;
	enum ending ending;
	bool trickle;
};

static struct connection *connections[CONNECTIONS_MAX];
static struct rule rules[RULES_MAX];
static int rule_count, listener, own_port, upstream;
static long delay;
static const char *docroot;
static FILE *logfile;

static void
die(const char *what)
{
	fprintf(stderr, "fault_server: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
append(struct queue *queue, const char *bytes, size_t n, long long due)
{
	struct packet *packet = malloc(sizeof(*packet) + n);

	if (packet == NULL)
		die("malloc");
	*packet = (struct packet){.due = due, .n = n};
	memcpy(packet->bytes, bytes, n);
	if (queue->first == NULL)
		queue->first = packet;
	else
		queue->last->next = packet;
	queue->last = packet;
}

static void
clear(struct queue *queue)
{
	while (queue->first != NULL) {
		struct packet *packet = queue->first;

		queue->first = packet->next;
		free(packet);
	}
}

static void
end_connection(struct connection **place, bool reset)
{
	struct connection *c = *place;

	if (reset)
		setsockopt(c->client, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0},
		    sizeof(struct linger));
	close(c->client);
	if (c->server >= 0)
		close(c->server);
	clear(&c->to_client);
	clear(&c->to_server);
	free(c);
	*place = NULL;
}

/* ---- answers ---------------------------------------------------------------- */

static void
send_text(struct connection *c, const char *text, size_t n)
{
	append(&c->to_client, text, n, c->trickle ? now_ms() + 1000 : 0);
}

/* The headers; length < 0: no Content-Length. */
static void
send_head(struct connection *c, const char *status, const char *more, long long length)
{
	char text[4096], promise[60] = "";

	if (length >= 0)
		snprintf(promise, sizeof(promise), "Content-Length: %lld\r\n", length);
	snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\nContent-Type: application/json; charset=utf-8\r\n%s%s\r\n",
	    status, more, promise);
	append(&c->to_client, text, strlen(text), 0);
}

static void
send_page(struct connection *c, const char *status, const char *more, const char *text)
{
	send_head(c, status, more, (long long)strlen(text));
	send_text(c, text, strlen(text));
}

/* Read a file whole; NULL if there is none. */
static char *
read_file(const char *path, size_t *n)
{
	FILE *file = fopen(path, "r");
	char *text;
	long size;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
	    (text = malloc((size_t)size + 1)) == NULL) {
		fclose(file);
		return NULL;
	}
	rewind(file);
	*n = fread(text, 1, (size_t)size, file);
	fclose(file);
	return text;
}

/* The file of a path: without its query, decoded, index.html of a directory.  NULL if
   there is none. */
static char *
read_document(const char *path, size_t *n)
{
	char name[4096];
	size_t used = (size_t)snprintf(name, sizeof(name), "%s", docroot);

	for (; *path != '\0' && *path != '?' && used < sizeof(name) - 1; path++) {
		unsigned byte;

		if (*path == '%' && sscanf(path + 1, "%2x", &byte) == 1) {
			name[used++] = (char)byte;
			path += 2;
		} else {
			name[used++] = *path;
		}
	}
	name[used] = '\0';
	if (used > 0 && name[used - 1] == '/')
		snprintf(name + used, sizeof(name) - used, "index.html");
	return strstr(name, "/../") != NULL ? NULL : read_file(name, n);
}

/* A gzip stream that does not compress: stored blocks (RFC 1951, 3.2.4). */
static char *
gzip(const char *text, size_t n, size_t *size)
{
	static const char header[10] = "\x1f\x8b\x08\0\0\0\0\0\0\3";
	char *out = malloc(n + n / 65535 * 5 + 64), *p = out;
	unsigned long crc = 0xffffffff;

	if (out == NULL)
		die("malloc");
	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	crc ^= 0xffffffff;
	memcpy(p, header, sizeof(header));
	p += sizeof(header);
	for (size_t at = 0, part; at < n; at += part) {
		part = n - at < 65535 ? n - at : 65535;
		*p++ = at + part == n;
		*p++ = (char)(part & 255);
		*p++ = (char)(part >> 8);
		*p++ = (char)(~part & 255);
		*p++ = (char)(~part >> 8 & 255);
		memcpy(p, text + at, part);
		p += part;
	}
	for (int i = 0; i < 4; i++)
		*p++ = (char)(crc >> 8 * i & 255);
	for (int i = 0; i < 4; i++)
		*p++ = (char)(n >> 8 * i & 255);
	*size = (size_t)(p - out);
	return out;
}

/*
 * A gzip stream of spaces: one literal, then matches of 258 bytes at distance 1 in the
 * fixed Huffman code (RFC 1951, 3.2.6), 13 bits each, so that the bytes repeat after 13.
 */
static void
send_bomb(struct connection *c, long long megabytes)
{
	static const char bits[] = "110"
				   "01010000"; /* last block, fixed code; ' ' */
	static const char match[] = "11000101"
				    "00000";
	unsigned char bytes[2 + PATTERN_MAX] = {0};

	for (size_t i = 0; i < sizeof(bytes) * 8; i++) {
		char bit = i < 11 ? bits[i] : match[(i - 11) % 13];

		if (bit == '1')
			bytes[i / 8] |= (unsigned char)(1 << i % 8);
	}
	send_head(c, "200 OK", "Content-Encoding: gzip\r\nConnection: close\r\n", -1);
	append(&c->to_client, "\x1f\x8b\x08\0\0\0\0\0\0\3", 10, 0);
	append(&c->to_client, (char *)bytes, 2, 0);
	memcpy(c->pattern, bytes + 2, PATTERN_MAX);
	c->pattern_n = PATTERN_MAX;
	c->repeat = megabytes * 1024 * 1024 / (258 * 8);
	c->ending = CLOSE;
}

/* A record with a part made of one letter, n times. */
static void
send_made(
    struct connection *c, const char *before, char letter, long long n, const char *tail)
{
	send_head(
	    c, "200 OK", "", (long long)strlen(before) + n + (long long)strlen(tail));
	append(&c->to_client, before, strlen(before), 0);
	c->pattern[0] = letter;
	c->pattern_n = 1;
	c->repeat = n;
	c->tail = tail;
}

static void
send_deep(struct connection *c, size_t n)
{
	static const char before[] = "{\"success\": true, \"value\": [{\"_id\": \"x\", "
				     "\"num\": 1, \"deep\": ";
	size_t size = sizeof(before) - 1;
	char *text = malloc(size + 2 * n + 4);

	if (text == NULL)
		die("malloc");
	memcpy(text, before, size);
	memset(text + size, '[', n);
	memset(text + size + n, ']', n);
	memcpy(text + size + 2 * n, "}]}", 4);
	send_page(c, "200 OK", "", text);
	free(text);
}

static void
send_status(struct connection *c, const struct rule *rule)
{
	char status[80], after[120] = "", date[60];
	time_t when;

	snprintf(status, sizeof(status), "%s What a Pity", rule->argument);
	if (rule->more != NULL && strncmp(rule->more, "after=date+", 11) == 0) {
		when = time(NULL) + atol(rule->more + 11);
		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime(&when));
		snprintf(after, sizeof(after), "Retry-After: %s\r\n", date);
	} else if (rule->more != NULL) {
		snprintf(after, sizeof(after), "Retry-After: %s\r\n", rule->more + 6);
	}
	send_page(c, status, after, "<html><body>an error page</body></html>\n");
}

static void
send_redirect(struct connection *c, const char *to, const char *path)
{
	char location[3000] = "Location: ", own[12];
	size_t used = strlen(location);

	snprintf(own, sizeof(own), "%d", own_port);
	for (; *to != '\0' && used < 2900; to++) {
		const char *part = *to == '%' ? own : *to == '^' ? path : NULL;

		if (part != NULL)
			used +=
			    (size_t)snprintf(location + used, 2900 - used, "%s", part);
		else
			location[used++] = *to;
	}
	memcpy(location + used, "\r\n", 3);
	send_page(c, "302 Found", location, "moved\n");
}

/* What goes wrong with a body that is there. */
static void
send_spoilt(
    struct connection *c, const char *fault, long argument, const char *body, size_t n)
{
	char chunk[24], *packed;
	size_t size, half = n / 2;

	c->ending = CLOSE;
	if (strncmp(fault, "gzip-", 5) == 0) {
		packed = gzip(body, n, &size);
		if (strcmp(fault, "gzip-cut") == 0)
			half = size / 2;
		else
			memset(packed, 'x', half = size);
		send_head(c, "200 OK", "Content-Encoding: gzip\r\n", (long long)half);
		send_text(c, packed, half);
		free(packed);
		c->ending = GO_ON;
		return;
	}
	if (strcmp(fault, "short-close") == 0) {
		send_head(c, "200 OK", "Connection: close\r\n", -1);
	} else if (strcmp(fault, "short-chunked") == 0) {
		send_head(c, "200 OK", "Transfer-Encoding: chunked\r\n", -1);
		snprintf(chunk, sizeof(chunk), "%zx\r\n", n);
		send_text(c, chunk, strlen(chunk));
	} else {
		send_head(c, "200 OK", "", (long long)n);
	}
	if (strcmp(fault, "trickle") == 0) {
		c->trickle = true;
		half = n;
	} else if (strcmp(fault, "stall-body") == 0) {
		c->ending = HOLD;
		half = (size_t)argument < n ? (size_t)argument : n;
	} else if (strcmp(fault, "reset-body") == 0) {
		c->ending = RESET;
	}
	send_text(c, body, half);
}

static void
vanish(void)
{
	close(listener);
	listener = -1;
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		if (connections[i] != NULL)
			connections[i]->ending = RESET;
}

/* Answer a request by a rule, or from the docroot if rule is NULL. */
static void
answer(struct connection *c, const char *path, const struct rule *rule)
{
	const char *fault = rule != NULL ? rule->fault : "";
	long number = rule != NULL && rule->argument != NULL ? atol(rule->argument) : 0;
	char *body;
	size_t n = 0;

	if (strcmp(fault, "reset") == 0) {
		c->ending = RESET;
	} else if (strcmp(fault, "reset-headers") == 0) {
		append(&c->to_client, "HTTP/1.1 200 OK\r\nContent-Ty", 27, 0);
		c->ending = RESET;
	} else if (strcmp(fault, "stall") == 0) {
		c->ending = HOLD;
	} else if (strcmp(fault, "gzip-bomb") == 0) {
		send_bomb(c, number);
	} else if (strcmp(fault, "status") == 0) {
		send_status(c, rule);
	} else if (strcmp(fault, "login") == 0) {
		send_page(c, "200 OK", "",
		    "<!DOCTYPE "
		    "html>\n<html><body><form>Password:</form></body></html>\n");
	} else if (strcmp(fault, "redirect") == 0) {
		send_redirect(c, rule->argument, path);
	} else if (strcmp(fault, "string") == 0) {
		send_made(c,
		    "{\"success\": true, \"value\": [{\"_id\": \"x\", \"content\": \"",
		    'a', (long long)number * 1024 * 1024, "\"}]}");
	} else if (strcmp(fault, "deep") == 0) {
		send_deep(c, (size_t)number);
	} else if (strcmp(fault, "vanish") == 0) {
		vanish();
	} else {
		body = strcmp(fault, "body") == 0 ? read_file(rule->argument, &n)
						  : read_document(path, &n);
		if (body == NULL) {
			send_page(c, "404 Not Found", "", "<html>no such thing</html>\n");
		} else if (rule == NULL || strcmp(fault, "body") == 0) {
			send_head(c, "200 OK", "", (long long)n);
			send_text(c, body, n);
		} else {
			send_spoilt(c, fault, number, body, n);
		}
		free(body);
	}
}

/* ---- requests --------------------------------------------------------------- */

static struct rule *
find_rule(const char *path)
{
	for (struct rule *rule = rules; rule < rules + rule_count; rule++)
		if (rule->times != 0 && fnmatch(rule->pattern, path, 0) == 0) {
			rule->times -= rule->times > 0;
			return rule;
		}
	return NULL;
}

/* A request whose head is whole. */
static void
take_request(struct connection *c)
{
	char method[16] = "", path[8192] = "", host[256] = "-";
	const char *at = strcasestr(c->head, "\r\nHost:");
	struct rule *rule;
	long long due;

	(void)sscanf(c->head, "%15s %8191s", method, path);
	if (at != NULL)
		(void)sscanf(at + 7, "%255s", host);
	rule = find_rule(path);
	if (logfile != NULL)
		fprintf(logfile, "%ld\t%s\t%s\t%s\t%s\n", c->id, method, path, host,
		    rule != NULL ? rule->fault : "-");
	if (rule == NULL && upstream != 0) {
		due = now_ms() + (c->begun ? delay : 3 * delay);
		append(&c->to_server, c->head, c->head_used, due);
	} else {
		answer(c, path, rule);
	}
	c->begun = true;
}

/* Bytes from the client.  Our clients wait for an answer before they ask again. */
static bool
read_client(struct connection *c)
{
	ssize_t n = read(c->client, c->head + c->head_used, HEAD_MAX - c->head_used);

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	c->head_used += (size_t)n;
	c->head[c->head_used] = '\0';
	if (strstr(c->head, "\r\n\r\n") != NULL) {
		take_request(c);
		c->head_used = 0;
	}
	return c->head_used < HEAD_MAX;
}

static bool
read_server(struct connection *c)
{
	static char buffer[256 * 1024];
	ssize_t n = read(c->server, buffer, sizeof(buffer));

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	append(&c->to_client, buffer, (size_t)n, now_ms() + delay);
	return true;
}

/* ---- connections ------------------------------------------------------------ */

static void
accept_client(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)upstream),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	static long ids;
	struct connection *c;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), one = 1;

	if (fd < 0)
		return;
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		if (connections[i] != NULL)
			continue;
		c = connections[i] = calloc(1, sizeof(*c));
		if (c == NULL)
			die("malloc");
		c->id = ++ids;
		c->client = fd;
		c->server = -1;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (upstream == 0)
			return;
		c->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (c->server < 0 ||
		    connect(c->server, (struct sockaddr *)&to, sizeof(to)) != 0)
			die("upstream");
		setsockopt(c->server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		fcntl(c->server, F_SETFL, O_NONBLOCK);
		return;
	}
	close(fd);
}

/* Write what is due.  False if the other side is gone. */
static bool
flush(int fd, struct queue *queue, bool trickle)
{
	while (queue->first != NULL && queue->first->due <= now_ms()) {
		struct packet *packet = queue->first;
		ssize_t n = send(fd, packet->bytes + packet->done,
		    trickle ? 1 : packet->n - packet->done, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN;
		packet->done += (size_t)n;
		if (trickle)
			packet->due = now_ms() + 1000;
		if (packet->done < packet->n)
			continue;
		queue->first = packet->next;
		free(packet);
	}
	return true;
}

/* Write the next part of a pattern, when all before it is written. */
static void
refill(struct connection *c)
{
	char part[PATTERN_MAX * 5000];
	long long times = 0;

	if (c->to_client.first != NULL)
		return;
	while (times < 5000 && times < c->repeat) {
		memcpy(part + (size_t)times * c->pattern_n, c->pattern, c->pattern_n);
		times++;
	}
	c->repeat -= times;
	if (times > 0)
		append(&c->to_client, part, (size_t)times * c->pattern_n, 0);
	if (c->repeat == 0 && c->tail != NULL) {
		append(&c->to_client, c->tail, strlen(c->tail), 0);
		c->tail = NULL;
	}
}

/* Move a connection on.  False if it is over, by closing or (*reset) otherwise. */
static bool
serve(struct connection *c, short from_client, short from_server, bool *reset)
{
	if (from_client != 0 && !read_client(c))
		return false;
	if (from_server != 0 && !read_server(c) && c->ending == GO_ON)
		c->ending = CLOSE;
	refill(c);
	if (!flush(c->client, &c->to_client, c->trickle) ||
	    (c->server >= 0 && !flush(c->server, &c->to_server, false)))
		return false;
	*reset = c->ending == RESET;
	return c->to_client.first != NULL || c->repeat > 0 || c->ending == GO_ON ||
	       c->ending == HOLD;
}

/* What to wait for, and for how long: the time until the next packet is due. */
static void
want(struct pollfd *p, int fd, const struct queue *out, bool more, int *timeout)
{
	long long wait = out->first != NULL ? out->first->due - now_ms() : 0;

	*p = (struct pollfd){.fd = fd, .events = POLLIN};
	if (out->first == NULL ? more : wait <= 0)
		p->events |= POLLOUT;
	else if (out->first != NULL && (*timeout < 0 || wait < *timeout))
		*timeout = (int)wait;
}

static void
work(void)
{
	static struct pollfd polls[2 * CONNECTIONS_MAX + 1];
	int timeout = -1;

	polls[0] = (struct pollfd){.fd = listener, .events = POLLIN};
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = connections[i];
		struct pollfd *p = &polls[1 + 2 * i];

		p[0].fd = p[1].fd = -1;
		if (c == NULL)
			continue;
		want(&p[0], c->client, &c->to_client, c->repeat > 0, &timeout);
		if (c->server >= 0)
			want(&p[1], c->server, &c->to_server, false, &timeout);
		if (c->ending == CLOSE) /* the server has gone */
			p[1].fd = -1;
	}
	if (poll(polls, 2 * CONNECTIONS_MAX + 1, timeout) < 0 && errno != EINTR)
		die("poll");
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		const struct pollfd *p = &polls[1 + 2 * i];
		short other = p[1].fd >= 0 ? (short)(p[1].revents & ~POLLOUT) : 0;
		bool reset = false;

		if (connections[i] != NULL &&
		    !serve(
			connections[i], (short)(p[0].revents & ~POLLOUT), other, &reset))
			end_connection(&connections[i], reset);
	}
	if (listener >= 0 && polls[0].revents != 0)
		accept_client();
}

static void
add_rule(char *text)
{
	static const char blank[] = " \t";
	struct rule *rule = &rules[rule_count++];
	char *times;

	if (rule_count > RULES_MAX)
		exit(2);
	rule->pattern = strtok(text, blank);
	times = strtok(NULL, blank);
	rule->fault = strtok(NULL, blank);
	rule->argument = strtok(NULL, blank);
	rule->more = strtok(NULL, blank);
	if (rule->fault == NULL) {
		fprintf(stderr, "fault_server: a rule is PATTERN TIMES FAULT...\n");
		exit(2);
	}
	rule->times = strcmp(times, "always") == 0 ? -1 : atol(times);
}

static void
start_listening(void)
{
	struct sockaddr_in own = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(own);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&own, sizeof(own)) != 0 ||
	    listen(listener, 128) != 0 ||
	    getsockname(listener, (struct sockaddr *)&own, &size) != 0)
		die("listen");
	own_port = ntohs(own.sin_port);
	printf("%d\n", own_port);
	fclose(stdout);
}

int
main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "r:u:d:l:")) != -1) {
		if (option == 'r')
			docroot = optarg;
		else if (option == 'u')
			upstream = atoi(optarg);
		else if (option == 'd')
			delay = atol(optarg);
		else if (option != 'l')
			return 2;
		else if ((logfile = fopen(optarg, "a")) == NULL)
			die(optarg);
	}
	if (logfile != NULL)
		setvbuf(logfile, NULL, _IOLBF, 0);
	while (optind < argc)
		add_rule(argv[optind++]);
	if (docroot == NULL)
		docroot = "/nonexistent";
	signal(SIGPIPE, SIG_IGN);
	start_listening();
	for (;;)
		work();
}
