#include "files/lister.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"

#define BODY_MAX ((size_t)64 * 1024 * 1024)

/* What belongs to a slot of the engine: what it received. */
struct slot {
	char *body;
	size_t n, capacity;
	bool too_large;
};

/* What was learned of a server. */
struct server {
	char *prefix; /* scheme, host and port */
	bool no_mlsd;
	bool answered;		      /* to a request: it let us in */
	struct lister_request *first; /* until then, only this one is tried */
	enum remote_outcome lost;     /* REMOTE_OK: it is not */
	char message[320];
	struct server *next;
};

struct lister {
	struct remote *remote;
	struct engine *engine;
	struct slot *slots; /* by their numbers */
	int jobs;
	lister_next *next;
	lister_arrived *arrived;
	void *context;
	struct server *servers;
};

/* The task is a member of its request. */
static struct lister_request *
request_of(const struct engine_task *task)
{
	return (struct lister_request *)((char *)task -
					 offsetof(struct lister_request, task));
}

/* What is known of the server of a URL; NULL without memory. */
static struct server *
server_of(struct lister *lister, const char *url)
{
	size_t n = (size_t)(url_path(url) - url);
	struct server *server = lister->servers;

	while (server != NULL &&
	       (strncmp(server->prefix, url, n) != 0 || server->prefix[n] != '\0'))
		server = server->next;
	if (server != NULL || (server = calloc(1, sizeof(*server))) == NULL)
		return server;
	server->prefix = strndup(url, n);
	if (server->prefix == NULL) {
		free(server);
		return NULL;
	}
	server->next = lister->servers;
	lister->servers = server;
	return server;
}

static size_t
receive(char *p, size_t size, size_t n, void *context)
{
	struct slot *slot = context;

	(void)size; /* always 1 */
	if (n > BODY_MAX - slot->n) {
		slot->too_large = true;
		return 0;
	}
	if (slot->n + n > slot->capacity) {
		size_t capacity = 2 * (slot->n + n);
		char *body = realloc(slot->body, capacity);

		if (body == NULL) {
			slot->too_large = true;
			return 0;
		}
		slot->body = body;
		slot->capacity = capacity;
	}
	memcpy(slot->body + slot->n, p, n);
	slot->n += n;
	return n;
}

void
lister_request_clear(struct lister_request *request)
{
	free(request->url);
	free(request->at);
	request->url = request->at = NULL;
}

void
lister_forgive(struct lister *lister)
{
	for (struct server *server = lister->servers; server != NULL;
	     server = server->next)
		if (server->lost == REMOTE_AWAY)
			server->lost = REMOTE_OK;
}

/* Was a server lost so? */
static bool
has_lost(const struct lister *lister, enum remote_outcome how)
{
	const struct server *server = lister->servers;

	while (server != NULL && server->lost != how)
		server = server->next;
	return server != NULL;
}

bool
lister_refused(const struct lister *lister)
{
	return has_lost(lister, REMOTE_LOGIN);
}

bool
lister_away(const struct lister *lister)
{
	return has_lost(lister, REMOTE_AWAY);
}

/* ---- one request ------------------------------------------------------------ */

/* A server that does not know MLSD says so with one of these (RFC 959, 4.2.2). */
static bool
lacks_mlsd(CURL *easy, const struct lister_request *request, CURLcode code)
{
	long reply = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply);
	return request->format == DIRECTORY_MLSD && code != CURLE_OK &&
	       (reply == 500 || reply == 501 || reply == 502 || reply == 504);
}

/* Nothing more is asked of a server that is away, refuses us or is not trusted. */
static void
give_up(struct lister *lister, const struct lister_request *request)
{
	struct server *server = server_of(lister, request->url);

	if (server == NULL || server->lost != REMOTE_OK ||
	    (request->outcome != REMOTE_AWAY && request->outcome != REMOTE_LOGIN &&
		request->outcome != REMOTE_UNTRUSTED))
		return;
	server->lost = request->outcome;
	snprintf(server->message, sizeof(server->message), "%s", request->message);
	msg("%s: %s", server->prefix, request->message);
}

