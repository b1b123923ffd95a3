#include "logbook/fetch.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "logbook/record.h"
#include "logbook/split.h"
#include "stream/streams.h"
#include "text/json.h"
#include "text/timestamp.h"

#define KEPT_MAX 16384 /* documents of a body that are found only once */

/* One experiment on its way; lives from its first request to its last. */
struct experiment {
	const char *name;
	char *json;	/* the name as a JSON string */
	char *segment;	/* the name as a part of a URL */
	char *proposal; /* params.PNR, once the info is there */
	bool info_done;
	bool closed;   /* nothing more is asked */
	int in_flight; /* requests */
	bool asked[STREAMS_MAX];
	long counts[STREAMS_MAX];
	char fetched_at[28];
	/* What went wrong first: */
	const char *failed_stream; /* NULL: nothing so far */
	bool denied;
	long http_status;
	int attempts;
	char message[320];
	struct experiment *next;
};

/* What a request is for. */
struct errand {
	struct http_request request; /* first: the pointer is the errand's, too */
	struct experiment *experiment;
	const struct streams_row *resource;
};

struct fetch {
	const struct service *service;
	const struct experiment_list *list;
	const struct fetch_options *options;
	struct stream *out;
	struct experiment *open; /* in the order of the list */
	size_t started, finished;
	bool schema_sent[STREAMS_MAX];
	bool fetch_schema_sent;
	int status; /* of the program */
	int stop;   /* 0, or why nothing more is asked: an exit status */
	char stop_message[320];
	struct split_document *kept; /* where the documents of a body are */
	size_t n_kept;
	char *filter_text; /* a record on its way through the filter */
	size_t filter_used, filter_size;
};

static size_t
row(const struct streams_row *resource)
{
	return (size_t)(resource - streams);
}

static void
worsen(struct fetch *fetch, int status)
{
	if (fetch->status < status)
		fetch->status = status;
}

/* ---- experiments ------------------------------------------------------------ */

static void
experiment_free(struct experiment *e)
{
	free(e->json);
	free(e->segment);
	free(e->proposal);
	free(e);
}

static struct experiment *
experiment_start(struct fetch *fetch)
{
	struct experiment *e = calloc(1, sizeof(*e)), **end = &fetch->open;

	if (e == NULL)
		return NULL;
	e->name = fetch->list->names[fetch->started];
	e->json = json_quote(e->name);
	e->segment = http_escape(e->name);
	if (e->json == NULL || e->segment == NULL) {
		experiment_free(e);
		return NULL;
	}
	for (size_t i = 0; i < STREAMS_MAX; i++)
		e->counts[i] = -1;
	timestamp_now(e->fetched_at);
	while (*end != NULL)
		end = &(*end)->next;
	*end = e;
	fetch->started++;
	return e;
}

/* Note what went wrong; only the first of several is kept and said. */
static void
experiment_fail(struct fetch *fetch, struct experiment *e, const char *stream,
    const struct http_request *request, const char *message)
{
	if (e->failed_stream != NULL)
		return;
	e->failed_stream = stream;
	e->http_status = request != NULL ? request->status : 0;
	e->attempts = request != NULL ? request->task.attempts : 0;
	e->denied = request != NULL &&
		    (request->outcome == HTTP_DENIED || request->outcome == HTTP_LOGIN);
	if (request != NULL && request->outcome == HTTP_MISSING)
		e->http_status = 404; /* for file://, which has none, too */
	if (e->http_status == 404 && stream == streams[0].name)
		snprintf(
		    e->message, sizeof(e->message), "no such experiment (%s)", message);
	else
		snprintf(e->message, sizeof(e->message), "%s", message);
	worsen(fetch, EXIT_PARTIAL);
	if (fetch->stop != 0 || (e->denied && fetch->options->quiet))
		return;
	if (e->denied)
		msg("%s: %s: denied (%s)", e->name, stream, e->message);
	else
		msg("%s: %s: %s", e->name, stream, e->message);
}

