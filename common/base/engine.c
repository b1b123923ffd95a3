#include "base/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/msg.h"

#define BACKOFF_MS 1000L
#define BACKOFF_STEPS 6
#define REDIRECTS_MAX 5
#define WAIT_MS 1000 /* at the most, whatever there is to wait for */

struct engine {
	const struct engine_owner *owner;
	void *context;
	CURLM *multi;
	struct engine_slot *slots;
	int jobs, attempts, moving, n_waiting;
	struct engine_task *waiting; /* to be begun, or begun again; in no order */
	unsigned short seed[3];
};

struct engine *
engine_open(int jobs, int attempts, const struct engine_owner *owner, void *context)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		msg("libcurl cannot be set up");
		free(engine);
		return NULL;
	}
	engine->owner = owner;
	engine->context = context;
	engine->jobs = jobs;
	engine->attempts = attempts;
	engine->multi = curl_multi_init();
	engine->slots = calloc((size_t)jobs, sizeof(*engine->slots));
	if (engine->multi == NULL || engine->slots == NULL) {
		msg("libcurl cannot be set up");
		engine_close(engine);
		return NULL;
	}
	for (int i = 0; i < jobs; i++)
		engine->slots[i].number = i;
	if (owner->spare)
		curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, 2L * jobs);
	else
		curl_multi_setopt(
		    engine->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)jobs);
	/* Many that were sent away at once must not come back at once. */
	if (getrandom(engine->seed, sizeof(engine->seed), GRND_NONBLOCK) < 0)
		engine->seed[0] = (unsigned short)clock_ms();
	return engine;
}

void
engine_close(struct engine *engine)
{
	if (engine == NULL)
		return;
	for (int i = 0; engine->slots != NULL && i < engine->jobs; i++) {
		struct engine_slot *slot = &engine->slots[i];

		if (slot->task != NULL)
			curl_multi_remove_handle(engine->multi, slot->easy);
		curl_easy_cleanup(slot->easy);
	}
	curl_multi_cleanup(engine->multi);
	curl_global_cleanup();
	free(engine->slots);
	free(engine);
}

int
engine_moving(const struct engine *engine)
{
	return engine->moving;
}

int
engine_waiting(const struct engine *engine)
{
	return engine->n_waiting;
}

/* ---- attempts --------------------------------------------------------------- */

long
engine_backoff(unsigned short seed[3], int attempts)
{
	int step = attempts < 1		      ? 0
		   : attempts > BACKOFF_STEPS ? BACKOFF_STEPS - 1
					      : attempts - 1;
	long wait = BACKOFF_MS << step;

	return wait - nrand48(seed) % (wait / 2);
}

bool
engine_again(struct engine *engine, struct engine_task *task, long after)
{
	long wait;

	if (task->attempts >= engine->attempts)
		return false;
	wait = engine_backoff(engine->seed, task->attempts);
	task->not_before = clock_ms() + (wait > after * 1000 ? wait : after * 1000);
	return true;
}

enum engine_fault
engine_fault(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return ENGINE_AWAY;
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_SSH:
	case CURLE_AGAIN:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_FTP_WEIRD_PASV_REPLY:
	case CURLE_FTP_CANT_GET_HOST:
	case CURLE_FTP_ACCEPT_FAILED:
		return ENGINE_CUT;
	default:
		return ENGINE_FAULT;
	}
}

/* ---- redirects -------------------------------------------------------------- */

int
engine_compare(const char *a, const char *b)
{
	static const CURLUPart parts[] = {
	    CURLUPART_HOST, CURLUPART_SCHEME, CURLUPART_PORT};
	CURLU *pa = curl_url(), *pb = curl_url();
	char *x[3] = {NULL}, *y[3] = {NULL};
	bool equal[3] = {false};
	int result = -1;

	if (pa != NULL && pb != NULL && !curl_url_set(pa, CURLUPART_URL, a, 0) &&
	    !curl_url_set(pb, CURLUPART_URL, b, 0)) {
		for (int i = 0; i < 3; i++) {
			curl_url_get(pa, parts[i], &x[i], CURLU_DEFAULT_PORT);
			curl_url_get(pb, parts[i], &y[i], CURLU_DEFAULT_PORT);
			equal[i] = x[i] == NULL ? y[i] == NULL
						: y[i] != NULL && !strcasecmp(x[i], y[i]);
		}
		if (equal[0] && equal[1] && equal[2])
			result = 0;
		else if (equal[0] && x[1] != NULL && y[1] != NULL &&
			 strcmp(x[1], "http") == 0 && strcmp(y[1], "https") == 0)
			result = 1;
	}
	for (int i = 0; i < 3; i++) {
		curl_free(x[i]);
		curl_free(y[i]);
	}
	curl_url_cleanup(pa);
	curl_url_cleanup(pb);
	return result;
}

