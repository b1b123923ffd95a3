/* elog-get: everything about the named experiments, as records on stdout. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "logbook/experiment.h"
#include "logbook/fetch.h"
#include "logbook/filter.h"
#include "logbook/service.h"
#include "stream/stream.h"
#include "stream/stream_choice.h"
#include "stream/streams.h"

static char *only, *except, *program, *config_file, *known;
static int quiet, login, note_refusal, unasked, attachments, list_streams;

static struct poptOption options[] = {
    {"only", '\0', POPT_ARG_STRING, &only, 0, "Fetch these streams, no others", "A,B"},
    {"except", '\0', POPT_ARG_STRING, &except, 0, "Fetch all streams but these", "A,B"},
    {"streams", '\0', POPT_ARG_NONE, &list_streams, 0,
	"Print the names of the streams that can be fetched, one a line", NULL},
    {"jq", '\0', POPT_ARG_STRING, &program, 0,
	"Run a jq program over each record and print its results raw", "PROGRAM"},
    {"attachments", '\0', POPT_ARG_NONE, &attachments, 0,
	"Behind each logbook entry, records of its attachments, for elog-pull", NULL},
    {"known", '\0', POPT_ARG_STRING, &known, 0,
	"With --attachments: take the entries from the database FILE, ask nothing",
	"FILE"},
    {"quiet", 'q', POPT_ARG_NONE, &quiet, 0,
	"Say nothing of experiments that you may not read", NULL},
    {"login", '\0', POPT_ARG_NONE, &login, 0,
	"Only see whether there is a valid ticket (or token), and exit", NULL},
    {"note-refusal", '\0', POPT_ARG_NONE, &note_refusal, 0,
	"Without a ticket, close all experiments as failed (for elog-sync.sh)", NULL},
    {"unasked", '\0', POPT_ARG_NONE, &unasked, 0,
	"Ask nothing, close all experiments as failed (for elog-sync.sh)", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    {NULL, '\0', POPT_ARG_INCLUDE_TABLE, service_options, 0, "The service:", NULL},
    POPT_TABLEEND,
};

static bool
is_fetched(const struct streams_row *row)
{
	return row->shape != STREAMS_OURS;
}

/*
 * The names from the arguments, else from stdin.  Returns -1 to go on, else the
 * exit status; *status becomes 1 if some names were no good.
 */
static int
read_names(struct experiment_list *list, const char *const *arguments, int *status)
{
	int bad = 0;

	if (login || (known != NULL && arguments[0] == NULL))
		return -1;
	if (arguments[0] == NULL && isatty(STDIN_FILENO)) {
		msg("which experiment? (names as arguments or on stdin, see --help)");
		return EXIT_USAGE;
	}
	for (const char *const *a = arguments; *a != NULL; a++) {
		const char *error = experiment_list_add_argument(list, *a, strlen(*a));

		if (error != NULL) {
			msg("'%.40s': %s", *a, error);
			bad++;
		}
	}
	if (arguments[0] == NULL)
		bad = experiment_list_read(list, stdin);
	if (bad < 0)
		return EXIT_PARTIAL;
	if (bad > 0)
		*status = EXIT_PARTIAL;
	return -1;
}

static int
get(const struct config *config, const struct experiment_list *list,
    struct filter *filter)
{
	bool wanted[STREAMS_MAX] = {false};
	struct service service = {0};
	struct attachment_output output;
	struct stream out;
	int refused, status = stream_choice(only, except, is_fetched, wanted);

	if (status == 0)
		status = service_configure(&service, config);
	if (status != 0)
		goto done;
	refused = unasked ? EXIT_PARTIAL : 0;
	if (!unasked && known == NULL && (list->n > 0 || login))
		refused = service_login(&service);
	if (login || (refused != 0 && !unasked && !note_refusal)) {
		status = refused;
		goto done;
	}
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		status = EXIT_PARTIAL;
		goto done;
	}
	output = (struct attachment_output){
	    .out = &out, .base_url = service.authenticated_url};
	if (known != NULL)
		status = attachment_from_database(&output, known, list);
	else
		status = fetch_run(&service, list,
		    &(struct fetch_options){.wanted = wanted,
			.filter = filter,
			.attachments = attachments ? &output : NULL,
			.quiet = quiet,
			.unasked = refused},
		    &out);
	if (stream_close(&out) != 0 && status == EXIT_DONE) {
		msg("stdout: %s", strerror(errno));
		status = EXIT_PARTIAL;
	}
done:
	service_free(&service);
	return status;
}

int
main(int argc, const char **argv)
{
	struct command command = {
	    .name = "elog-get",
	    .usage = "[OPTION...] [EXPERIMENT...]",
	    .libraries = http_version(),
	    .options = options,
	};
	struct experiment_list list = {0};
	struct config *config = NULL;
	struct filter *filter = NULL;
	const char *const *arguments;
	int names_status = EXIT_DONE;
	int status = command_parse(&command, argc, argv, &arguments);

	if (status >= 0)
		return status;
	if (list_streams) {
		stream_choice_print(is_fetched);
		return command_finish(EXIT_DONE);
	}
	status = EXIT_USAGE;
	if ((known != NULL && !attachments) || (attachments && program != NULL)) {
		msg(known != NULL ? "--known goes with --attachments"
				  : "--attachments and --jq exclude each other");
		goto done;
	}
	config = config_load(config_file);
	if (config == NULL)
		goto done;
	if (program != NULL) {
		filter = filter_open(program);
		if (filter == NULL)
			goto done;
	}
	status = read_names(&list, arguments, &names_status);
	if (status < 0)
		status = get(config, &list, filter);
	if (status == EXIT_DONE)
		status = names_status;
done:
	filter_free(filter);
	experiment_list_free(&list);
	config_free(config);
	return status;
}