/* Close an experiment: nothing of it is in flight any more. */
static void
experiment_finish(struct fetch *fetch, struct experiment *e)
{
	struct experiment **p = &fetch->open;

	if (fetch->options->filter == NULL) {
		if (!fetch->fetch_schema_sent)
			streams_schema_named(fetch->out, "fetches");
		fetch->fetch_schema_sent = true;
		record_fetch(fetch->out,
		    &(struct record_fetch){
			.experiment = e->name,
			.status = e->failed_stream == NULL ? "complete"
				  : e->denied		   ? "denied"
							   : "failed",
			.stream = e->failed_stream,
			.http_status = e->http_status,
			.attempts = e->attempts,
			.message = e->failed_stream != NULL ? e->message : NULL,
			.counts = e->failed_stream == NULL ? e->counts : NULL,
			.fetched_at = e->fetched_at,
		    });
		if (e->failed_stream == NULL)
			record_state(fetch->out, e->name, e->fetched_at);
	}
	(void)stream_flush(fetch->out);
	while (*p != e)
		p = &(*p)->next;
	*p = e->next;
	experiment_free(e);
	fetch->finished++;
	msg_progress("%zu of %zu experiments", fetch->finished, fetch->list->n);
}

/* ---- requests --------------------------------------------------------------- */

/*
 * The questionnaire's URL: run and proposal, from the last two digits of the name
 * and from params.PNR.  NULL, with errno 0, if there is none.
 */
static char *
questionnaire_url(const struct service *service, const struct experiment *e)
{
	size_t n = strlen(e->name);
	char *proposal, *url;
	int k;

	errno = 0;
	if (e->proposal == NULL || n < 2 ||
	    experiment_name_error(e->proposal, strlen(e->proposal)) != NULL ||
	    !isdigit((unsigned char)e->name[n - 1]) ||
	    !isdigit((unsigned char)e->name[n - 2]))
		return NULL;
	proposal = http_escape(e->proposal);
	k = proposal == NULL ? -1
			     : asprintf(&url, "%s/ws/proposal/attribute/run%s/%s",
				   service->questionnaire_url, e->name + n - 2, proposal);
	free(proposal);
	if (k >= 0)
		return url;
	errno = ENOMEM;
	return NULL;
}

static struct http_request *
errand_start(struct fetch *fetch, struct experiment *e, const struct streams_row *r)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	bool none;

	e->asked[row(r)] = true;
	if (errand == NULL)
		goto err0;
	errand->experiment = e;
	errand->resource = r;
	errand->request.authenticated = true;
	if (r->path == NULL) {
		errand->request.url = questionnaire_url(fetch->service, e);
		if (errand->request.url == NULL)
			goto err1;
	} else if (asprintf(&errand->request.url, "%s/%s%s",
		       fetch->service->authenticated_url, e->segment, r->path) < 0) {
		errno = ENOMEM;
		goto err1;
	}
	e->in_flight++;
	return &errand->request;
err1:
	none = errno == 0; /* there is no questionnaire; free() may change errno */
	free(errand);
	if (none) {
		e->counts[row(r)] = 0;
		return NULL;
	}
err0:
	experiment_fail(fetch, e, r->name, NULL, "no memory");
	return NULL;
}

static void
errand_free(struct errand *errand)
{
	free(errand->request.url);
	free(errand);
}

/* Is the info needed, to know the proposal, even if nobody asked for it? */
static bool
is_needed(const struct fetch *fetch, const struct streams_row *r)
{
	const bool *wanted = fetch->options->wanted;

	if (wanted[row(r)])
		return true;
	if (r != &streams[0])
		return false;
	for (size_t i = 1; i < streams_staged(); i++)
		if (wanted[i] && streams[i].path == NULL)
			return true;
	return false;
}

/* The experiment's next request; NULL if there is none now. */
static struct http_request *
experiment_next(struct fetch *fetch, struct experiment *e)
{
	for (const struct streams_row *r = streams; r->applied == STREAMS_STAGED; r++) {
		struct http_request *request;

		if (e->failed_stream != NULL || fetch->stop != 0)
			return NULL;
		if (e->asked[row(r)] || !is_needed(fetch, r))
			continue;
		if (r->path == NULL && !e->info_done)
			continue;
		request = errand_start(fetch, e, r);
		if (request != NULL)
			return request;
	}
	return NULL;
}

static bool
experiment_is_done(const struct fetch *fetch, const struct experiment *e)
{
	if (e->in_flight > 0)
		return false;
	if (e->failed_stream != NULL)
		return true;
	for (const struct streams_row *r = streams; r->applied == STREAMS_STAGED; r++)
		if (is_needed(fetch, r) && !e->asked[row(r)])
			return false;
	return true;
}

