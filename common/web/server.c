#include "web/server.h"

#include <malloc.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/interrupt.h"
#include "base/msg.h"
#include "web/answer.h"
#include "web/assets.h"
#include "web/draft.h"
#include "web/links.h"
#include "web/memory.h"

#define WORKERS_MAX 8
#define TICK_MS 100
#define IDLE_SECONDS 30	   /* between two requests */
#define ANSWER_SECONDS 120 /* for a browser to take an answer */
#define EVENTS_MAX 128	   /* pages that wait for changes */
#define PING_MS 15000

/* What pages may do: nothing but what is named, and nothing elsewhere. */
#define POLICY                                                                           \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "      \
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "    \
	"frame-ancestors 'none'"
/* The same for what stands in a frame of ours: it is a text with pictures. */
#define FRAME_POLICY                                                                     \
	"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "      \
	"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

/* A request, from the first byte of its target until its answer was sent. */
struct exchange {
	struct exchange *next; /* in the queue */
	struct server *server;
	struct MHD_Connection *connection;
	char *target;
	struct request request;
	const struct page *page;
	const char *address; /* what it is remembered by */
	uint64_t version;
	struct answer answer;
	int status; /* of what was read; 0 if it is sound */
	enum guard_word word;
	const char *tag; /* of the answer that the browser has already */
	bool read;	 /* its header came */
	bool begun;	 /* it was asked for */
	bool made;
};

/* A page that is open in a browser, and waits for a change. */
struct listener {
	struct listener *next;
	struct server *server;
	struct MHD_Connection *connection;
	uint64_t known; /* the version that it shows */
	int64_t spoke;	/* when we last wrote */
	int fd;
	bool asleep, left;
};

struct server {
	const struct server_options *options;
	const struct guard *guard;
	struct pool *pool;
	struct MHD_Daemon *daemon;
	struct links links;
	struct memory memory;
	char tag[20]; /* what tells our ETags from those of another run */
	pthread_t workers[WORKERS_MAX];
	int n_workers;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct exchange *first, *last; /* that wait for a worker */
	struct listener *listeners;
	int n_listeners;
	int64_t asked;	  /* when the last request came */
	uint64_t version; /* that listeners are told of */
	bool stopping;
};

/* ---- Responses -------------------------------------------------------------- */

static void
add_header(struct MHD_Response *response, const char *name, const char *value)
{
	(void)MHD_add_response_header(response, name, value);
}

static void
add_headers(struct MHD_Response *response, const char *type, bool framed)
{
	if (type != NULL)
		add_header(response, "Content-Type", type);
	add_header(response, "Content-Security-Policy", framed ? FRAME_POLICY : POLICY);
	add_header(response, "X-Content-Type-Options", "nosniff");
	add_header(response, "X-Frame-Options", framed ? "SAMEORIGIN" : "DENY");
	add_header(response, "Referrer-Policy", "no-referrer");
	add_header(response, "Cross-Origin-Opener-Policy", "same-origin");
	add_header(response, "Cross-Origin-Resource-Policy", "same-origin");
}

/* The response that an answer becomes, whose body it takes.  NULL without memory. */
static struct MHD_Response *
response_of(struct answer *answer)
{
	struct MHD_Response *response;
	char disposition[600]; /* RFC 6266 */

	if (answer->fd >= 0) {
		response = MHD_create_response_from_fd64(answer->n, answer->fd);
		if (response != NULL)
			answer->fd = -1;
	} else {
		response = MHD_create_response_from_buffer(
		    answer->n, answer->body, MHD_RESPMEM_MUST_FREE);
		if (response != NULL)
			answer->body = NULL;
	}
	if (response == NULL)
		return NULL;
	add_headers(response, answer->type, answer->framed);
	if (answer->save_as != NULL &&
	    snprintf(disposition, sizeof(disposition), "attachment; filename*=UTF-8''%s",
		answer->save_as) < (int)sizeof(disposition))
		add_header(response, "Content-Disposition", disposition);
	return response;
}

