#include "logbook/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "logbook/emission.h"
#include "logbook/questionnaire.h"
#include "logbook/record.h"
#include "logbook/roster.h"
#include "logbook/split.h"
#include "stream/streams.h"
#include "text/timestamp.h"
#include "text/writer.h"

/* One experiment on its way; lives from its first request to its last. */
struct experiment {
	const char *name;
	char *json;    /* the name as a JSON string */
	char *segment; /* the name as a part of a URL */
	bool wanted[STREAMS_MAX], asked[STREAMS_MAX];
	int in_flight;	     /* requests */
	bool admitted;	     /* the first answer came: the others are asked for, too */
	bool informed;	     /* that to info did, whatever it was */
	bool absent;	     /* the service has no such address: does it list it? */
	const char *refusal; /* a status that ended it: nothing more is asked */
	struct questionnaire questionnaire;
	struct record_outcome outcomes[STREAMS_MAX];
	char fetched_at[28];
	struct experiment *next;
};

/* Lists of the service as a whole, each asked for when it is first needed. */
enum list { LIST_NONE, LIST_EXPERIMENTS, LIST_INSTRUMENTS, LIST_COUNT };

static const char *const list_paths[] = {
    [LIST_EXPERIMENTS] = "/ws/experiments",
    [LIST_INSTRUMENTS] = "/ws/instruments",
};

/* What a request is for: a resource of an experiment, or a list. */
struct errand {
	struct http_request request; /* first: the pointer is the errand's, too */
	struct experiment *experiment;
	const struct streams_row *resource;
	enum list list;
};

struct fetch {
	const struct service *service;
	const struct experiment_list *list;
	const struct fetch_options *options;
	struct stream *out;
	struct experiment *open; /* in the order of the list */
	size_t started, finished;
	struct emission emission;
	bool fetch_schema_sent;
	int status; /* of the program */
	int stop;   /* 0, or why nothing more is asked: an exit status */
	char stop_message[320];
	enum {
		LIST_UNNEEDED,
		LIST_NEEDED,
		LIST_ASKED,
		LIST_CAME,
		LIST_LACKING
	} lists[LIST_COUNT];
	struct experiment_list listed;
	struct roster_addresses addresses;
	/* Why no questionnaire is asked for any more, "" while they are: the application
	   that has them is away, or does not know us. */
	char questionnaires_stop[320];
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
	for (size_t i = 0; i < STREAMS_MAX; i++)
		free(e->outcomes[i].message);
	questionnaire_free(&e->questionnaire);
	free(e->json);
	free(e->segment);
	free(e);
}

static struct experiment *
experiment_start(struct fetch *fetch)
{
	struct experiment *e = calloc(1, sizeof(*e)), **end = &fetch->open;
	const char *chosen = fetch->list->chosen[fetch->started];

	if (e == NULL)
		return NULL;
	e->name = fetch->list->names[fetch->started];
	e->json = writer_quote(e->name, strlen(e->name));
	e->segment = http_escape(e->name);
	if (e->json == NULL || e->segment == NULL) {
		experiment_free(e);
		return NULL;
	}
	for (size_t i = 0; i < streams_staged(); i++)
		e->wanted[i] =
		    fetch->options->wanted[i] &&
		    (chosen == NULL || experiment_streams_have(chosen, streams[i].name));
	timestamp_now(e->fetched_at);
	while (*end != NULL)
		end = &(*end)->next;
	*end = e;
	fetch->started++;
	return e;
}

static bool
wants_questionnaire(const struct experiment *e)
{
	for (size_t i = 0; i < streams_staged(); i++)
		if (e->wanted[i] && streams[i].path == NULL)
			return true;
	return false;
}

/* Is a resource asked for?  The info is, too, where it tells of the questionnaire. */
static bool
is_needed(const struct experiment *e, const struct streams_row *r)
{
	return e->wanted[row(r)] || (r == &streams[0] && wants_questionnaire(e));
}