static struct http_request *
next_request(void *context)
{
	struct fetch *fetch = context;
	struct experiment *e, *following;

	for (e = fetch->open; e != NULL; e = following) {
		struct http_request *request = experiment_next(fetch, e);

		following = e->next;
		if (request != NULL)
			return request;
		if (experiment_is_done(fetch, e)) /* it had nothing to ask */
			experiment_finish(fetch, e);
	}
	while (fetch->started < fetch->list->n && fetch->stop == 0 &&
	       fetch->out->error == 0) {
		struct http_request *request;

		e = experiment_start(fetch);
		if (e == NULL) {
			msg("no memory");
			fetch->stop = EXIT_PARTIAL;
			return NULL;
		}
		request = experiment_next(fetch, e);
		if (request != NULL)
			return request;
		experiment_finish(fetch, e);
	}
	return NULL;
}

/* ---- answers ---------------------------------------------------------------- */

static void
filter_put(void *context, const char *p, size_t n)
{
	struct fetch *fetch = context;
	char *text;

	if (fetch->filter_used + n > fetch->filter_size) {
		text = realloc(fetch->filter_text, (fetch->filter_used + n) * 2);
		if (text == NULL)
			return; /* what is cut short is no JSON: the filter says so */
		fetch->filter_text = text;
		fetch->filter_size = (fetch->filter_used + n) * 2;
	}
	memcpy(fetch->filter_text + fetch->filter_used, p, n);
	fetch->filter_used += n;
}

/* The records of one body on their way out. */
struct emission {
	struct fetch *fetch;
	const struct errand *errand;
	const char *body;
	void (*passed)(void *spool, size_t offset);
	void *spool;
	size_t released; /* offset up to which the body was let go */
	bool failed;
};

/* Write to stdout; of a piece too large for memory, let go what is written. */
static void
emit_put(void *context, const char *p, size_t n)
{
	struct emission *emission = context;
	struct stream *out = emission->fetch->out;

	for (; n > JSON_STRIDE; p += JSON_STRIDE, n -= JSON_STRIDE) {
		stream_put(out, p, JSON_STRIDE);
		emission->passed(emission->spool, (size_t)(p - emission->body));
	}
	stream_put(out, p, n);
}

static void
let_go(struct emission *emission, const char *end)
{
	size_t offset = (size_t)(end - emission->body);

	if (offset - emission->released < JSON_STRIDE)
		return;
	emission->passed(emission->spool, offset);
	emission->released = offset;
}

static void
emit(void *context, const struct split_document *document)
{
	struct emission *emission = context;
	struct fetch *fetch = emission->fetch;
	const struct experiment *e = emission->errand->experiment;
	const struct streams_row *r = emission->errand->resource;

	if (fetch->options->filter == NULL) {
		record_document(emit_put, emission, r, e->json, document, e->fetched_at);
		stream_end_line(fetch->out);
		if (fetch->options->attachments != NULL &&
		    strcmp(r->name, "logbook_entries") == 0 &&
		    attachment_records(fetch->options->attachments, e->name,
			document->text, e->fetched_at) != 0)
			emission->failed = true;
		let_go(emission, document->text.p + document->text.n);
		return;
	}
	fetch->filter_used = 0;
	record_body(filter_put, fetch, r, e->json, document);
	if (filter_run(fetch->options->filter, fetch->filter_text, fetch->filter_used,
		fetch->out) != 0)
		emission->failed = true;
}

/* Remember where a document is, as long as there are not too many. */
static void
keep(void *context, const struct split_document *document)
{
	struct fetch *fetch = context;

	if (fetch->n_kept < KEPT_MAX)
		fetch->kept[fetch->n_kept] = *document;
	fetch->n_kept++;
}

/*
 * Check a body and pass its records on.  False if it ends too early, so that it
 * should be fetched again.
 */