/* Need a request not wait for the first of its server?  A wrong password that is tried
   many times at once may lock an account. */
static bool
may_begin(void *context, const struct engine_task *task)
{
	struct lister_request *request = request_of(task);
	const struct server *server = server_of(context, request->url);

	return server == NULL || server->answered || server->lost != REMOTE_OK ||
	       server->first == NULL || server->first == request;
}

/* The first request of a server is finished: the others may go, or the next one alone. */
static void
first_finished(struct lister *lister, const struct lister_request *request)
{
	struct server *server = server_of(lister, request->url);

	if (server == NULL)
		return;
	if (request->outcome == REMOTE_OK || request->outcome == REMOTE_MISSING ||
	    request->outcome == REMOTE_DENIED || request->outcome == REMOTE_FAILED)
		server->answered = true;
	if (server->first == request)
		server->first = NULL;
}

/* Go on with the same request elsewhere or otherwise? */
static bool
goes_on(struct lister *lister, CURL *easy, struct lister_request *request, CURLcode code)
{
	struct server *server;
	char *to;

	if (lacks_mlsd(easy, request, code)) {
		server = server_of(lister, request->url);
		if (server != NULL)
			server->no_mlsd = true;
		return server != NULL;
	}
	to = code == CURLE_OK ? remote_redirect(easy) : NULL;
	if (to == NULL || !engine_hop(&request->task)) {
		free(to);
		return false;
	}
	free(request->at);
	request->at = to;
	return true;
}

/* A request that needs no transfer: of this machine, or of a server that was given up. */
static bool
finish_unasked(struct lister *lister, struct lister_request *request)
{
	const struct server *server = server_of(lister, request->url);

	if (url_scheme(request->url) == URL_FILE) {
		request->outcome = REMOTE_OK;
	} else if (server != NULL && server->lost != REMOTE_OK) {
		request->task.attempts--;
		request->outcome = server->lost;
		snprintf(
		    request->message, sizeof(request->message), "%s", server->message);
	} else {
		return false;
	}
	lister->arrived(request, lister->context);
	return true;
}

static struct engine_task *
next_task(void *context, bool *later)
{
	struct lister *lister = context;
	struct lister_request *request = lister->next(lister->context);

	(void)later;
	return request != NULL ? &request->task : NULL;
}

static enum engine_step
begin(void *context, struct engine_slot *engine_slot, struct engine_task *task)
{
	struct lister *lister = context;
	struct slot *slot = &lister->slots[engine_slot->number];
	struct lister_request *request = request_of(task);
	const char *url = request->at != NULL ? request->at : request->url;
	enum url_scheme scheme = url_scheme(url);
	struct server *server = server_of(lister, request->url);
	bool ftp = scheme == URL_FTP || scheme == URL_FTPS;

	if (finish_unasked(lister, request))
		return ENGINE_DONE;
	if (engine_slot->easy == NULL) {
		engine_slot->easy = remote_handle(lister->remote);
		if (engine_slot->easy == NULL)
			return ENGINE_BROKEN;
		curl_easy_setopt(engine_slot->easy, CURLOPT_WRITEFUNCTION, receive);
		curl_easy_setopt(engine_slot->easy, CURLOPT_WRITEDATA, slot);
		curl_easy_setopt(engine_slot->easy, CURLOPT_ACCEPT_ENCODING, "");
	}
	slot->n = 0;
	slot->too_large = false;
	request->format = scheme == URL_HTTP || scheme == URL_HTTPS   ? DIRECTORY_INDEX
			  : ftp && server != NULL && !server->no_mlsd ? DIRECTORY_MLSD
								      : DIRECTORY_LIST;
	remote_aim(lister->remote, engine_slot->easy, url, request->user);
	curl_easy_setopt(engine_slot->easy, CURLOPT_CUSTOMREQUEST,
	    request->format == DIRECTORY_MLSD ? "MLSD" : NULL);
	/* libcurl may repeat a request on its own on a connection that turns out dead. */
	curl_easy_setopt(
	    engine_slot->easy, CURLOPT_FRESH_CONNECT, task->attempts > 1 ? 1L : 0L);
	if (server != NULL && !server->answered && server->first == NULL)
		server->first = request;
	return ENGINE_GO;
}

