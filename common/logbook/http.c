#include "logbook/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/msg.h"
#include "logbook/spool.h"

#define CONNECT_TIMEOUT_MS 20000L
#define SLOWEST_BYTES_PER_SECOND 100L
#define NEAR_US 1000	    /* a server this near sends faster than it compresses */
#define RETRY_AFTER_MAX 120 /* seconds that we are ready to wait */

/* What belongs to a slot of the engine: the body that it receives. */
struct slot {
	struct http *http;
	CURL *easy;
	curl_socket_t fd; /* of the connection that it made last */
	struct spool body;
	int write_errno;
	bool too_large;
	char error[CURL_ERROR_SIZE];
};

struct http {
	struct http_options options;
	struct engine *engine;
	struct slot *slots; /* by their numbers */
	http_next *next;
	http_arrived *arrived;
	void *context;
	bool measured, near; /* see choose_coding() */
};

/* The task is a member of its request. */
static struct http_request *
request_of(struct engine_task *task)
{
	return (
	    struct http_request *)((char *)task - offsetof(struct http_request, task));
}

static size_t
receive(char *p, size_t size, size_t n, void *context)
{
	struct slot *slot = context;
	long status = 0;

	(void)size; /* always 1 */
	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 300)
		return n; /* an error page is of no use to us */
	if (n > slot->http->options.max_body - slot->body.size) {
		slot->too_large = true;
		return 0;
	}
	if (spool_write(&slot->body, p, n) != 0) {
		slot->write_errno = errno;
		return 0;
	}
	return n;
}

static void
authenticate(CURL *easy, const struct http_options *o, bool wanted)
{
	curl_easy_setopt(easy, CURLOPT_USERPWD, NULL);
	curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, NULL);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	if (!wanted || o->auth == HTTP_AUTH_NONE) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_NONE);
	} else if (o->auth == HTTP_AUTH_NEGOTIATE) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_NEGOTIATE);
		curl_easy_setopt(easy, CURLOPT_USERPWD, ":");
		if (o->service != NULL)
			curl_easy_setopt(easy, CURLOPT_SERVICE_NAME, o->service);
	} else if (o->auth == HTTP_AUTH_BEARER) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, o->credential);
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		if (o->credential != NULL)
			curl_easy_setopt(easy, CURLOPT_USERPWD, o->credential);
		else
			curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_REQUIRED);
	}
}

void
http_authenticate(void *easy, const struct http_options *options)
{
	authenticate(easy, options, true);
	if (options->auth == HTTP_AUTH_NEGOTIATE) /* see slot_open() */
		curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (options->cacert != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, options->cacert);
}

/* Note the socket of a new connection. */
static int
note_socket(void *slot, curl_socket_t fd, curlsocktype purpose)
{
	(void)purpose;
	((struct slot *)slot)->fd = fd;
	return CURL_SOCKOPT_OK;
}

/*
 * Called when a request has its connection, before it is sent.  Compression spares a
 * network that is slower than the server's compressor, about 60 MB/s; where a round
 * trip takes less than a millisecond it only costs time.  The first connection tells.
 */