static bool
all_asked(const struct experiment *e)
{
	for (const struct streams_row *r = streams; r->applied == STREAMS_STAGED; r++)
		if (is_needed(e, r) && !e->asked[row(r)])
			return false;
	return true;
}

/* Note that a stream did not come. */
static void
note_outcome(struct experiment *e, const struct streams_row *r,
    enum record_arrival arrival, const struct http_request *request, const char *message)
{
	struct record_outcome *outcome = &e->outcomes[row(r)];

	outcome->arrival = arrival;
	outcome->http_status = request != NULL ? request->status : 0;
	if (request != NULL && request->outcome == HTTP_MISSING)
		outcome->http_status = 404; /* for file://, which has none, too */
	outcome->attempts = request != NULL ? request->task.attempts : 0;
	free(outcome->message);
	outcome->message = strdup(message);
}

/* What came of an experiment as a whole.  What a stop left half asked is failed. */
static const char *
experiment_status(const struct experiment *e)
{
	bool arrived = false;

	if (e->refusal != NULL)
		return e->refusal;
	if (!all_asked(e))
		return "failed";
	if (record_blamed(e->outcomes) < 0)
		return "complete";
	for (size_t i = 0; i < streams_staged(); i++)
		arrived = arrived || e->outcomes[i].arrival == RECORD_ARRIVED;
	return arrived ? "partial" : "failed";
}

/* Say what went wrong, in a line. */
static void
experiment_tell(const struct fetch *fetch, const struct experiment *e, const char *status)
{
	int blamed = record_blamed(e->outcomes), others = -1;
	const struct record_outcome *outcome;
	char more[40] = "";
	bool denied = strcmp(status, "denied") == 0;

	if (fetch->stop != 0 || (denied && fetch->options->quiet))
		return;
	for (size_t i = 0; i < streams_staged(); i++) {
		outcome = &e->outcomes[i];
		if (outcome->arrival != RECORD_REFUSED &&
		    outcome->arrival != RECORD_FAILED)
			continue;
		if (streams[i].path != NULL)
			others++;
		else if (!fetch->options->quiet)
			msg("%s: %s: %s", e->name, streams[i].name, outcome->message);
	}
	if (blamed < 0)
		return;
	outcome = &e->outcomes[blamed];
	if (others > 0)
		snprintf(more, sizeof(more), ", and %d more stream%s", others,
		    others > 1 ? "s" : "");
	if (outcome->arrival == RECORD_REFUSED)
		msg("%s: %s: denied (%s)%s", e->name, streams[blamed].name,
		    outcome->message, more);
	else
		msg("%s: %s: %s%s", e->name, streams[blamed].name, outcome->message,
		    more);
}