static bool
take_body(struct fetch *fetch, struct errand *errand, const char *body, size_t n,
    void (*passed)(void *, size_t), void *spool)
{
	struct experiment *e = errand->experiment;
	const struct streams_row *r = errand->resource;
	struct emission emission = {.fetch = fetch,
	    .errand = errand,
	    .body = body,
	    .passed = passed,
	    .spool = spool};
	struct split_error error;
	long count;

	fetch->n_kept = 0;
	count = split_body(body, n, r, e->name, keep, fetch, passed, spool, &error);
	if (count < 0) {
		if (error.truncated)
			return false;
		experiment_fail(fetch, e, r->name, &errand->request, error.text);
		return true;
	}
	if (r == &streams[0]) {
		e->proposal = split_text(fetch->kept[0].text, "params", "PNR");
		e->info_done = true;
	}
	if (!fetch->options->wanted[row(r)])
		return true;
	if (fetch->options->filter == NULL && !fetch->schema_sent[row(r)])
		streams_schema(fetch->out, r);
	fetch->schema_sent[row(r)] = true;
	if (fetch->n_kept <= KEPT_MAX)
		for (size_t i = 0; i < fetch->n_kept; i++)
			emit(&emission, &fetch->kept[i]);
	else
		split_body(body, n, r, e->name, emit, &emission, passed, spool, &error);
	(void)stream_flush(fetch->out);
	e->counts[row(r)] = count;
	if (emission.failed)
		worsen(fetch, EXIT_PARTIAL);
	return true;
}

/* Nothing more is asked: say why, once. */
static void
stop(struct fetch *fetch, int status, const char *message)
{
	if (fetch->stop != 0)
		return;
	fetch->stop = status;
	snprintf(fetch->stop_message, sizeof(fetch->stop_message), "%s", message);
	if (status == EXIT_LOGIN)
		service_refused(fetch->service);
	else
		msg("%s", message);
	worsen(fetch, status);
}

static void
take_failure(struct fetch *fetch, struct errand *errand)
{
	struct http_request *request = &errand->request;
	struct experiment *e = errand->experiment;
	const struct streams_row *r = errand->resource;

	if (request->outcome == HTTP_MISSING && r->optional) {
		e->counts[row(r)] = 0;
		return;
	}
	if (request->outcome == HTTP_LOGIN)
		stop(fetch, EXIT_LOGIN, request->message);
	else if (request->outcome == HTTP_AWAY)
		stop(fetch, EXIT_LATER, request->message);
	else if (request->outcome == HTTP_UNTRUSTED)
		stop(fetch, EXIT_PARTIAL, request->message);
	experiment_fail(fetch, e, r->name, request, request->message);
}

static bool
arrived(struct http_request *request, const char *body, size_t n,
    void (*passed)(void *spool, size_t offset), void *spool, void *context)
{
	struct fetch *fetch = context;
	struct errand *errand = (struct errand *)request;
	struct experiment *e = errand->experiment;

	if (e->failed_stream != NULL || fetch->out->error != 0)
		; /* too late to matter */
	else if (request->outcome != HTTP_OK)
		take_failure(fetch, errand);
	else if (!take_body(fetch, errand, body, n, passed, spool))
		return false;
	errand_free(errand);
	e->in_flight--;
	if (experiment_is_done(fetch, e))
		experiment_finish(fetch, e);
	return true;
}

/* Close what was never asked, after stop(). */
static void
close_rest(struct fetch *fetch)
{
	struct experiment *e;

	while (fetch->open != NULL || fetch->started < fetch->list->n) {
		e = fetch->open != NULL ? fetch->open : experiment_start(fetch);
		if (e == NULL)
			return;
		experiment_fail(fetch, e, streams[0].name, NULL,
		    fetch->stop_message[0] != '\0' ? fetch->stop_message : "not asked");
		experiment_finish(fetch, e);
	}
}

int
fetch_run(const struct service *service, const struct experiment_list *experiments,
    const struct fetch_options *options, struct stream *out)
{
	struct fetch fetch = {
	    .service = service,
	    .list = experiments,
	    .options = options,
	    .out = out,
	};
	struct http *http = http_open(&service->http);

	fetch.kept = calloc(KEPT_MAX, sizeof(*fetch.kept));
	if (http == NULL || fetch.kept == NULL) {
		http_close(http);
		free(fetch.kept);
		return EXIT_PARTIAL;
	}
	if (options->unasked != 0) {
		fetch.stop = fetch.status = options->unasked;
		snprintf(fetch.stop_message, sizeof(fetch.stop_message),
		    "not asked: the service could not be used");
	} else if (http_run(http, next_request, arrived, &fetch) != 0)
		stop(&fetch, EXIT_PARTIAL, "stopped");
	http_close(http);
	close_rest(&fetch);
	msg_progress_end();
	free(fetch.filter_text);
	free(fetch.kept);
	if (out->error != 0) {
		if (out->error != EPIPE)
			msg("stdout: %s", strerror(out->error));
		worsen(&fetch, EXIT_PARTIAL);
	}
	return fetch.status;
}
