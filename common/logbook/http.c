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
#include <time.h>

#include "base/msg.h"
#include "logbook/spool.h"

#define CONNECT_TIMEOUT_MS 20000L
#define SLOWEST_BYTES_PER_SECOND 100L
#define BACKOFF_MS 1000
#define NEAR_US 1000	    /* a server this near sends faster than it compresses */
#define RETRY_AFTER_MAX 120 /* seconds that we are ready to wait */
#define REDIRECTS_MAX 5

/* One transfer at a time: its libcurl handle and the body it receives. */
struct slot {
	struct http *http;
	CURL *easy;
	curl_socket_t fd; /* of the connection that it made last */
	struct spool body;
	struct http_request *request; /* NULL while idle */
	int write_errno;
	bool too_large;
	char error[CURL_ERROR_SIZE];
};

struct http {
	struct http_options options;
	CURLM *multi;
	struct slot *slots;
	struct http_request *waiting; /* to be tried again, in no order */
	int active;
	bool measured, near; /* see choose_coding() */
};

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
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

	slot->http = http;
	slot->fd = CURL_SOCKET_BAD;
	slot->easy = curl_easy_init();
	if (slot->easy == NULL) {
		msg("libcurl gives no handle");
		return -1;
	}
	spool_open(&slot->body);
	curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
	curl_easy_setopt(slot->easy, CURLOPT_ERRORBUFFER, slot->error);
	curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
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

struct http *
http_open(const struct http_options *options)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		goto err0;
	http->options = *options;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		goto err1;
	http->multi = curl_multi_init();
	http->slots = calloc((size_t)options->max_requests, sizeof(*http->slots));
	if (http->multi == NULL || http->slots == NULL)
		goto err2;
	curl_multi_setopt(
	    http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)options->max_requests);
	for (int i = 0; i < options->max_requests; i++)
		spool_open(&http->slots[i].body);
	return http;
err2:
	free(http->slots);
	curl_multi_cleanup(http->multi);
err1:
	free(http);
err0:
	msg("libcurl cannot be set up");
	return NULL;
}

void
http_close(struct http *http)
{
	if (http == NULL)
		return;
	for (int i = 0; i < http->options.max_requests; i++) {
		struct slot *slot = &http->slots[i];

		if (slot->request != NULL)
			curl_multi_remove_handle(http->multi, slot->easy);
		curl_easy_cleanup(slot->easy);
		spool_close(&slot->body);
	}
	curl_multi_cleanup(http->multi);
	curl_global_cleanup();
	free(http->slots);
	free(http);
}

static int
slot_start(struct slot *slot, struct http_request *request)
{
	slot->request = request;
	slot->write_errno = 0;
	slot->too_large = false;
	slot->error[0] = '\0';
	spool_reset(&slot->body);
	authenticate(slot->easy, &slot->http->options, request->authenticated);
	curl_easy_setopt(slot->easy, CURLOPT_URL, request->url);
	/*
	 * libcurl repeats requests on its own where a connection that it kept turns
	 * out dead; on a new one it cannot.
	 */
	curl_easy_setopt(
	    slot->easy, CURLOPT_FRESH_CONNECT, request->attempts > 0 ? 1L : 0L);
	if (curl_multi_add_handle(slot->http->multi, slot->easy) != CURLM_OK) {
		msg("libcurl takes no more requests");
		slot->request = NULL;
		return -1;
	}
	slot->http->active++;
	return 0;
}

