#include "logbook/census.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "logbook/experiment.h"
#include "logbook/listing.h"
#include "logbook/roster.h"
#include "stream/streams.h"
#include "text/buffer.h"
#include "text/timestamp.h"
#include "text/writer.h"

struct census {
	const struct census_options *options;
	struct plan *plan;
	void (*take)(void *context, const char *experiment, enum plan_part part);
	void *context;
	struct stream records; /* if options->records */
	bool schema_sent[2];
	struct experiment_list recent; /* in the window */
	struct experiment_list listed;
	struct buffer document;
	char now[28];
	int status;
};

static void
worsen(struct census *census, int status)
{
	if (census->status < status)
		census->status = status;
}

/* Is its name good?  If not that is said, once for each list. */
static bool
is_good(struct census *census, const struct listing_item *item)
{
	const char *error = experiment_name_error(item->name, item->length);

	if (error == NULL)
		return true;
	msg("left out '%.60s': %s", item->name, error);
	worsen(census, EXIT_PARTIAL);
	return false;
}

/* ---- records ------------------------------------------------------------------ */

enum { INSTRUMENTS, EXPERIMENTS };

static const char *const names[] = {"instruments", "listed_experiments"};

/* Begin a record of a stream, its schema before the first; end_record() ends it. */
static struct writer
begin_record(struct census *census, int stream)
{
	struct writer w = writer_to(stream_take, &census->records);

	if (!census->schema_sent[stream])
		streams_schema_named(&census->records, names[stream]);
	census->schema_sent[stream] = true;
	writer_object(&w, NULL);
	writer_string(&w, "type", "RECORD");
	writer_string(&w, "stream", names[stream]);
	writer_object(&w, "record");
	return w;
}

static void
end_record(struct census *census, struct writer *w)
{
	writer_end_object(w);
	writer_string(w, "time_extracted", census->now);
	writer_end_object(w);
	stream_end_line(&census->records);
}

static void
record_listed(
    struct census *census, const char *experiment, bool listed, struct json_span document)
{
	struct writer w;

	if (census->options->records == NULL)
		return;
	w = begin_record(census, EXPERIMENTS);
	writer_string(&w, "experiment", experiment);
	writer_bool(&w, "listed", listed);
	if (document.p != NULL)
		writer_string(&w, "listed_since", census->now);
	writer_string(&w, "changed_at", census->now);
	if (document.p != NULL)
		writer_json(&w, "document", document);
	end_record(census, &w);
}

/* ---- the lists ------------------------------------------------------------------ */

/* An item's document on one line of JSON, until the next. */
static struct json_span
document_of(struct census *census, const struct listing_item *item)
{
	census->document.n = 0;
	if (item->unclean)
		json_clean(item->text, 0, buffer_put, &census->document);
	else
		return item->text;
	return (struct json_span){census->document.p, census->document.n};
}

static void
take_recent(void *context, const struct listing_item *item)
{
	struct census *census = context;

	if (is_good(census, item) &&
	    experiment_list_add(&census->recent, item->name, item->length) != 0)
		worsen(census, EXIT_PARTIAL);
}

static void
take_part(struct census *census, const char *experiment, enum plan_part part)
{
	if (part == PLAN_FAILED)
		worsen(census, EXIT_PARTIAL);
	else if (part != PLAN_NOTHING)
		census->take(census->context, experiment, part);
}

static void
take_listed(void *context, const struct listing_item *item)
{
	struct census *census = context;
	struct json_span document;

	if (!is_good(census, item) || roster_lists(&census->listed, item->name))
		return;
	if (experiment_list_add(&census->listed, item->name, item->length) != 0) {
		worsen(census, EXIT_PARTIAL);
		return;
	}
	document = document_of(census, item);
	take_part(census, item->name,
	    plan_listed(census->plan, item->name, document,
		roster_lists(&census->recent, item->name)));
	record_listed(census, item->name, true, document);
}

static void
take_unlisted(void *context, const char *experiment, bool ask)
{
	struct census *census = context;

	if (ask)
		census->take(census->context, experiment, PLAN_WHOLE);
	record_listed(census, experiment, false, (struct json_span){NULL, 0});
}

static void
take_instrument(void *context, const struct listing_item *item)
{
	struct census *census = context;
	struct writer w = begin_record(census, INSTRUMENTS);

	writer_string(&w, "name", item->name);
	writer_json(&w, "document", document_of(census, item));
	end_record(census, &w);
}

/* What the list of experiments leaves over: of the window, and of what is here. */
static int
take_rest(struct census *census)
{
	struct buffer buffer = {.p = NULL};
	struct writer w = writer_to(buffer_put, &buffer);
	char *listed;
	int result = -1;

	for (size_t i = 0; i < census->recent.n; i++)
		if (!roster_lists(&census->listed, census->recent.names[i]))
			take_part(census, census->recent.names[i],
			    plan_unreadable(census->plan, census->recent.names[i]));
	writer_array(&w, NULL);
	for (size_t i = 0; i < census->listed.n; i++)
		writer_string(&w, NULL, census->listed.names[i]);
	writer_end_array(&w);
	listed = buffer_take(&buffer, NULL);
	if (listed != NULL)
		result = plan_unlisted(census->plan, listed, take_unlisted, census);
	free(listed);
	return result;
}

/* Ask for the lists.  Returns what the last one came to, if nothing more is to be asked.
 */
static int
ask(struct census *census, const struct service *service)
{
	const struct census_options *o = census->options;
	double hours = plan_age(census->plan);
	int status = 0;

	if (!o->plan.all)
		status = listing_get(service, LISTING_RECENT,
		    hours > o->hours ? hours : o->hours, take_recent, census);
	if (status > EXIT_PARTIAL)
		return status;
	worsen(census, status);
	status = listing_try(service, LISTING_ALL, 0, take_listed, census);
	if (status == LISTING_NONE && !o->plan.all)
		for (size_t i = 0; i < census->recent.n; i++)
			take_part(census, census->recent.names[i], PLAN_WHOLE);
	else if (status == LISTING_NONE)
		return listing_get(service, LISTING_ALL, 0, take_listed, census);
	else if (status > EXIT_PARTIAL)
		return status;
	else if (census->listed.n > 0 && take_rest(census) != 0)
		return EXIT_PARTIAL;
	if (status != LISTING_NONE)
		worsen(census, status);
	status = o->records == NULL ? 0
				    : listing_try(service, LISTING_INSTRUMENTS, 0,
					  take_instrument, census);
	return status > EXIT_PARTIAL ? status : 0;
}

int
census_run(const struct service *service, const struct census_options *options,
    void (*take)(void *context, const char *experiment, enum plan_part part),
    void *context)
{
	struct census census = {.options = options, .take = take, .context = context};
	int fd = -1;

	timestamp_now(census.now);
	if (options->records != NULL) {
		fd = open(
		    options->records, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || stream_open(&census.records, fd) != 0) {
			msg("%s: %s", options->records, strerror(errno));
			if (fd >= 0)
				close(fd);
			return EXIT_PARTIAL;
		}
	}
	census.plan = plan_open(options->database, &options->plan);
	worsen(&census, census.plan != NULL ? ask(&census, service) : EXIT_PARTIAL);
	plan_close(census.plan);
	experiment_list_free(&census.recent);
	experiment_list_free(&census.listed);
	buffer_free(&census.document);
	if (fd >= 0) {
		if (stream_close(&census.records) != 0) {
			msg("%s: %s", options->records, strerror(errno));
			worsen(&census, EXIT_PARTIAL);
		}
		close(fd);
	}
	return census.status;
}