static int
choose_coding(void *p, char *server, char *us, int server_port, int our_port)
{
	struct slot *slot = p;
	struct http *http = slot->http;
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	(void)server;
	(void)us;
	(void)server_port;
	(void)our_port;
	/* The kernel's shortest measurement: ours would count our own work. */
	if (!http->measured &&
	    getsockopt(slot->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
	    size >= offsetof(struct tcp_info, tcpi_min_rtt) + sizeof(info.tcpi_min_rtt)) {
		http->measured = true;
		http->near = info.tcpi_min_rtt < NEAR_US;
	}
	/* "": all that libcurl can decode.  It decodes what comes in either case. */
	curl_easy_setopt(
	    slot->easy, CURLOPT_ACCEPT_ENCODING, http->near ? "identity" : "");
	return CURL_PREREQFUNC_OK;
}

static int
slot_open(struct slot *slot, struct http *http)
{
	const struct http_options *o = &http->options;

	slot->easy = curl_easy_init();
	if (slot->easy == NULL) {
		msg("libcurl gives no handle");
		return -1;
	}
	curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
	curl_easy_setopt(slot->easy, CURLOPT_ERRORBUFFER, slot->error);
	curl_easy_setopt(slot->easy, CURLOPT_SOCKOPTFUNCTION, note_socket);
	curl_easy_setopt(slot->easy, CURLOPT_SOCKOPTDATA, slot);
	curl_easy_setopt(slot->easy, CURLOPT_PREREQFUNCTION, choose_coding);
	curl_easy_setopt(slot->easy, CURLOPT_PREREQDATA, slot);
	curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(slot->easy, CURLOPT_USERAGENT, "elog/" ELOG_VERSION);
	curl_easy_setopt(slot->easy, CURLOPT_BUFFERSIZE, 256 * 1024L);
	curl_easy_setopt(slot->easy, CURLOPT_CONNECTTIMEOUT_MS,
	    o->timeout * 1000 < CONNECT_TIMEOUT_MS ? o->timeout * 1000
						   : CONNECT_TIMEOUT_MS);
	curl_easy_setopt(slot->easy, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES_PER_SECOND);
	curl_easy_setopt(slot->easy, CURLOPT_LOW_SPEED_TIME, o->timeout);
	curl_easy_setopt(slot->easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
	curl_easy_setopt(slot->easy, CURLOPT_FOLLOWLOCATION, 0L);
	/* A name of ".." must not climb out of its URL. */
	curl_easy_setopt(slot->easy, CURLOPT_PATH_AS_IS, 1L);
	/*
	 * A GSSAPI exchange belongs to its connection (RFC 4559, section 6), so
	 * streams that share one in HTTP/2 would mix their tokens up.
	 */
	curl_easy_setopt(slot->easy, CURLOPT_HTTP_VERSION,
	    o->auth == HTTP_AUTH_NEGOTIATE ? CURL_HTTP_VERSION_1_1
					   : CURL_HTTP_VERSION_2TLS);
	if (o->cacert != NULL)
		curl_easy_setopt(slot->easy, CURLOPT_CAINFO, o->cacert);
	return 0;
}

static struct engine_task *
next_task(void *context, bool *later)
{
	struct http *http = context;
	struct http_request *request = http->next(http->context);

	(void)later;
	return request != NULL ? &request->task : NULL;
}

static enum engine_step
begin(void *context, struct engine_slot *engine_slot, struct engine_task *task)
{
	struct http *http = context;
	struct slot *slot = &http->slots[engine_slot->number];
	struct http_request *request = request_of(task);

	if (slot->easy == NULL && slot_open(slot, http) != 0)
		return ENGINE_BROKEN;
	engine_slot->easy = slot->easy;
	slot->write_errno = 0;
	slot->too_large = false;
	slot->error[0] = '\0';
	spool_reset(&slot->body);
	authenticate(slot->easy, &http->options, request->authenticated);
	curl_easy_setopt(slot->easy, CURLOPT_URL, request->url);
	/*
	 * libcurl repeats requests on its own where a connection that it kept turns
	 * out dead; on a new one it cannot.
	 */
	curl_easy_setopt(slot->easy, CURLOPT_FRESH_CONNECT, task->attempts > 1 ? 1L : 0L);
	return ENGINE_GO;
}

static bool
transient_status(long status)
{
	return status == 429 || status == 500 || status == 502 || status == 503 ||
	       status == 504;
}

/* What a transfer came to, before any thought of trying again. */
struct result {
	enum http_outcome outcome;
	bool transient;
	long retry_after; /* seconds, 0 if the server did not say */
	char text[CURL_ERROR_SIZE];
};

static void
say(struct result *result, enum http_outcome outcome, bool transient, const char *text)
{
	result->outcome = outcome;
	result->transient = transient;
	snprintf(result->text, sizeof(result->text), "%s", text);
}

/* Follow a redirect if that is safe: true, with the request's URL replaced. */
static bool
redirect(struct slot *slot, struct http_request *request, struct result *result)
{
	char *to = engine_redirect(slot->easy, result->text, sizeof(result->text));
	char *elsewhere = NULL;

	/* Another web server: that is how maintenance is announced. */
	curl_easy_getinfo(slot->easy, CURLINFO_REDIRECT_URL, &elsewhere);
	result->outcome =
	    to == NULL && elsewhere != NULL && strncmp(elsewhere, "http", 4) == 0
		? HTTP_AWAY
		: HTTP_FAILED;
	if (to != NULL && !engine_hop(&request->task)) {
		say(result, HTTP_FAILED, false, "redirected in a loop");
		free(to);
		return false;
	}
	if (to == NULL)
		return false;
	free(request->url);
	request->url = to;
	return true;
}

/* Judge a transfer that ended with code.  True if it goes on elsewhere. */
static bool
judge(
    struct slot *slot, struct http_request *request, CURLcode code, struct result *result)
{
	curl_off_t after = 0;

	request->status = 0;
	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &request->status);
	if (slot->too_large) {
		say(result, HTTP_FAILED, false, "the answer is too large (--max-body)");
	} else if (slot->write_errno != 0) {
		snprintf(result->text, sizeof(result->text),
		    "the answer cannot be kept: %s (TMPDIR names a directory with room)",
		    strerror(slot->write_errno));
		result->outcome = HTTP_FAILED;
	} else if (code == CURLE_FILE_COULDNT_READ_FILE) {
		say(result, HTTP_MISSING, false, "no such file");
	} else if (code == CURLE_PEER_FAILED_VERIFICATION ||
		   code == CURLE_SSL_CACERT_BADFILE) {
		say(result, HTTP_UNTRUSTED, false, slot->error);
	} else if (code != CURLE_OK) {
		enum engine_fault fault = engine_fault(code);

		say(result, fault == ENGINE_AWAY ? HTTP_AWAY : HTTP_FAILED,
		    fault != ENGINE_FAULT,
		    slot->error[0] != '\0' ? slot->error : curl_easy_strerror(code));
	} else if (request->status == 0 ||
		   (request->status >= 200 && request->status < 300)) {
		say(result, HTTP_OK, false, "");
	} else {
		snprintf(result->text, sizeof(result->text), "HTTP %ld", request->status);
		result->outcome = request->status == 401   ? HTTP_LOGIN
				  : request->status == 403 ? HTTP_DENIED
				  : request->status == 404 ? HTTP_MISSING
				  : request->status == 503 ? HTTP_AWAY
							   : HTTP_FAILED;
		result->transient = transient_status(request->status);
		curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &after);
		result->retry_after =
		    after > LONG_MAX / 1000 ? LONG_MAX / 1000 : (long)after;
		if (request->status >= 300 && request->status < 400)
			return redirect(slot, request, result);
	}
	return false;
}