/* Close an experiment: nothing of it is in flight any more. */
static void
experiment_finish(struct fetch *fetch, struct experiment *e)
{
	struct experiment **p = &fetch->open;
	const char *status = experiment_status(e);
	bool complete = strcmp(status, "complete") == 0;

	if (!complete)
		worsen(fetch, EXIT_PARTIAL);
	experiment_tell(fetch, e, status);
	if (fetch->options->filter == NULL) {
		if (!fetch->fetch_schema_sent)
			streams_schema_named(fetch->out, "fetches");
		fetch->fetch_schema_sent = true;
		record_fetch(
		    fetch->out, &(struct record_fetch){
				    .experiment = e->name,
				    .status = status,
				    .outcomes = e->outcomes,
				    .message = record_blamed(e->outcomes) < 0 && !complete
						   ? fetch->stop_message
						   : NULL,
				    .fetched_at = e->fetched_at,
				});
		if (complete)
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

/* May credentials go to that URL of a questionnaire?  To the service's own host, and with
   Kerberos, which proves who we are to nobody but the one who is asked. */
static bool
is_trusted(const struct service *service, const char *url)
{
	const char *usual = service->questionnaire_url;
	const char *host = strstr(usual, "://");
	size_t n = host != NULL ? (size_t)(host + 3 - usual) + strcspn(host + 3, "/") : 0;

	if (n > 0 && strncmp(url, usual, n) == 0 && (url[n] == '/' || url[n] == '\0'))
		return true;
	return service->http.auth == HTTP_AUTH_NEGOTIATE &&
	       strncmp(url, "https://", 8) == 0;
}

/* The questionnaire's URL; NULL, with errno 0, if it is not to be asked for. */
static char *
find_questionnaire(struct fetch *fetch, struct experiment *e, const struct streams_row *r)
{
	const char *why = NULL;
	char *url = questionnaire_url(&e->questionnaire,
	    roster_address(&fetch->addresses, e->questionnaire.instrument),
	    fetch->service->questionnaire_url);

	if (url == NULL) {
		if (errno == 0)
			note_outcome(e, r, RECORD_MISSING, NULL, "there is no proposal");
		return NULL;
	}
	if (fetch->questionnaires_stop[0] != '\0')
		why = fetch->questionnaires_stop;
	else if (!is_trusted(fetch->service, url))
		why = "it is on another host, where credentials do not go";
	if (why == NULL)
		return url;
	note_outcome(e, r, RECORD_FAILED, NULL, why);
	free(url);
	errno = 0;
	return NULL;
}

/* A request for a resource; NULL if it need not be, or, with an outcome, cannot be made.
 */
static struct http_request *
errand_start(struct fetch *fetch, struct experiment *e, const struct streams_row *r)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	bool none = false;

	e->asked[row(r)] = true;
	errno = ENOMEM;
	if (errand == NULL)
		goto err0;
	errand->experiment = e;
	errand->resource = r;
	errand->request.authenticated = true;
	if (r->path == NULL)
		errand->request.url = find_questionnaire(fetch, e, r);
	else if (asprintf(&errand->request.url, "%s/%s%s",
		     fetch->service->authenticated_url, e->segment, r->path) < 0)
		errand->request.url = NULL;
	if (errand->request.url == NULL)
		goto err1;
	e->in_flight++;
	return &errand->request;
err1:
	none = errno == 0; /* it need not be asked for; free() may change errno */
	free(errand);
err0:
	if (!none)
		note_outcome(e, r, RECORD_FAILED, NULL, "no memory");
	return NULL;
}

static void
errand_free(struct errand *errand)
{
	free(errand->request.url);
	free(errand);
}

/* A list that is needed and was not asked for; NULL if there is none. */
static struct http_request *
list_next(struct fetch *fetch)
{
	for (enum list i = LIST_EXPERIMENTS; i < LIST_COUNT; i++) {
		struct errand *errand;

		if (fetch->lists[i] != LIST_NEEDED)
			continue;
		errand = calloc(1, sizeof(*errand));
		if (errand != NULL &&
		    asprintf(&errand->request.url, "%s%s",
			fetch->service->authenticated_url, list_paths[i]) >= 0) {
			errand->list = i;
			errand->request.authenticated = true;
			fetch->lists[i] = LIST_ASKED;
			return &errand->request;
		}
		free(errand);
		fetch->lists[i] = LIST_LACKING;
	}
	return NULL;
}

/* Does the questionnaire wait for what says where it is? */
static bool
waits(const struct fetch *fetch, const struct experiment *e)
{
	return !e->informed || fetch->lists[LIST_INSTRUMENTS] == LIST_NEEDED ||
	       fetch->lists[LIST_INSTRUMENTS] == LIST_ASKED;
}

/*
 * The experiment's next request; NULL if there is none now.  The first goes alone: what
 * may not be read, or is not there, costs no more than that.
 */
static struct http_request *
experiment_next(struct fetch *fetch, struct experiment *e)
{
	for (const struct streams_row *r = streams; r->applied == STREAMS_STAGED; r++) {
		struct http_request *request;

		if (e->refusal != NULL || e->absent || fetch->stop != 0 ||
		    (e->in_flight > 0 && !e->admitted))
			return NULL;
		if (e->asked[row(r)] || !is_needed(e, r) ||
		    (r->path == NULL && waits(fetch, e)))
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
	if (e->refusal != NULL || fetch->stop != 0)
		return true;
	return !e->absent && all_asked(e);
}

/* An experiment that is not there is gone if it is not listed either. */
static void
decide_absent(struct fetch *fetch)
{
	if (fetch->lists[LIST_EXPERIMENTS] != LIST_CAME &&
	    fetch->lists[LIST_EXPERIMENTS] != LIST_LACKING)
		return;
	for (struct experiment *e = fetch->open; e != NULL; e = e->next)
		if (e->absent && e->refusal == NULL)
			e->refusal = fetch->lists[LIST_EXPERIMENTS] == LIST_CAME &&
					     !roster_lists(&fetch->listed, e->name)
					 ? "gone"
					 : "failed";
}

static struct http_request *
next_request(void *context)
{
	struct fetch *fetch = context;
	struct http_request *request;
	struct experiment *e, *following;

	decide_absent(fetch);
	if (fetch->stop == 0 && (request = list_next(fetch)) != NULL)
		return request;
	decide_absent(fetch);
	for (e = fetch->open; e != NULL; e = following) {
		request = experiment_next(fetch, e);
		following = e->next;
		if (request != NULL)
			return request;
		if (experiment_is_done(fetch, e)) /* it had nothing to ask */
			experiment_finish(fetch, e);
	}
	while (fetch->started < fetch->list->n && fetch->stop == 0 &&
	       fetch->out->error == 0) {
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

/*
 * Check a body and pass its records on.  False if it ends too early, so that it
 * should be fetched again.
 */
static bool
take_body(struct fetch *fetch, struct errand *errand, const char *text, size_t n,
    void (*passed)(void *, size_t), void *spool)
{
	struct experiment *e = errand->experiment;
	const struct streams_row *r = errand->resource;
	const struct emission_body body = {.resource = r,
	    .experiment = e->name,
	    .experiment_json = e->json,
	    .fetched_at = e->fetched_at,
	    .text = text,
	    .n = n,
	    .passed = passed,
	    .spool = spool};
	struct split_error error;
	long count = emission_look(&fetch->emission, &body, &error);

	if (count < 0) {
		if (error.truncated)
			return false;
		note_outcome(e, r, RECORD_FAILED, &errand->request, error.text);
		return true;
	}
	if (r == &streams[0] && questionnaire_read(&e->questionnaire, e->name,
				    emission_first(&fetch->emission)) != 0)
		msg("no memory");
	if (!e->wanted[row(r)])
		return true;
	if (emission_pass(&fetch->emission, &body) != 0)
		worsen(fetch, EXIT_PARTIAL);
	e->outcomes[row(r)].arrival = RECORD_ARRIVED;
	e->outcomes[row(r)].count = count;
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

/* The questionnaire's application answered so: that says nothing about the logbook. */
static void
take_questionnaire_failure(
    struct fetch *fetch, struct experiment *e, const struct errand *errand)
{
	const struct http_request *request = &errand->request;
	bool refused = request->outcome == HTTP_DENIED || request->outcome == HTTP_LOGIN;

	note_outcome(e, errand->resource, refused ? RECORD_REFUSED : RECORD_FAILED,
	    request, request->message);
	if (request->outcome == HTTP_LOGIN || request->outcome == HTTP_AWAY ||
	    request->outcome == HTTP_UNTRUSTED)
		snprintf(fetch->questionnaires_stop, sizeof(fetch->questionnaires_stop),
		    "not asked: another one: %.250s", request->message);
}

static void
take_failure(struct fetch *fetch, struct errand *errand)
{
	struct http_request *request = &errand->request;
	struct experiment *e = errand->experiment;
	const struct streams_row *r = errand->resource;
	bool first = !e->admitted;
	char text[320];

	if (request->outcome == HTTP_MISSING && r->optional) {
		note_outcome(e, r, RECORD_MISSING, request, request->message);
		return;
	}
	if (r->path == NULL) {
		take_questionnaire_failure(fetch, e, errand);
		return;
	}
	snprintf(
	    text, sizeof(text), "%.60s: %s: %.220s", e->name, r->name, request->message);
	if (request->outcome == HTTP_LOGIN)
		stop(fetch, EXIT_LOGIN, request->message);
	else if (request->outcome == HTTP_UNTRUSTED)
		stop(fetch, EXIT_PARTIAL, request->message);
	/* One route alone may be broken for good; the service as a whole would not have
	   let the first through. */
	else if (request->outcome == HTTP_AWAY && (first || request->status == 0))
		stop(fetch, EXIT_LATER, request->status != 0 ? text : request->message);
	else if (request->outcome == HTTP_AWAY)
		worsen(fetch, EXIT_LATER);
	if (first && request->outcome == HTTP_MISSING)
		snprintf(
		    text, sizeof(text), "no such experiment (%.250s)", request->message);
	else
		snprintf(text, sizeof(text), "%s", request->message);
	note_outcome(e, r,
	    request->outcome == HTTP_DENIED ? RECORD_REFUSED : RECORD_FAILED, request,
	    text);
	if (fetch->stop != 0) {
		e->refusal = "failed";
	} else if (first && request->outcome == HTTP_DENIED) {
		e->refusal = "denied";
	} else if (first && request->outcome == HTTP_MISSING) {
		e->absent = true;
		if (fetch->lists[LIST_EXPERIMENTS] == LIST_UNNEEDED)
			fetch->lists[LIST_EXPERIMENTS] = LIST_NEEDED;
	}
}

/* A list came, or did not. */
static void
take_list(struct fetch *fetch, const struct errand *errand, const char *body, size_t n)
{
	int failed = -1;

	if (errand->request.outcome == HTTP_OK && errand->list == LIST_EXPERIMENTS)
		failed = roster_experiments(&fetch->listed, body, n);
	else if (errand->request.outcome == HTTP_OK)
		failed = roster_instruments(&fetch->addresses, body, n);
	fetch->lists[errand->list] = failed ? LIST_LACKING : LIST_CAME;
	decide_absent(fetch);
}

static bool
arrived(struct http_request *request, const char *body, size_t n,
    void (*passed)(void *spool, size_t offset), void *spool, void *context)
{
	struct fetch *fetch = context;
	struct errand *errand = (struct errand *)request;
	struct experiment *e = errand->experiment;

	if (e == NULL) {
		take_list(fetch, errand, body, n);
		errand_free(errand);
		return true;
	}
	if (e->refusal != NULL || fetch->out->error != 0)
		; /* too late to matter */
	else if (request->outcome != HTTP_OK)
		take_failure(fetch, errand);
	else if (!take_body(fetch, errand, body, n, passed, spool))
		return false;
	e->admitted = true;
	if (errand->resource == &streams[0]) {
		e->informed = true;
		if (e->questionnaire.instrument != NULL &&
		    fetch->lists[LIST_INSTRUMENTS] == LIST_UNNEEDED &&
		    wants_questionnaire(e))
			fetch->lists[LIST_INSTRUMENTS] = LIST_NEEDED;
	}
	errand_free(errand);
	e->in_flight--;
	if (experiment_is_done(fetch, e))
		experiment_finish(fetch, e);
	return true;
}

/* Close what is left after stop(): as failed, whatever came of it before. */
static void
close_rest(struct fetch *fetch)
{
	struct experiment *e;

	while (fetch->open != NULL || fetch->started < fetch->list->n) {
		e = fetch->open != NULL ? fetch->open : experiment_start(fetch);
		if (e == NULL)
			return;
		if (fetch->stop_message[0] == '\0')
			snprintf(fetch->stop_message, sizeof(fetch->stop_message),
			    "not asked");
		e->refusal = "failed";
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

	if (http == NULL || emission_open(&fetch.emission, out, options->filter,
				options->attachments) != 0) {
		http_close(http);
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
	experiment_list_free(&fetch.listed);
	roster_free(&fetch.addresses);
	emission_close(&fetch.emission);
	if (out->error != 0) {
		if (out->error != EPIPE)
			msg("stdout: %s", strerror(out->error));
		worsen(&fetch, EXIT_PARTIAL);
	}
	return fetch.status;
}
