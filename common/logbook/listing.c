#include "logbook/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/msg.h"
#include "logbook/experiment.h"
#include "logbook/http.h"

struct listing {
	const struct service *service;
	enum listing_kind kind;
	struct http_request request;
	bool asked, optional;
	void (*take)(void *context, const struct listing_item *item);
	void *context;
	int status;
};

void
listing_put(struct stream *out, const struct listing_item *item)
{
	if (item->unclean)
		json_clean(item->text, 0, stream_take, out);
	else
		stream_put(out, item->text.p, item->text.n);
}

/* A member that is a string, decoded and malloc'd; NULL if there is none. */
static char *
member(struct json_span object, const char *name, size_t *length)
{
	struct json_span value;

	if (!json_find(object, name, &value) || value.p[0] != '"')
		return NULL;
	return json_string_copy(value, length);
}

/* Hand one element over: a name, or a document that holds one. */
static bool
take_element(struct listing *listing, struct json *s)
{
	struct listing_item item = {.instrument = NULL};
	char *name = NULL, *instrument = NULL;
	bool nameless = false;
	size_t n;

	s->unclean = false;
	if (!json_value(s, &item.text))
		return false;
	item.unclean = s->unclean;
	if (item.text.p[0] == '"') {
		name = json_string_copy(item.text, &item.length);
	} else if (item.text.p[0] == '{') {
		name = member(item.text, "_id", &item.length);
		if (name == NULL)
			name = member(item.text, "name", &item.length);
		instrument = member(item.text, "instrument", &n);
	}
	/* The address.  Where only labels are to be had, theirs; none holds a NUL byte.
	 */
	if (name != NULL)
		experiment_address(name);
	item.name = name;
	item.instrument = instrument;
	if (name != NULL)
		listing->take(listing->context, &item);
	else if (listing->kind == LISTING_ACTIVE && item.text.p[0] == '{')
		nameless = true; /* a station on standby */
	else
		msg("left out an element of the list that has no name");
	free(name);
	free(instrument);
	return name != NULL || nameless;
}

static void
take_list(struct listing *listing, const char *body, size_t n)
{
	struct json s;
	struct json_span key, value = {NULL, 0}, message;
	char text[200] = "the answer is not a list";

	json_begin(&s, body, n);
	if (json_value(&s, &value) && json_end(&s) && value.p[0] == '{') {
		if (json_find(value, "errormsg", &message) && message.p[0] == '"' &&
		    message.n < sizeof(text))
			json_string_decode(message, text);
		if (json_find(value, "success", &key) && key.p[0] == 't' &&
		    json_find(value, "value", &message) && message.p[0] == '[') {
			json_begin(&s, message.p, message.n);
			json_open(&s, '[');
			while (json_element(&s))
				if (!take_element(listing, &s) && s.error == NULL)
					listing->status = EXIT_PARTIAL;
			return;
		}
	}
	msg("%s: %s", listing->request.url, text);
	listing->status = EXIT_PARTIAL;
}

static struct http_request *
next(void *context)
{
	struct listing *listing = context;

	if (listing->asked)
		return NULL;
	listing->asked = true;
	return &listing->request;
}

static bool
arrived(struct http_request *request, const char *body, size_t n,
    void (*passed)(void *spool, size_t offset), void *spool, void *context)
{
	struct listing *listing = context;
	struct json s;

	(void)passed;
	(void)spool;
	if (request->outcome == HTTP_OK) {
		json_begin(&s, body, n);
		if (!json_value(&s, NULL) && s.truncated)
			return false;
		take_list(listing, body, n);
		return true;
	}
	if (listing->optional && request->outcome == HTTP_MISSING) {
		listing->status = LISTING_NONE;
		return true;
	}
	listing->status = request->outcome == HTTP_LOGIN  ? EXIT_LOGIN
			  : request->outcome == HTTP_AWAY ? EXIT_LATER
							  : EXIT_PARTIAL;
	if (request->outcome == HTTP_LOGIN)
		service_refused(listing->service);
	else
		msg("%s: %s%s", request->url, request->message,
		    request->outcome == HTTP_MISSING
			? ": is base_url the logbook's? (elog-config shows it)"
			: "");
	return true;
}

static const char *const documents[] = {
    [LISTING_ALL] = "experiments",
    [LISTING_ACTIVE] = "activeexperiments",
    [LISTING_INSTRUMENTS] = "instruments",
};

static char *
listing_url(const struct service *service, enum listing_kind kind, double hours)
{
	char *url;
	int n;

	if (kind == LISTING_RECENT)
		n = asprintf(&url,
		    "%s/ws/experiment_names_updated_within?offset_secs=%.0f",
		    service->public_url, hours * 3600);
	else
		n = asprintf(
		    &url, "%s/ws/%s", service->authenticated_url, documents[kind]);
	return n < 0 ? NULL : url;
}

static int
get(const struct service *service, enum listing_kind kind, double hours, bool optional,
    void (*take)(void *context, const struct listing_item *item), void *context)
{
	struct listing listing = {
	    .service = service,
	    .optional = optional,
	    .kind = kind,
	    .request = {.authenticated = kind != LISTING_RECENT},
	    .take = take,
	    .context = context,
	};
	struct http *http = http_open(&service->http);

	if (http == NULL)
		return EXIT_PARTIAL;
	listing.request.url = listing_url(service, kind, hours);
	if (listing.request.url == NULL) {
		msg("no memory");
		listing.status = EXIT_PARTIAL;
	} else if (http_run(http, next, arrived, &listing) != 0) {
		listing.status = EXIT_PARTIAL;
	}
	free(listing.request.url);
	http_close(http);
	return listing.status;
}

int
listing_get(const struct service *service, enum listing_kind kind, double hours,
    void (*take)(void *context, const struct listing_item *item), void *context)
{
	return get(service, kind, hours, false, take, context);
}

int
listing_try(const struct service *service, enum listing_kind kind, double hours,
    void (*take)(void *context, const struct listing_item *item), void *context)
{
	return get(service, kind, hours, true, take, context);
}
