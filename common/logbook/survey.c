#include "logbook/survey.h"

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

struct survey {
	const struct survey_options *options;
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
worsen(struct survey *survey, int status)
{
	if (survey->status < status)
		survey->status = status;
}

/* Is its name good?  If not that is said, once for each list. */
static bool
is_good(struct survey *survey, const struct listing_item *item)
{
	const char *error = experiment_name_error(item->name, item->length);

	if (error == NULL)
		return true;
	msg("left out '%.60s': %s", item->name, error);
	worsen(survey, EXIT_PARTIAL);
	return false;
}

/* ---- records ------------------------------------------------------------------ */

enum { INSTRUMENTS, EXPERIMENTS };

static const char *const names[] = {"instruments", "listed_experiments"};

/* Begin a record of a stream, its schema before the first; end_record() ends it. */
static struct writer
begin_record(struct survey *survey, int stream)
{
	struct writer w = writer_to(stream_take, &survey->records);

	if (!survey->schema_sent[stream])
		streams_schema_named(&survey->records, names[stream]);
	survey->schema_sent[stream] = true;
	writer_object(&w, NULL);
	writer_string(&w, "type", "RECORD");
	writer_string(&w, "stream", names[stream]);
	writer_object(&w, "record");
	return w;
}

static void
end_record(struct survey *survey, struct writer *w)
{
	writer_end_object(w);
	writer_string(w, "time_extracted", survey->now);
	writer_end_object(w);
	stream_end_line(&survey->records);
}

static void
record_listed(
    struct survey *survey, const char *experiment, bool listed, struct json_span document)
{
	struct writer w;

	if (survey->options->records == NULL)
		return;
	w = begin_record(survey, EXPERIMENTS);
	writer_string(&w, "experiment", experiment);
	writer_bool(&w, "listed", listed);
	if (document.p != NULL)
		writer_string(&w, "listed_since", survey->now);
	writer_string(&w, "changed_at", survey->now);
	if (document.p != NULL)
		writer_json(&w, "document", document);
	end_record(survey, &w);
}

/* ---- the lists ------------------------------------------------------------------ */

/* An item's document on one line of JSON, until the next. */
static struct json_span
document_of(struct survey *survey, const struct listing_item *item)
{
	survey->document.n = 0;
	if (item->unclean)
		json_clean(item->text, 0, buffer_put, &survey->document);
	else
		return item->text;
	return (struct json_span){survey->document.p, survey->document.n};
}

static void
take_recent(void *context, const struct listing_item *item)
{
	struct survey *survey = context;

	if (is_good(survey, item) &&
	    experiment_list_add(&survey->recent, item->name, item->length) != 0)
		worsen(survey, EXIT_PARTIAL);
}

static void
take_part(struct survey *survey, const char *experiment, enum plan_part part)
{
	if (part == PLAN_FAILED)
		worsen(survey, EXIT_PARTIAL);
	else if (part != PLAN_NOTHING)
		survey->take(survey->context, experiment, part);
}

static void
take_listed(void *context, const struct listing_item *item)
{
	struct survey *survey = context;
	struct json_span document;

	if (!is_good(survey, item) || roster_lists(&survey->listed, item->name))
		return;
	if (experiment_list_add(&survey->listed, item->name, item->length) != 0) {
		worsen(survey, EXIT_PARTIAL);
		return;
	}
	document = document_of(survey, item);
	take_part(survey, item->name,
	    plan_listed(survey->plan, item->name, document,
		roster_lists(&survey->recent, item->name)));
	record_listed(survey, item->name, true, document);
}

static void
take_unlisted(void *context, const char *experiment, bool ask)
{
	struct survey *survey = context;

	if (ask)
		survey->take(survey->context, experiment, PLAN_WHOLE);
	record_listed(survey, experiment, false, (struct json_span){NULL, 0});
}

static void
take_instrument(void *context, const struct listing_item *item)
{
	struct survey *survey = context;
	struct writer w = begin_record(survey, INSTRUMENTS);

	writer_string(&w, "name", item->name);
	writer_json(&w, "document", document_of(survey, item));
	end_record(survey, &w);
}

/* What the list of experiments leaves over: of the window, and of what is here. */
static int
take_rest(struct survey *survey)
{
	struct buffer buffer = {.p = NULL};
	struct writer w = writer_to(buffer_put, &buffer);
	char *listed;
	int result = -1;

	for (size_t i = 0; i < survey->recent.n; i++)
		if (!roster_lists(&survey->listed, survey->recent.names[i]))
			take_part(survey, survey->recent.names[i],
			    plan_unreadable(survey->plan, survey->recent.names[i]));
	writer_array(&w, NULL);
	for (size_t i = 0; i < survey->listed.n; i++)
		writer_string(&w, NULL, survey->listed.names[i]);
	writer_end_array(&w);
	listed = buffer_take(&buffer, NULL);
	if (listed != NULL)
		result = plan_unlisted(survey->plan, listed, take_unlisted, survey);
	free(listed);
	return result;
}

/* Ask for the lists.  Returns what the last one came to, if nothing more is to be asked.
 */
static int
ask(struct survey *survey, const struct service *service)
{
	const struct survey_options *o = survey->options;
	double hours = plan_age(survey->plan);
	int status = 0;

	if (!o->plan.all)
		status = listing_get(service, LISTING_RECENT,
		    hours > o->hours ? hours : o->hours, take_recent, survey);
	if (status > EXIT_PARTIAL)
		return status;
	worsen(survey, status);
	status = listing_try(service, LISTING_ALL, 0, take_listed, survey);
	if (status == LISTING_NONE && !o->plan.all)
		for (size_t i = 0; i < survey->recent.n; i++)
			take_part(survey, survey->recent.names[i], PLAN_WHOLE);
	else if (status == LISTING_NONE)
		return listing_get(service, LISTING_ALL, 0, take_listed, survey);
	else if (status > EXIT_PARTIAL)
		return status;
	else if (survey->listed.n > 0 && take_rest(survey) != 0)
		return EXIT_PARTIAL;
	if (status != LISTING_NONE)
		worsen(survey, status);
	status = o->records == NULL ? 0
				    : listing_try(service, LISTING_INSTRUMENTS, 0,
					  take_instrument, survey);
	return status > EXIT_PARTIAL ? status : 0;
}

int
survey_run(const struct service *service, const struct survey_options *options,
    void (*take)(void *context, const char *experiment, enum plan_part part),
    void *context)
{
	struct survey survey = {.options = options, .take = take, .context = context};
	int fd = -1;

	timestamp_now(survey.now);
	if (options->records != NULL) {
		fd = open(
		    options->records, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || stream_open(&survey.records, fd) != 0) {
			msg("%s: %s", options->records, strerror(errno));
			if (fd >= 0)
				close(fd);
			return EXIT_PARTIAL;
		}
	}
	survey.plan = plan_open(options->database, &options->plan);
	worsen(&survey, survey.plan != NULL ? ask(&survey, service) : EXIT_PARTIAL);
	plan_close(survey.plan);
	experiment_list_free(&survey.recent);
	experiment_list_free(&survey.listed);
	buffer_free(&survey.document);
	if (fd >= 0) {
		if (stream_close(&survey.records) != 0) {
			msg("%s: %s", options->records, strerror(errno));
			worsen(&survey, EXIT_PARTIAL);
		}
		close(fd);
	}
	return survey.status;
}