static void
conclude(struct http_request *request, const struct result *result)
{
	request->outcome = result->outcome;
	if (request->task.attempts > 1 && result->outcome != HTTP_OK)
		snprintf(request->message, sizeof(request->message),
		    "%s after %d attempts", result->text, request->task.attempts);
	else
		snprintf(request->message, sizeof(request->message), "%s", result->text);
}

static void
release(void *spool, size_t offset)
{
	spool_release(spool, offset);
}

static enum engine_step
end(void *context, struct engine_slot *engine_slot, struct engine_task *task,
    CURLcode code)
{
	struct http *http = context;
	struct slot *slot = &http->slots[engine_slot->number];
	struct http_request *request = request_of(task);
	struct result result = {.outcome = HTTP_OK};
	const char *body;

	if (judge(slot, request, code, &result))
		return ENGINE_GO;
	if (result.outcome == HTTP_OK) {
		body = spool_map(&slot->body);
		if (body == NULL) {
			snprintf(result.text, sizeof(result.text),
			    "the answer cannot be mapped: %s", strerror(errno));
			result.outcome = HTTP_FAILED;
		} else {
			conclude(request, &result);
			if (http->arrived(request, body, slot->body.size, release,
				&slot->body, http->context))
				return ENGINE_DONE;
			say(&result, HTTP_FAILED, true, "the answer ends too early");
		}
	}
	if (result.transient && result.retry_after > RETRY_AFTER_MAX)
		snprintf(result.text, sizeof(result.text),
		    "HTTP %ld, the server asks to come back in %ld s", request->status,
		    result.retry_after);
	else if (result.transient && engine_again(http->engine, task, result.retry_after))
		return ENGINE_WAIT;
	conclude(request, &result);
	(void)http->arrived(request, NULL, 0, release, &slot->body, http->context);
	return ENGINE_DONE;
}

static const struct engine_owner owner = {.next = next_task, .begin = begin, .end = end};

struct http *
http_open(const struct http_options *options)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL || (http->slots = calloc((size_t)options->max_requests,
				 sizeof(*http->slots))) == NULL) {
		msg("no memory");
		free(http);
		return NULL;
	}
	http->options = *options;
	for (int i = 0; i < options->max_requests; i++) {
		http->slots[i] = (struct slot){.http = http, .fd = CURL_SOCKET_BAD};
		spool_open(&http->slots[i].body);
	}
	http->engine =
	    engine_open(options->max_requests, options->retries + 1, &owner, http);
	if (http->engine != NULL)
		return http;
	http_close(http);
	return NULL;
}

void
http_close(struct http *http)
{
	if (http == NULL)
		return;
	engine_close(http->engine);
	for (int i = 0; i < http->options.max_requests; i++)
		spool_close(&http->slots[i].body);
	free(http->slots);
	free(http);
}

int
http_run(struct http *http, http_next *next, http_arrived *arrived, void *context)
{
	http->next = next;
	http->arrived = arrived;
	http->context = context;
	return engine_run(http->engine, NULL);
}

char *
http_escape(const char *segment)
{
	char *escaped = curl_easy_escape(NULL, segment, (int)strlen(segment)), *copy;

	if (escaped == NULL)
		return NULL;
	copy = strdup(escaped);
	curl_free(escaped);
	return copy;
}

const char *
http_version(void)
{
	return curl_version();
}
