#include "files/lister.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/msg.h"

#define BODY_MAX ((size_t)64 * 1024 * 1024)
#define REDIRECTS_MAX 5

/* One listing at a time: its libcurl handle and what it received. */
struct slot {
	struct lister *lister;
	CURL *easy;
	char *body;
	size_t n, capacity;
	bool too_large;
	struct lister_request *request; /* NULL while idle */
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
	CURLM *multi;
	struct slot *slots;
	int jobs, retries, active;
	struct lister_request *waiting; /* to be tried, or tried again; in no order */
	struct server *servers;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What is known of the server of a URL; NULL without memory. */
static struct server *
server_of(struct lister *lister, const char *url)
{
	size_t n = (size_t)(remote_path(url) - url);
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

struct lister *
lister_open(struct remote *remote, int jobs, int retries)
{
	struct lister *lister = calloc(1, sizeof(*lister));

	if (lister == NULL)
		goto memory;
	lister->remote = remote;
	lister->jobs = jobs;
	lister->retries = retries;
	lister->multi = curl_multi_init();
	lister->slots = calloc((size_t)jobs, sizeof(*lister->slots));
	if (lister->multi == NULL || lister->slots == NULL)
		goto memory;
	curl_multi_setopt(lister->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)jobs);
	srandom((unsigned)now_ms());
	return lister;
memory:
	msg("no memory");
	lister_close(lister);
	return NULL;
}

void
lister_close(struct lister *lister)
{
	struct server *server;

	if (lister == NULL)
		return;
	for (int i = 0; i < lister->jobs && lister->slots != NULL; i++) {
		struct slot *slot = &lister->slots[i];

		if (slot->request != NULL)
			curl_multi_remove_handle(lister->multi, slot->easy);
		curl_easy_cleanup(slot->easy);
		free(slot->body);
	}
	curl_multi_cleanup(lister->multi);
	while ((server = lister->servers) != NULL) {
		lister->servers = server->next;
		free(server->prefix);
		free(server);
	}
	free(lister->slots);
	free(lister);
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

bool
lister_refused(const struct lister *lister)
{
	for (const struct server *server = lister->servers; server != NULL;
	     server = server->next)
		if (server->lost == REMOTE_LOGIN)
			return true;
	return false;
}

/* ---- one request ------------------------------------------------------------ */

static int
slot_start(struct slot *slot, struct lister_request *request)
{
	struct lister *lister = slot->lister;
	const char *url = request->at != NULL ? request->at : request->url;
	enum remote_scheme scheme = remote_scheme(url);
	struct server *server = server_of(lister, request->url);
	bool ftp = scheme == REMOTE_FTP || scheme == REMOTE_FTPS;

	slot->n = 0;
	slot->too_large = false;
	request->format = scheme == REMOTE_HTTP || scheme == REMOTE_HTTPS
			      ? DIRECTORY_INDEX
			  : ftp && server != NULL && !server->no_mlsd ? DIRECTORY_MLSD
								      : DIRECTORY_LIST;
	remote_aim(lister->remote, slot->easy, url, request->user);
	curl_easy_setopt(slot->easy, CURLOPT_CUSTOMREQUEST,
	    request->format == DIRECTORY_MLSD ? "MLSD" : NULL);
	/* libcurl may repeat a request on its own on a connection that turns out dead. */
	curl_easy_setopt(
	    slot->easy, CURLOPT_FRESH_CONNECT, request->attempts > 0 ? 1L : 0L);
	if (curl_multi_add_handle(lister->multi, slot->easy) != CURLM_OK) {
		msg("libcurl takes no more requests");
		return -1;
	}
	slot->request = request;
	if (server != NULL && !server->answered && server->first == NULL)
		server->first = request;
	lister->active++;
	return 0;
}

static int
slot_open(struct slot *slot, struct lister *lister)
{
	slot->lister = lister;
	slot->easy = remote_handle(lister->remote);
	if (slot->easy == NULL)
		return -1;
	curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
	curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
	curl_easy_setopt(slot->easy, CURLOPT_ACCEPT_ENCODING, "");
	return 0;
}

/* A server that does not know MLSD says so with one of these (RFC 959, 4.2.2). */
static bool
lacks_mlsd(const struct slot *slot, CURLcode code)
{
	long reply = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &reply);
	return slot->request->format == DIRECTORY_MLSD && code != CURLE_OK &&
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

/* Does a request wait for the first of its server?  A wrong password that is tried many
   times at once may lock an account. */
static bool
must_wait(struct lister *lister, struct lister_request *request)
{
	const struct server *server = server_of(lister, request->url);

	return server != NULL && !server->answered && server->lost == REMOTE_OK &&
	       server->first != NULL && server->first != request;
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

/* Go on with the same request elsewhere or otherwise?  1: yes; 0: no. */
static bool
goes_on(struct slot *slot, CURLcode code)
{
	struct lister_request *request = slot->request;
	struct server *server;
	char *to;

	if (lacks_mlsd(slot, code)) {
		server = server_of(slot->lister, request->url);
		if (server != NULL)
			server->no_mlsd = true;
		return server != NULL;
	}
	to = code == CURLE_OK ? remote_redirect(slot->easy) : NULL;
	if (to == NULL || ++request->redirects > REDIRECTS_MAX) {
		free(to);
		return false;
	}
	free(request->at);
	request->at = to;
	return true;
}

static int
slot_finish(struct slot *slot, CURLcode code, lister_arrived *arrived, void *context)
{
	struct lister *lister = slot->lister;
	struct lister_request *request = slot->request;
	bool again = goes_on(slot, code);

	if (!again)
		request->outcome = remote_judge(lister->remote, slot->easy, code,
		    request->message, sizeof(request->message));
	slot->request = NULL;
	lister->active--;
	curl_multi_remove_handle(lister->multi, slot->easy);
	if (again)
		return slot_start(slot, request);
	request->attempts++;
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
	    request->attempts <= lister->retries) {
		request->not_before = now_ms() + remote_backoff(request->attempts);
		request->next = lister->waiting;
		lister->waiting = request;
		return 0;
	}
	give_up(lister, request);
	first_finished(lister, request);
	request->body = slot->body;
	request->n = slot->n;
	arrived(request, context);
	return 0;
}

/* A request that needs no transfer: of this machine, or of a server that was given up. */
static bool
finish_unasked(struct lister *lister, struct lister_request *request,
    lister_arrived *arrived, void *context)
{
	const struct server *server;

	if (remote_scheme(request->url) == REMOTE_FILE) {
		request->outcome = REMOTE_OK;
		request->attempts = 1;
		arrived(request, context);
		return true;
	}
	server = server_of(lister, request->url);
	if (server == NULL || server->lost == REMOTE_OK)
		return false;
	request->outcome = server->lost;
	snprintf(request->message, sizeof(request->message), "%s", server->message);
	arrived(request, context);
	return true;
}

void
lister_read(const struct lister_request *request, directory_take *take, void *context,
    struct directory_result *result)
{
	char *path;

	if (remote_scheme(request->url) != REMOTE_FILE) {
		directory_read(request->format, request->n > 0 ? request->body : "",
		    request->n,
		    remote_path(request->at != NULL ? request->at : request->url),
		    (int64_t)time(NULL), take, context, result);
		return;
	}
	path = remote_decode(remote_path(request->url));
	if (path == NULL) {
		*result = (struct directory_result){.error = "no such name"};
		return;
	}
	directory_read_local(path, take, context, result);
	free(path);
}

/* ---- all requests ----------------------------------------------------------- */

/* A waiting request whose time has come; *soonest gets the wait for the others. */
static struct lister_request *
take_waiting(struct lister *lister, int64_t *soonest)
{
	int64_t now = now_ms();

	for (struct lister_request **p = &lister->waiting; *p != NULL; p = &(*p)->next) {
		struct lister_request *request = *p;

		if (must_wait(lister, request))
			continue;
		if (request->not_before <= now) {
			*p = request->next;
			request->next = NULL;
			return request;
		}
		if (*soonest < 0 || request->not_before - now < *soonest)
			*soonest = request->not_before - now;
	}
	return NULL;
}

/* Give idle slots something to do; *wait gets the ms until a retry is due, or -1. */
static int
fill(struct lister *lister, lister_next *next, lister_arrived *arrived, void *context,
    const volatile sig_atomic_t *stop, int64_t *wait)
{
	*wait = -1;
	for (int i = 0; i < lister->jobs && !*stop;) {
		struct slot *slot = &lister->slots[i];
		struct lister_request *request;

		if (slot->request != NULL) {
			i++;
			continue;
		}
		request = take_waiting(lister, wait);
		if (request == NULL)
			request = next(context);
		if (request == NULL)
			return 0;
		if (finish_unasked(lister, request, arrived, context))
			continue;
		if (must_wait(lister, request)) {
			request->next = lister->waiting;
			lister->waiting = request;
			continue;
		}
		if ((slot->easy == NULL && slot_open(slot, lister) != 0) ||
		    slot_start(slot, request) != 0)
			return -1;
	}
	return 0;
}

static int
finish_done(struct lister *lister, lister_arrived *arrived, void *context)
{
	CURLMsg *done;
	int left, finished = 0;

	while ((done = curl_multi_info_read(lister->multi, &left)) != NULL) {
		struct slot *slot = NULL;
		CURLcode code = done->data.result;

		curl_easy_getinfo(done->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
		if (slot_finish(slot, code, arrived, context) != 0)
			return -1;
		finished++;
	}
	return finished;
}

static void
break_off(struct lister_request *request, lister_arrived *arrived, void *context)
{
	request->outcome = REMOTE_BROKEN;
	snprintf(request->message, sizeof(request->message), "interrupted");
	arrived(request, context);
}

/* We are told to end: whatever is at hand was not listed. */
static void
abandon(struct lister *lister, lister_arrived *arrived, void *context)
{
	struct lister_request *request;

	for (int i = 0; i < lister->jobs; i++) {
		struct slot *slot = &lister->slots[i];

		if ((request = slot->request) == NULL)
			continue;
		curl_multi_remove_handle(lister->multi, slot->easy);
		slot->request = NULL;
		lister->active--;
		break_off(request, arrived, context);
	}
	while ((request = lister->waiting) != NULL) {
		lister->waiting = request->next;
		break_off(request, arrived, context);
	}
}

int
lister_run(struct lister *lister, lister_next *next, lister_arrived *arrived,
    void *context, const volatile sig_atomic_t *stop)
{
	int64_t wait;

	while (!*stop) {
		int running, finished;

		if (fill(lister, next, arrived, context, stop, &wait) != 0)
			return -1;
		if (lister->active == 0 && lister->waiting == NULL)
			break;
		if (curl_multi_perform(lister->multi, &running) != CURLM_OK) {
			msg("libcurl failed");
			return -1;
		}
		finished = finish_done(lister, arrived, context);
		if (finished < 0)
			return -1;
		if (finished == 0)
			(void)curl_multi_poll(lister->multi, NULL, 0,
			    wait >= 0 && wait < 1000 ? (int)wait + 1 : 1000, NULL);
	}
	if (*stop)
		abandon(lister, arrived, context);
	return 0;
}
