/* elog-status: what is in a database, how fresh, and what failed. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/reader.h"
#include "files/mark.h"
#include "files/window.h"
#include "local/health.h"
#include "query/status.h"

static int json, failed, log_wanted, downloads, sets, health, nul;
static char *state, *late = (char *)"2h";
static char *config_file;

static struct poptOption options[] = {
    {"json", '\0', POPT_ARG_NONE, &json, 0, "Print one JSON object", NULL},
    {"failed", '\0', POPT_ARG_NONE, &failed, 0,
	"Print the names of the experiments to fetch again, one a line", NULL},
    {NULL, '0', POPT_ARG_NONE, &nul, 0,
	"--failed, --state: end each name or path with a NUL instead of a newline, for "
	"xargs -0",
	NULL},
    {"log", '\0', POPT_ARG_NONE, &log_wanted, 0,
	"Print the newest N changes to local data, oldest first (N: 20)", NULL},
    {"downloads", '\0', POPT_ARG_NONE, &downloads, 0,
	"Show what elog-pull fetched, by source and day, and what is lacking", NULL},
    {"state", '\0', POPT_ARG_STRING, &state, 0,
	"--downloads: print the paths of the files in STATE: unprocessed, processed or "
	"rejected",
	"STATE"},
    {"sets", '\0', POPT_ARG_NONE, &sets, 0,
	"Show which sets of files (elog-scan --set) are complete, partial or late", NULL},
    {"late", '\0', POPT_ARG_STRING, &late, 0,
	"--sets: late is what lacks something TIME after its data (2h)", "TIME"},
    {"health", '\0', POPT_ARG_NONE, &health, 0,
	"Show whether all is well with the database; exit 0 only if it is", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

#define LOG_ROWS 20

static int
check_options(void)
{
	if (failed && (json || log_wanted || downloads || sets))
		msg("--failed goes alone");
	else if (sets && (log_wanted || downloads))
		msg("--sets goes alone");
	else if (nul && !failed && state == NULL)
		msg("-0 goes with --failed and --state");
	else if (state != NULL && !downloads)
		msg("--state goes with --downloads");
	else if (state != NULL && !mark_is_state(state))
		msg("--state: '%s' is none of unprocessed, processed and rejected",
		    state);
	else if (window_stretch(late) < 0)
		msg("--late: '%s' is no time like 2h, 30m or 1d", late);
	else
		return EXIT_DONE;
	return EXIT_USAGE;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-status",
	    .usage = "[OPTION...] [--log [N]] [DATABASE|DIRECTORY]",
	    .libraries = db_library(),
	    .options = options,
	};
	const char *const *arguments;
	struct reader reader;
	struct status view = {.rows = LOG_ROWS};
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	if (health && (failed || log_wanted || downloads || sets || state != NULL)) {
		msg("--health goes alone, or with --json");
		return EXIT_USAGE;
	}
	status = check_options();
	if (status != EXIT_DONE)
		return status;
	/* --log N: a database of such a name is ./N. */
	if (log_wanted && arguments[0] != NULL && arguments[0][0] != '\0' &&
	    arguments[0][strspn(arguments[0], "0123456789")] == '\0')
		view.rows = strtoll(*arguments++, NULL, 10);
	if (arguments[0] != NULL && arguments[1] != NULL) {
		msg("'%s': one database is expected", arguments[1]);
		return EXIT_USAGE;
	}
	if (health)
		return command_finish(health_print(arguments[0], config_file, json != 0));
	status = reader_open(&reader, arguments[0], config_file);
	if (status == EXIT_DONE) {
		view.db = reader.db;
		view.path = reader.path;
		view.json = json != 0;
		view.nul = nul != 0;
		view.state = state;
		view.late = window_stretch(late);
		view.person = isatty(STDOUT_FILENO) == 1;
		status = log_wanted  ? status_log(&view)
			 : sets	     ? status_sets(&view)
			 : state     ? status_queue(&view)
			 : downloads ? status_downloads(&view)
			 : failed    ? status_failed(&view)
				     : status_summary(&view);
	}
	reader_close(&reader);
	return command_finish(status);
}