static enum engine_step
end(void *context, struct engine_slot *engine_slot, struct engine_task *task,
    CURLcode code)
{
	struct lister *lister = context;
	struct slot *slot = &lister->slots[engine_slot->number];
	struct lister_request *request = request_of(task);

	if (goes_on(lister, engine_slot->easy, request, code))
		return ENGINE_GO;
	request->outcome = remote_judge(lister->remote, engine_slot->easy, code,
	    request->message, sizeof(request->message));
	if (request->outcome == REMOTE_AWAY &&
	    remote_turn(lister->remote, engine_slot->easy)) {
		free(request->at);
		request->at = NULL;
		return ENGINE_GO;
	}
	if (slot->too_large) {
		request->outcome = REMOTE_FAILED;
		snprintf(request->message, sizeof(request->message),
		    "the listing is larger than %zu MiB", BODY_MAX / 1024 / 1024);
	} else if (request->outcome == REMOTE_OK && request->format == DIRECTORY_INDEX &&
		   slot->n > 0 && directory_is_cut(slot->body, slot->n)) {
		request->outcome = REMOTE_BROKEN;
		snprintf(
		    request->message, sizeof(request->message), "the page is cut off");
	}
	if ((request->outcome == REMOTE_AWAY || request->outcome == REMOTE_BROKEN) &&
	    engine_again(lister->engine, task, 0))
		return ENGINE_WAIT;
	give_up(lister, request);
	first_finished(lister, request);
	request->body = slot->body;
	request->n = slot->n;
	lister->arrived(request, lister->context);
	return ENGINE_DONE;
}

/* We are told to end: what is at hand was not listed. */
static void
drop(void *context, struct engine_task *task, bool moving)
{
	struct lister *lister = context;
	struct lister_request *request = request_of(task);

	(void)moving;
	request->outcome = REMOTE_BROKEN;
	snprintf(request->message, sizeof(request->message), "interrupted");
	lister->arrived(request, lister->context);
}

static const struct engine_owner owner = {
    .next = next_task, .may_begin = may_begin, .begin = begin, .end = end, .drop = drop};

/* ---- the lister ------------------------------------------------------------- */

struct lister *
lister_open(struct remote *remote, int jobs, int retries)
{
	struct lister *lister = calloc(1, sizeof(*lister));

	if (lister == NULL ||
	    (lister->slots = calloc((size_t)jobs, sizeof(*lister->slots))) == NULL) {
		msg("no memory");
		free(lister);
		return NULL;
	}
	lister->remote = remote;
	lister->jobs = jobs;
	lister->engine = engine_open(jobs, retries + 1, &owner, lister);
	if (lister->engine != NULL)
		return lister;
	lister_close(lister);
	return NULL;
}

void
lister_close(struct lister *lister)
{
	struct server *server;

	if (lister == NULL)
		return;
	engine_close(lister->engine);
	for (int i = 0; i < lister->jobs; i++)
		free(lister->slots[i].body);
	while ((server = lister->servers) != NULL) {
		lister->servers = server->next;
		free(server->prefix);
		free(server);
	}
	free(lister->slots);
	free(lister);
}

int
lister_run(struct lister *lister, lister_next *next, lister_arrived *arrived,
    void *context, const volatile sig_atomic_t *stop)
{
	lister->next = next;
	lister->arrived = arrived;
	lister->context = context;
	return engine_run(lister->engine, stop);
}

void
lister_read(const struct lister_request *request, directory_take *take, void *context,
    struct directory_result *result)
{
	char *path;

	if (url_scheme(request->url) != URL_FILE) {
		directory_read(request->format, request->n > 0 ? request->body : "",
		    request->n,
		    url_path(request->at != NULL ? request->at : request->url),
		    (int64_t)time(NULL), take, context, result);
		return;
	}
	path = url_decode(url_path(request->url));
	if (path == NULL) {
		*result = (struct directory_result){.error = "no such name"};
		return;
	}
	directory_read_local(path, take, context, result);
	free(path);
}