bool
engine_is_loopback(const char *url)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
	const char *host = strstr(url, "://");

	for (int i = 0; host != NULL && i < 3; i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(host + 3, hosts[i], n) == 0 &&
		    strchr(":/", host[3 + n]) != NULL) /* or the end */
			return true;
	}
	return false;
}

char *
engine_redirect(CURL *easy, char *why, size_t size)
{
	char *from = NULL, *to = NULL, *copy;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &from);
	curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &to);
	if (status < 300 || status >= 400 || from == NULL || to == NULL) {
		snprintf(why, size, "a redirect that leads nowhere");
		return NULL;
	}
	if (engine_compare(from, to) < 0) {
		snprintf(why, size, "redirected to %.150s: not followed", to);
		return NULL;
	}
	copy = strdup(to);
	if (copy == NULL)
		snprintf(why, size, "no memory");
	return copy;
}

bool
engine_hop(struct engine_task *task)
{
	return ++task->redirects <= REDIRECTS_MAX;
}

/* ---- the run ---------------------------------------------------------------- */

static void
put_waiting(struct engine *engine, struct engine_task *task)
{
	task->next = engine->waiting;
	engine->waiting = task;
	engine->n_waiting++;
}

static bool
may_begin(const struct engine *engine, const struct engine_task *task)
{
	return engine->owner->may_begin == NULL ||
	       engine->owner->may_begin(engine->context, task);
}

/* A waiting task whose time has come; *soonest gets the wait for the others. */
static struct engine_task *
take_waiting(struct engine *engine, long long *soonest)
{
	long long now = clock_ms();

	for (struct engine_task **p = &engine->waiting; *p != NULL; p = &(*p)->next) {
		struct engine_task *task = *p;

		if (!may_begin(engine, task))
			continue;
		if (task->not_before <= now) {
			*p = task->next;
			task->next = NULL;
			engine->n_waiting--;
			return task;
		}
		if (*soonest < 0 || task->not_before - now < *soonest)
			*soonest = task->not_before - now;
	}
	return NULL;
}

/* A task that was in a slot goes back to its owner: the run ends. */
static int
give_back(struct engine *engine, struct engine_task *task)
{
	if (engine->owner->drop != NULL)
		engine->owner->drop(engine->context, task, true);
	return -1;
}

/* Begin the transfer of a task in a slot that is idle; 0, or -1: the run ends. */
static int
start(struct engine *engine, struct engine_slot *slot, struct engine_task *task)
{
	const struct engine_owner *owner = engine->owner;

	switch (owner->begin(engine->context, slot, task)) {
	case ENGINE_WAIT:
		put_waiting(engine, task);
		return 0;
	case ENGINE_DONE:
		return 0;
	case ENGINE_BROKEN:
		break;
	case ENGINE_GO:
		curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
		if (curl_multi_add_handle(engine->multi, slot->easy) == CURLM_OK) {
			slot->task = task;
			engine->moving++;
			return 0;
		}
		msg("libcurl takes no more requests");
	}
	return give_back(engine, task);
}

/* Give idle slots something to do; *wait gets the ms until a task is due, or -1. */
static int
fill(struct engine *engine, const volatile sig_atomic_t *stop, long long *wait,
    bool *later)
{
	*wait = -1;
	*later = false;
	for (int i = 0; i < engine->jobs;) {
		struct engine_slot *slot = &engine->slots[i];
		struct engine_task *task;

		if (slot->task != NULL) {
			i++;
			continue;
		}
		if (stop != NULL && *stop != 0)
			return 0;
		task = take_waiting(engine, wait);
		if (task == NULL && !*later)
			task = engine->owner->next(engine->context, later);
		if (task == NULL)
			return 0;
		if (!may_begin(engine, task)) {
			put_waiting(engine, task);
			continue;
		}
		task->attempts++;
		task->redirects = 0;
		if (start(engine, slot, task) != 0)
			return -1;
	}
	return 0;
}