/* Send a response that nobody remembers. */
static enum MHD_Result
send_once(
    struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
send_error(struct exchange *x, int status, const char *title, const char *text)
{
	struct MHD_Response *response;
	struct answer answer;

	answer_error(&answer, &x->request, status, title, text);
	response = response_of(&answer);
	answer_free(&answer);
	if (response != NULL) {
		add_header(response, "Cache-Control", "no-store");
		if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
			add_header(response, "Allow", "GET, HEAD");
	}
	return send_once(x->connection, (unsigned)status, response);
}

static enum MHD_Result
send_not_modified(struct exchange *x, const char *tag)
{
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

	if (response != NULL) {
		add_headers(response, NULL, x->page->framed);
		add_header(response, "ETag", tag);
	}
	return send_once(x->connection, MHD_HTTP_NOT_MODIFIED, response);
}

/* ---- The way in ------------------------------------------------------------- */

struct fields {
	const struct server *server;
	struct request *request;
	const char *tag;
	bool body;
};

/* Fields of the header that say something to us; those that must stand once. */
static enum MHD_Result
note_field(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct fields *fields = context;
	struct request *request = fields->request;
	const char *user = fields->server->options->user_header;
	const struct {
		const char *name;
		const char **value;
	} known[] = {
	    {"Host", &request->host},
	    {"Origin", &request->origin},
	    {"Sec-Fetch-Site", &request->site},
	    {"Sec-Fetch-Mode", &request->mode},
	    {"Cookie", &request->cookie},
	    {"If-None-Match", &fields->tag},
	    {user, &request->user},
	};

	(void)kind;
	fields->body |= strcasecmp(name, "Content-Length") == 0 &&
			(value == NULL || strcmp(value, "0") != 0);
	fields->body |= strcasecmp(name, "Transfer-Encoding") == 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].name != NULL && strcasecmp(known[i].name, name) == 0) {
			request->twice |= *known[i].value != NULL;
			*known[i].value = value != NULL ? value : "";
		}
	return MHD_YES;
}

/* The token was right: it becomes a cookie, and leaves the address. */
static enum MHD_Result
let_in(struct exchange *x, bool strange)
{
	static const char *const no_token[] = {"token", "", NULL};
	const char *there = request_address(&x->request, x->request.form, no_token);
	struct answer answer;
	struct MHD_Response *response;
	char cookie[160];

	if (there == NULL)
		return MHD_NO;
	/* Behind a redirect from another page, a browser does not send a strict cookie:
	   then a page of ours leads on. */
	answer_error(&answer, &x->request, 200, "Welcome", there);
	response = response_of(&answer);
	answer_free(&answer);
	if (response == NULL)
		return MHD_NO;
	snprintf(cookie, sizeof(cookie), "%s=%s; Path=/; HttpOnly; SameSite=Strict",
	    x->server->guard->cookie, x->server->guard->token);
	add_header(response, "Set-Cookie", cookie);
	add_header(response, "Cache-Control", "no-store");
	add_header(response, strange ? "Refresh" : "Location", there);
	return send_once(
	    x->connection, strange ? MHD_HTTP_OK : MHD_HTTP_SEE_OTHER, response);
}

/* Why it is refused; NULL if it is let in, or sent on. */
static const char *
refusal(enum guard_word word)
{
	switch (word) {
	case GUARD_HOST:
		return "This server is not that host.";
	case GUARD_ORIGIN:
		return "A page from elsewhere asked for this. Type the address, or "
		       "follow a "
		       "link of this logbook.";
	case GUARD_OUT:
		return "Open the address that elog-web printed when it was started "
		       "(under systemd it is in the file elog-web.address of its "
		       "RuntimeDirectory): it holds a token that lets you in.";
	default:
		return NULL;
	}
}

/* ---- What there is beside pages --------------------------------------------- */

static enum MHD_Result
send_asset(struct exchange *x, const struct asset *asset)
{
	char address[120];
	const struct memory_entry *known;
	struct MHD_Response *response;
	enum MHD_Result result;
	char *text;
	size_t n;

	snprintf(address, sizeof(address), "static %s", asset->name);
	known = memory_find(&x->server->memory, address, 0, 0);
	if (known != NULL)
		return MHD_queue_response(x->connection, MHD_HTTP_OK, known->response);
	text = asset_read(asset, &n);
	if (text == NULL)
		return send_error(x, MHD_HTTP_NOT_FOUND, "Not installed",
		    "The package that this file is from is not installed here.");
	response = MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE);
	if (response == NULL) {
		free(text);
		return MHD_NO;
	}
	add_headers(response, asset->type, false);
	add_header(response, "Cache-Control", "private, max-age=300");
	result = MHD_queue_response(x->connection, MHD_HTTP_OK, response);
	memory_keep(&x->server->memory, address, response, MHD_HTTP_OK, n, 0, 0);
	return result;
}

