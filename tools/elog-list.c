/* elog-list: names of experiments, one a line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "logbook/census.h"
#include "logbook/experiment.h"
#include "logbook/listing.h"
#include "logbook/service.h"
#include "stream/stream.h"

static double hours;
static int all, active, null_separated, json;
static char *hours_text, *instrument, *config_file, *known, *records;
static char **exclude;

static struct poptOption options[] = {
    {"hours", '\0', POPT_ARG_STRING, &hours_text, 0,
	"Experiments in which a run began within the last H hours", "H"},
    {"all", '\0', POPT_ARG_NONE, &all, 0, "All experiments that you may read", NULL},
    {"instrument", '\0', POPT_ARG_STRING, &instrument, 0,
	"Experiments of this instrument", "NAME"},
    {"active", '\0', POPT_ARG_NONE, &active, 0, "Experiments that are taking data now",
	NULL},
    {"exclude", '\0', POPT_ARG_ARGV, &exclude, 0,
	"Leave out names that match GLOB (may be given again)", "GLOB"},
    {NULL, '0', POPT_ARG_NONE, &null_separated, 0,
	"End names with NUL instead of a newline (for xargs -0)", NULL},
    {"json", '\0', POPT_ARG_NONE, &json, 0, "Print the service's documents, one a line",
	NULL},
    {"known", '\0', POPT_ARG_STRING, &known, 0,
	"What the database FILE lacks of them: new, moved, not complete", "FILE"},
    {"records", '\0', POPT_ARG_STRING, &records, 0,
	"With --known: what the service lists, as records into FILE", "FILE"},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, service_options, 0, "The service:", NULL},
    POPT_TABLEEND,
};

/* What is printed of each experiment, and which ones. */
struct chosen {
	struct stream out;
	const char *const *globs;
	size_t n_globs;
	struct experiment_list recent; /* with --hours beside --instrument */
	bool only_recent;
	long printed, bad;
};

static bool
is_recent(const struct chosen *chosen, const char *name)
{
	for (size_t i = 0; i < chosen->recent.n; i++)
		if (strcmp(chosen->recent.names[i], name) == 0)
			return true;
	return !chosen->only_recent;
}

static void
print(void *context, const struct listing_item *item)
{
	struct chosen *chosen = context;
	const char *error = experiment_name_error(item->name, item->length);

	if (error != NULL) {
		msg("left out '%.60s': %s", item->name, error);
		chosen->bad++;
		return;
	}
	if (instrument != NULL &&
	    (item->instrument == NULL || strcasecmp(item->instrument, instrument) != 0))
		return;
	if (experiment_matches(item->name, chosen->globs, chosen->n_globs) ||
	    !is_recent(chosen, item->name))
		return;
	chosen->printed++;
	if (json)
		listing_put(&chosen->out, item);
	else
		stream_puts(&chosen->out, item->name);
	stream_end(&chosen->out, null_separated ? '\0' : '\n');
}

/* With --known: NAME, or NAME/logbook_entries where nothing else can have changed. */
static void
print_part(void *context, const char *experiment, enum plan_part part)
{
	struct chosen *chosen = context;

	if (experiment_matches(experiment, chosen->globs, chosen->n_globs))
		return;
	chosen->printed++;
	stream_puts(&chosen->out, experiment);
	if (part == PLAN_ENTRIES)
		stream_puts(&chosen->out, "/logbook_entries");
	stream_end(&chosen->out, null_separated ? '\0' : '\n');
}

static int
survey(const struct config *config, struct chosen *chosen)
{
	const struct census_options o = {
	    .database = known,
	    .records = records,
	    .hours = hours,
	    .plan = {.all = all,
		.look_hours = config_number(config, "look_at_all_hours"),
		.settled_days = config_number(config, "settled_days")},
	};
	struct service service;
	int status = service_configure(&service, config);

	if (status == 0)
		status = service_login(&service);
	if (status == 0)
		status = census_run(&service, &o, print_part, chosen);
	service_free(&service);
	return status;
}

static void
remember(void *context, const struct listing_item *item)
{
	struct chosen *chosen = context;

	if (experiment_name_error(item->name, item->length) == NULL &&
	    experiment_list_add(&chosen->recent, item->name, item->length) != 0)
		chosen->bad++;
}

static int
list(const struct config *config, struct chosen *chosen)
{
	enum listing_kind kind = active			     ? LISTING_ACTIVE
				 : all || instrument != NULL ? LISTING_ALL
							     : LISTING_RECENT;
	bool both = hours_text != NULL && kind != LISTING_RECENT;
	struct service service;
	int status;

	status = service_configure(&service, config);
	if (status == 0 && kind != LISTING_RECENT)
		status = service_login(&service);
	if (status == 0 && both) {
		chosen->only_recent = true;
		status = listing_get(&service, LISTING_RECENT, hours, remember, chosen);
	}
	if (status == 0)
		status = listing_get(&service, kind, hours, print, chosen);
	if (status == 0 && chosen->printed == 0)
		msg("no experiment found");
	if (status == 0 && chosen->bad > 0)
		status = EXIT_PARTIAL;
	service_free(&service);
	return status;
}

static int
set_hours(const struct config *config)
{
	char *end;

	hours = config_number(config, "hours_lookback");
	if (hours_text == NULL)
		return 0;
	hours = strtod(hours_text, &end);
	if (end != hours_text && *end == '\0' && hours >= 0 && hours <= 1e6)
		return 0;
	msg("--hours: '%s' is not a number from 0 to 1000000", hours_text);
	return EXIT_USAGE;
}

/* The globs: those of the configuration, or the command line's over them. */
static void
set_globs(struct chosen *chosen, const struct config *config)
{
	chosen->globs = (const char *const *)config_list(
	    config, "exclude_patterns", &chosen->n_globs);
	if (exclude == NULL)
		return;
	chosen->globs = (const char *const *)exclude;
	for (chosen->n_globs = 0; exclude[chosen->n_globs] != NULL;)
		chosen->n_globs++;
}

int
main(int argc, const char **argv)
{
	struct command command = {
	    .name = "elog-list",
	    .usage = "[OPTION...]",
	    .libraries = http_version(),
	    .options = options,
	};
	struct chosen chosen = {.printed = 0};
	const char *const *arguments;
	struct config *config;
	int status = command_parse(&command, argc, argv, &arguments);

	if (status >= 0)
		return status;
	if (arguments[0] != NULL) {
		msg("'%s': no argument is expected (see --help)", arguments[0]);
		return EXIT_USAGE;
	}
	if (json && null_separated) {
		msg("--json and -0 exclude each other");
		return EXIT_USAGE;
	}
	if (known != NULL ? instrument != NULL || active || json : records != NULL) {
		msg(known != NULL ? "--known goes with --all, --hours, --exclude and -0"
				  : "--records goes with --known");
		return EXIT_USAGE;
	}
	config = config_load(config_file);
	if (config == NULL)
		return EXIT_USAGE;
	status = set_hours(config);
	if (status != 0)
		goto done;
	set_globs(&chosen, config);
	if (stream_open(&chosen.out, STDOUT_FILENO) != 0) {
		msg("no memory");
		status = EXIT_PARTIAL;
	} else {
		status = known != NULL ? survey(config, &chosen) : list(config, &chosen);
		if (stream_close(&chosen.out) != 0) {
			msg("stdout: %s", strerror(errno));
			status = EXIT_PARTIAL;
		}
	}
done:
	experiment_list_free(&chosen.recent);
	config_free(config);
	return status;
}