/* What came of an attempt, for who wants to know every step.  A URL may hold a password.
 */
static void
tell(CURL *easy, const struct engine_task *task, CURLcode code)
{
	const char *url = "", *host, *at;
	curl_off_t us = 0, bytes = 0;
	long answer = 0;

	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer);
	curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &us);
	curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
	host = url != NULL ? strstr(url, "://") : NULL;
	host = host != NULL ? host + 3 : url != NULL ? url : "";
	at = memchr(host, '@', strcspn(host, "/?#"));
	msg_debug("%.*s%s: attempt %d: %s, answer %ld, %lld bytes in %.3f s",
	    (int)(host - url), url, at != NULL ? at + 1 : host, task->attempts,
	    code == CURLE_OK ? "done" : curl_easy_strerror(code), answer,
	    (long long)bytes, (double)us / 1e6);
}

/* See to the transfers that ended; how many, or -1: the run ends. */
static int
collect(struct engine *engine)
{
	CURLMsg *done;
	int left, n = 0;

	for (; (done = curl_multi_info_read(engine->multi, &left)) != NULL; n++) {
		struct engine_slot *slot = NULL;
		struct engine_task *task;
		CURLcode code = done->data.result;

		curl_easy_getinfo(done->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
		curl_multi_remove_handle(engine->multi, slot->easy);
		task = slot->task;
		slot->task = NULL;
		engine->moving--;
		tell(slot->easy, task, code);
		switch (engine->owner->end(engine->context, slot, task, code)) {
		case ENGINE_GO:
			if (start(engine, slot, task) != 0)
				return -1;
			break;
		case ENGINE_WAIT:
			put_waiting(engine, task);
			break;
		case ENGINE_DONE:
			break;
		case ENGINE_BROKEN:
			return give_back(engine, task);
		}
	}
	return n;
}

/* What is at hand goes back to its owner. */
static void
drop_all(struct engine *engine)
{
	struct engine_task *task;

	for (int i = 0; i < engine->jobs; i++) {
		struct engine_slot *slot = &engine->slots[i];

		task = slot->task;
		if (task == NULL)
			continue;
		curl_multi_remove_handle(engine->multi, slot->easy);
		slot->task = NULL;
		engine->moving--;
		if (engine->owner->drop != NULL)
			engine->owner->drop(engine->context, task, true);
	}
	while ((task = engine->waiting) != NULL) {
		engine->waiting = task->next;
		engine->n_waiting--;
		if (engine->owner->drop != NULL)
			engine->owner->drop(engine->context, task, false);
	}
}

/* One turn of the run; 1: there is more to do, 0: there is not, -1: it failed. */
static int
turn(struct engine *engine, const volatile sig_atomic_t *stop)
{
	struct engine_wait wait = {.n = 0};
	bool later;
	int running, done;

	if (fill(engine, stop, &wait.ms, &later) != 0)
		return -1;
	if ((stop != NULL && *stop != 0) ||
	    (!later && engine->moving == 0 && engine->waiting == NULL))
		return 0;
	if (curl_multi_perform(engine->multi, &running) != CURLM_OK) {
		msg("libcurl failed");
		return -1;
	}
	if (engine->owner->turn != NULL && !engine->owner->turn(engine->context, &wait))
		return 0;
	done = collect(engine);
	if (done == 0)
		(void)curl_multi_poll(engine->multi, wait.fds, wait.n,
		    wait.ms >= 0 && wait.ms < WAIT_MS ? (int)wait.ms + 1 : WAIT_MS, NULL);
	return done < 0 ? -1 : 1;
}

int
engine_run(struct engine *engine, const volatile sig_atomic_t *stop)
{
	int more;

	while ((more = turn(engine, stop)) > 0)
		;
	drop_all(engine);
	return more;
}