/* Write to a page that listens: how the database is now, if that is news. */
static ssize_t
tell(void *context, uint64_t at, char *out, size_t max)
{
	struct listener *listener = context;
	struct server *server = listener->server;
	int64_t now = links_now();
	ssize_t n = 0;

	pthread_mutex_lock(&server->lock);
	if (server->stopping || listener->left)
		n = MHD_CONTENT_READER_END_OF_STREAM;
	else if (listener->known != server->version) {
		listener->known = server->version;
		n = snprintf(out, max, "event: changed\ndata: %llu\n\n",
		    (unsigned long long)server->version);
	} else if (at == 0 || now - listener->spoke >= PING_MS) {
		n = snprintf(out, max, ": here\n\n");
	}
	if (n != 0) {
		listener->spoke = now;
	} else {
		listener->asleep = true;
		MHD_suspend_connection(listener->connection);
	}
	pthread_mutex_unlock(&server->lock);
	return n;
}

static void
stop_telling(void *context)
{
	struct listener *listener = context, **p;
	struct server *server = listener->server;

	pthread_mutex_lock(&server->lock);
	for (p = &server->listeners; *p != NULL; p = &(*p)->next)
		if (*p == listener) {
			*p = listener->next;
			server->n_listeners--;
			break;
		}
	pthread_mutex_unlock(&server->lock);
	free(listener);
}

static struct link *
link_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

static enum MHD_Result
send_events(struct exchange *x)
{
	struct server *server = x->server;
	const char *known = request_value(&x->request, "version");
	const union MHD_ConnectionInfo *info;
	struct listener *listener;
	struct MHD_Response *response;

	if (server->n_listeners >= EVENTS_MAX ||
	    (listener = calloc(1, sizeof(*listener))) == NULL)
		return send_error(x, MHD_HTTP_SERVICE_UNAVAILABLE, "Too many pages",
		    "Too many open pages wait for changes.");
	info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	*listener = (struct listener){.server = server,
	    .fd = info != NULL ? info->connect_fd : -1,
	    .connection = x->connection,
	    .known = known != NULL ? strtoull(known, NULL, 10) : 0};
	response = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, 1024, tell, listener, stop_telling);
	if (response == NULL) {
		free(listener);
		return MHD_NO;
	}
	pthread_mutex_lock(&server->lock);
	server->version = x->version;
	listener->next = server->listeners;
	server->listeners = listener;
	server->n_listeners++;
	pthread_mutex_unlock(&server->lock);
	links_allow(&server->links, link_of(x->connection), 0);
	/* Nor does the library end it, where a busy machine lets us speak too late. */
	(void)MHD_set_connection_option(x->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
	add_headers(response, "text/event-stream", false);
	add_header(response, "Cache-Control", "no-store");
	return send_once(x->connection, MHD_HTTP_OK, response);
}

/* ---- Pages ------------------------------------------------------------------ */

/* Hand a request to the workers; it comes back when its answer is made. */
static enum MHD_Result
hand_over(struct exchange *x)
{
	struct server *server = x->server;

	pthread_mutex_lock(&server->lock);
	if (server->stopping) {
		pthread_mutex_unlock(&server->lock);
		return MHD_NO;
	}
	MHD_suspend_connection(x->connection);
	if (server->last != NULL)
		server->last->next = x;
	else
		server->first = x;
	server->last = x;
	pthread_cond_signal(&server->wake);
	pthread_mutex_unlock(&server->lock);
	return MHD_YES;
}