/* A waiting request whose time has come; *soonest gets the wait for the others. */
static struct http_request *
take_waiting(struct http *http, long long *soonest)
{
	long long now = now_ms();

	for (struct http_request **p = &http->waiting; *p != NULL; p = &(*p)->next) {
		struct http_request *request = *p;

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

static bool
transient_code(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return true;
	default:
		return false;
	}
}

static bool
transient_status(long status)
{
	return status == 429 || status == 500 || status == 502 || status == 503 ||
	       status == 504;
}

/* May a request go on to url with what it carries?  See http_run(). */
static bool
same_place(const char *from, const char *to)
{
	static const CURLUPart parts[] = {
	    CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	CURLU *a = curl_url(), *b = curl_url();
	char *x[3] = {NULL}, *y[3] = {NULL};
	bool same = false;

	if (a == NULL || b == NULL || curl_url_set(a, CURLUPART_URL, from, 0) ||
	    curl_url_set(b, CURLUPART_URL, to, 0))
		goto done;
	for (int i = 0; i < 3; i++)
		if (curl_url_get(a, parts[i], &x[i], CURLU_DEFAULT_PORT) != CURLUE_OK ||
		    curl_url_get(b, parts[i], &y[i], CURLU_DEFAULT_PORT) != CURLUE_OK)
			goto done;
	if (strcasecmp(x[1], y[1]) != 0)
		goto done;
	if (strcmp(x[0], y[0]) == 0)
		same = strcmp(x[2], y[2]) == 0;
	else
		same = strcmp(x[0], "http") == 0 && strcmp(y[0], "https") == 0;
done:
	for (int i = 0; i < 3; i++) {
		curl_free(x[i]);
		curl_free(y[i]);
	}
	curl_url_cleanup(a);
	curl_url_cleanup(b);
	return same;
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

/*
 * Follow a redirect if that is safe: true, with the request's URL replaced.
 */
static bool
redirect(struct slot *slot, struct result *result)
{
	struct http_request *request = slot->request;
	char *to = NULL, *copy;

	curl_easy_getinfo(slot->easy, CURLINFO_REDIRECT_URL, &to);
	if (to == NULL) {
		say(result, HTTP_FAILED, false, "a redirect that leads nowhere");
		return false;
	}
	if (!same_place(request->url, to)) {
		snprintf(result->text, sizeof(result->text),
		    "redirected to %.150s: not followed", to);
		result->outcome = HTTP_FAILED;
		return false;
	}
	if (++request->redirects > REDIRECTS_MAX) {
		say(result, HTTP_FAILED, false, "redirected in a loop");
		return false;
	}
	copy = strdup(to);
	if (copy == NULL) {
		say(result, HTTP_FAILED, false, "no memory");
		return false;
	}
	free(request->url);
	request->url = copy;
	return true;
}

/* Judge a transfer that ended with code.  True if it goes on elsewhere. */
static bool
judge(struct slot *slot, CURLcode code, struct result *result)
{
	struct http_request *request = slot->request;
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
		bool away = code == CURLE_COULDNT_RESOLVE_HOST ||
			    code == CURLE_COULDNT_RESOLVE_PROXY ||
			    code == CURLE_COULDNT_CONNECT;

		say(result, away ? HTTP_AWAY : HTTP_FAILED, transient_code(code),
		    slot->error[0] != '\0' ? slot->error : curl_easy_strerror(code));
	} else if (request->status == 0 ||
		   (request->status >= 200 && request->status < 300)) {
		say(result, HTTP_OK, false, "");
	} else {
		snprintf(result->text, sizeof(result->text), "HTTP %ld", request->status);
		result->outcome = request->status == 401   ? HTTP_LOGIN
				  : request->status == 403 ? HTTP_DENIED
				  : request->status == 404 ? HTTP_MISSING
							   : HTTP_FAILED;
		result->transient = transient_status(request->status);
		curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &after);
		result->retry_after =
		    after > LONG_MAX / 1000 ? LONG_MAX / 1000 : (long)after;
		if (request->status >= 300 && request->status < 400)
			return redirect(slot, result);
	}
	return false;
}

/* Milliseconds to wait: doubled each time, less up to half of it by chance. */
static long long
backoff(int attempts, long retry_after)
{
	long long wait = (long long)BACKOFF_MS << (attempts < 6 ? attempts - 1 : 5);

	wait -= random() % (wait / 2);
	return wait > retry_after * 1000LL ? wait : retry_after * 1000LL;
}

static void
conclude(struct http_request *request, const struct result *result)
{
	request->outcome = result->outcome;
	if (request->attempts > 1 && result->outcome != HTTP_OK)
		snprintf(request->message, sizeof(request->message),
		    "%s after %d attempts", result->text, request->attempts);
	else
		snprintf(request->message, sizeof(request->message), "%s", result->text);
}

static void
release(void *spool, size_t offset)
{
	spool_release(spool, offset);
}

static int
slot_finish(struct slot *slot, CURLcode code, http_arrived *arrived, void *context)
{
	struct http *http = slot->http;
	struct http_request *request = slot->request;
	struct result result = {.outcome = HTTP_OK};
	const char *body;

	slot->request = NULL;
	http->active--;
	curl_multi_remove_handle(http->multi, slot->easy);
	slot->request = request; /* judge() looks at it */
	if (judge(slot, code, &result))
		return slot_start(slot, request);
	slot->request = NULL;
	request->attempts++;
	if (result.outcome == HTTP_OK) {
		body = spool_map(&slot->body);
		if (body == NULL) {
			snprintf(result.text, sizeof(result.text),
			    "the answer cannot be mapped: %s", strerror(errno));
			result.outcome = HTTP_FAILED;
		} else {
			conclude(request, &result);
			if (arrived(request, body, slot->body.size, release, &slot->body,
				context))
				return 0;
			say(&result, HTTP_FAILED, true, "the answer ends too early");
		}
	}
	if (result.transient && result.retry_after > RETRY_AFTER_MAX) {
		snprintf(result.text, sizeof(result.text),
		    "HTTP %ld, the server asks to come back in %ld s", request->status,
		    result.retry_after);
	} else if (result.transient && request->attempts <= http->options.retries) {
		request->not_before =
		    now_ms() + backoff(request->attempts, result.retry_after);
		request->next = http->waiting;
		http->waiting = request;
		return 0;
	}
	conclude(request, &result);
	(void)arrived(request, NULL, 0, release, &slot->body, context);
	return 0;
}

/* Give idle slots something to do; *wait gets the ms until a retry is due, or -1. */
static int
fill(struct http *http, http_next *next, void *context, long long *wait)
{
	*wait = -1;
	for (int i = 0; i < http->options.max_requests; i++) {
		struct slot *slot = &http->slots[i];
		struct http_request *request;

		if (slot->request != NULL)
			continue;
		request = take_waiting(http, wait);
		if (request == NULL)
			request = next(context);
		if (request == NULL)
			return 0;
		if (slot->easy == NULL && slot_open(slot, http) != 0)
			return -1;
		if (slot_start(slot, request) != 0)
			return -1;
	}
	return 0;
}

int
http_run(struct http *http, http_next *next, http_arrived *arrived, void *context)
{
	long long wait;

	srandom((unsigned)now_ms());
	for (;;) {
		CURLMsg *done;
		int running, left;

		if (fill(http, next, context, &wait) != 0)
			return -1;
		if (http->active == 0 && http->waiting == NULL)
			return 0;
		if (curl_multi_perform(http->multi, &running) != CURLM_OK) {
			msg("libcurl failed");
			return -1;
		}
		if ((done = curl_multi_info_read(http->multi, &left)) == NULL) {
			int timeout = wait >= 0 && wait < 1000 ? (int)wait + 1 : 1000;

			(void)curl_multi_poll(http->multi, NULL, 0, timeout, NULL);
			continue;
		}
		do {
			struct slot *slot = NULL;
			CURLcode code = done->data.result;

			curl_easy_getinfo(
			    done->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
			if (slot_finish(slot, code, arrived, context) != 0)
				return -1;
		} while ((done = curl_multi_info_read(http->multi, &left)) != NULL);
	}
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