static void *
work(void *context)
{
	struct server *server = context;

	pthread_mutex_lock(&server->lock);
	for (;;) {
		struct exchange *x = server->first;

		if (x == NULL && server->stopping)
			break;
		if (x == NULL) {
			pthread_cond_wait(&server->wake, &server->lock);
			continue;
		}
		server->first = x->next;
		if (server->first == NULL)
			server->last = NULL;
		pthread_mutex_unlock(&server->lock);
		answer_make(&x->answer, server->pool, x->page, &x->request, x->version);
		x->made = true;
		MHD_resume_connection(x->connection);
		pthread_mutex_lock(&server->lock);
	}
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

static enum MHD_Result
send_made(struct exchange *x)
{
	struct server *server = x->server;
	unsigned status = (unsigned)x->answer.status;
	struct MHD_Response *response = response_of(&x->answer);
	enum MHD_Result result;
	char tag[60];

	if (response == NULL)
		return MHD_NO;
	snprintf(
	    tag, sizeof(tag), "\"%s-%llu\"", server->tag, (unsigned long long)x->version);
	if (x->answer.keep && x->answer.seconds == 0 && status == MHD_HTTP_OK)
		add_header(response, "ETag", tag);
	add_header(response, "Cache-Control", "private, no-cache");
	result = MHD_queue_response(x->connection, status, response);
	if (x->answer.keep && status == MHD_HTTP_OK)
		memory_keep(&server->memory, x->address, response, status, x->answer.n,
		    x->version,
		    x->answer.seconds > 0 ? links_now() + x->answer.seconds * 1000L : 0);
	else
		MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
send_page(struct exchange *x)
{
	struct server *server = x->server;
	const struct memory_entry *known;
	char tag[60];

	x->address = request_address(&x->request, x->request.form, NULL);
	if (x->address == NULL)
		return MHD_NO;
	snprintf(
	    tag, sizeof(tag), "\"%s-%llu\"", server->tag, (unsigned long long)x->version);
	if (x->tag != NULL && x->page->seconds == 0 && strcmp(x->tag, tag) == 0)
		return send_not_modified(x, tag);
	known = memory_find(&server->memory, x->address, x->version, links_now());
	if (known != NULL)
		return MHD_queue_response(x->connection, known->status, known->response);
	return hand_over(x);
}

static enum MHD_Result
send_what(struct exchange *x)
{
	const struct request *request = &x->request;
	const struct asset *asset;

	if (request->n_segments == 2 && strcmp(request->segments[0], "static") == 0 &&
	    (asset = asset_find(request->segments[1])) != NULL)
		return send_asset(x, asset);
	x->version = pool_version(x->server->pool);
	if (request->n_segments == 1 && strcmp(request->segments[0], "events") == 0)
		return send_events(x);
	x->page = page_find(&x->request);
	if (x->page != NULL)
		return send_page(x);
	return send_error(x, MHD_HTTP_NOT_FOUND, "There is no such page",
	    "The address leads nowhere in this logbook.");
}

/* The header came.  Without a body, the answer waits for the next call: one at this time
   would end the connection. */
static enum MHD_Result
read_exchange(struct exchange *x, const char *method)
{
	struct fields fields = {.server = x->server, .request = &x->request};
	bool get = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
		   strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	enum guard_word word;

	x->status = request_read(&x->request, x->target);
	(void)MHD_get_connection_values(
	    x->connection, MHD_HEADER_KIND, note_field, &fields);
	x->tag = fields.tag;
	links_allow(&x->server->links, link_of(x->connection), ANSWER_SECONDS);
	x->server->asked = links_now();
	x->word = word = guard_ask(x->server->guard, &x->request);
	if (get && !fields.body)
		return MHD_YES;
	if (refusal(word) != NULL)
		return send_error(x, 403, "Not for you", refusal(word));
	if (get)
		return send_error(x, 400, "Only to read", "A request has no body here.");
	return send_error(x, MHD_HTTP_METHOD_NOT_ALLOWED, "Only to read",
	    "Pages are read here, and nothing is written.");
}

static enum MHD_Result
begin_exchange(struct exchange *x)
{
	if (refusal(x->word) != NULL)
		return send_error(x, 403, "Not for you", refusal(x->word));
	if (x->status != 0)
		return send_error(x, x->status, "That is no address of a page",
		    x->status == MHD_HTTP_URI_TOO_LONG ? "It is too long."
						       : "It cannot be read.");
	if (x->word != GUARD_IN)
		return let_in(x, x->word == GUARD_STRANGE);
	return send_what(x);
}

/* ---- For libmicrohttpd ------------------------------------------------------ */

static void *
on_target(void *context, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (x == NULL || (x->target = strdup(target)) == NULL) {
		free(x);
		return NULL;
	}
	x->server = context;
	x->connection = connection;
	x->answer.fd = -1;
	return x;
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **exchange)
{
	struct exchange *x = *exchange;

	(void)context;
	(void)connection;
	(void)url;
	(void)version;
	(void)upload;
	(void)upload_size;
	if (x == NULL)
		return MHD_NO;
	if (x->made)
		return send_made(x);
	if (!x->read) {
		x->read = true;
		return read_exchange(x, method);
	}
	if (x->begun)
		return MHD_YES;
	x->begun = true;
	return begin_exchange(x);
}

static void
on_completed(void *context, struct MHD_Connection *connection, void **exchange,
    enum MHD_RequestTerminationCode code)
{
	struct server *server = context;
	struct exchange *x = *exchange;

	(void)code;
	links_allow(&server->links, link_of(connection), IDLE_SECONDS);
	if (x == NULL)
		return;
	*exchange = NULL;
	answer_free(&x->answer);
	request_free(&x->request);
	free(x->target);
	free(x);
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	struct server *server = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		    connection, MHD_CONNECTION_INFO_CONNECTION_FD);

		*socket_context = info != NULL ? links_add(&server->links,
						     info->connect_fd, SERVER_SECONDS)
					       : NULL;
	} else {
		links_remove(&server->links, *socket_context);
		*socket_context = NULL;
	}
}

__attribute__((format(printf, 2, 0))) static void
on_log(void *context, const char *format, va_list ap)
{
	char text[300];

	(void)context;
	vsnprintf(text, sizeof(text), format, ap);
	text[strcspn(text, "\n")] = '\0';
	msg_debug("%s", text);
}

/* ---- The whole -------------------------------------------------------------- */

/* Has the page been closed?  Of a connection that sleeps only its socket tells. */
static bool
has_left(const struct listener *listener)
{
	char byte;

	return recv(listener->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Wake the pages that listen, where there is something to say. */
static void
wake_listeners(struct server *server, bool all)
{
	uint64_t version =
	    server->n_listeners > 0 && !all ? pool_glance(server->pool) : 0;
	int64_t now = links_now();

	pthread_mutex_lock(&server->lock);
	if (version != 0)
		server->version = version;
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		if (!l->asleep)
			continue;
		l->left = has_left(l);
		if (all || l->left || l->known != server->version ||
		    now - l->spoke >= PING_MS) {
			l->asleep = false;
			MHD_resume_connection(l->connection);
		}
	}
	pthread_mutex_unlock(&server->lock);
}

static bool
start(struct server *server)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL |
			 MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_ITC;
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	/* Each arena keeps what its threads gave back. */
	(void)mallopt(M_ARENA_MAX, 2);

	while (server->n_workers < WORKERS_MAX && server->n_workers < (n < 3 ? 3 : n)) {
		if (pthread_create(
			&server->workers[server->n_workers], NULL, work, server) != 0)
			break;
		server->n_workers++;
	}
	if (server->n_workers > 0)
		server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request,
		    server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		    MHD_OPTION_LISTEN_SOCKET, server->options->fd,
		    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_HEADER_MAX,
		    MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVER_CONNECTIONS,
		    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_SECONDS * 2,
		    MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
		    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (server->daemon == NULL)
		msg("the server cannot be started");
	return server->daemon != NULL;
}

static void
stop(struct server *server)
{
	if (server->daemon != NULL)
		(void)MHD_quiesce_daemon(server->daemon);
	pthread_mutex_lock(&server->lock);
	server->stopping = true;
	pthread_cond_broadcast(&server->wake);
	pthread_mutex_unlock(&server->lock);
	wake_listeners(server, true);
	for (int i = 0; i < server->n_workers; i++)
		pthread_join(server->workers[i], NULL);
	if (server->daemon != NULL)
		MHD_stop_daemon(server->daemon);
	close(server->options->fd);
	memory_free(&server->memory);
	draft_end();
}

int
server_run(
    const struct server_options *options, const struct guard *guard, struct pool *pool)
{
	static struct server server;
	struct pollfd wait = {.fd = interrupt_fd(), .events = POLLIN};
	bool started;

	server = (struct server){.options = options,
	    .guard = guard,
	    .pool = pool,
	    .links = LINKS_EMPTY,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .wake = PTHREAD_COND_INITIALIZER,
	    .asked = links_now()};
	snprintf(server.tag, sizeof(server.tag), "%llx", (unsigned long long)links_now());
	started = start(&server);
	while (started && interrupt_stop == 0) {
		(void)poll(&wait, 1, TICK_MS);
		links_end_late(&server.links);
		wake_listeners(&server, false);
		pool_rest(pool);
		if (options->idle > 0 &&
		    links_now() - server.asked >= (int64_t)options->idle * 1000)
			break;
	}
	stop(&server);
	return started ? EXIT_DONE : EXIT_PARTIAL;
}
