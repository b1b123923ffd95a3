/*
 * elog-job: any command as a tracked job, with its files and figures.
 *
 * What records is here, and links no more than it needs: a job waits for none of the
 * libraries that questions to a database take.  Those are elog-job-read's, which takes
 * our place.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/argument.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/sibling.h"
#include "local/job_action.h"
#include "local/job_load.h"
#include "local/job_spool.h"
#include "stream/loader.h"
#include "text/duration.h"

#define SUBCOMMANDS                                                                      \
	"init, run, value, file, create, start, finish, fail, note, rate, log, spool; "  \
	"and to read: ls, show, tree, values, files, lineage, rerun, diff, check, "      \
	"import-ccp4i2"
#define READER "elog-job-read"

static struct job_asked asked = {.exit_status = -1};
static char *directory, *timeout_text;
static int in_job_dir, as_text;

static struct poptOption options[] = {
    {"db", '\0', POPT_ARG_STRING, &asked.wanted.db, 0,
	"Load the records into FILE, too; they always stay in the project's spool",
	"FILE"},
    LOADER_WAIT_OPTION,
    {"log-db", '\0', POPT_ARG_STRING, &asked.wanted.log_db, 0,
	"run: log in the database FILE when it begins and how it ends (elog-log)",
	"FILE"},
    {"project", '\0', POPT_ARG_STRING, &directory, 0,
	"The project (the nearest directory upward, else $ELOG_JOB_PROJECT)", "DIR"},
    {"task", 't', POPT_ARG_STRING, &asked.wanted.about.task, 0, "What it does, in a word",
	"NAME"},
    {"title", '\0', POPT_ARG_STRING, &asked.wanted.about.title, 0, "The same for people",
	"TEXT"},
    {"experiment", '\0', POPT_ARG_STRING, &asked.wanted.about.experiment, 0,
	"The experiment that it is about", "NAME"},
    {"run", '\0', POPT_ARG_STRING, &asked.wanted.about.run, 0, "The run of it", "N"},
    {"in", '\0', POPT_ARG_ARGV, &asked.wanted.in, 0,
	"A file that it reads: ROLE=PATH[,type=T][,subtype=N][,content=N][,note=TEXT]",
	"ROLE=PATH"},
    {"out", '\0', POPT_ARG_ARGV, &asked.wanted.out, 0,
	"Files that it writes, looked for when it ends; ,optional: need not be there",
	"ROLE=GLOB"},
    {"import", '\0', POPT_ARG_ARGV, &asked.wanted.import, 0,
	"A file that is copied into the project first", "ROLE=PATH"},
    {"figure", '\0', POPT_ARG_ARGV, &asked.wanted.figures, 0, "A figure", "NAME=VALUE"},
    {"figures-json", '\0', POPT_ARG_ARGV, &asked.wanted.figures_json, 0,
	"Figures out of a file that it writes, through a program for jq", "FILE[:JQ]"},
    {"figures-regex", '\0', POPT_ARG_ARGV, &asked.wanted.figures_regex, 0,
	"Figures out of what it prints: named groups of the last match", "REGEX"},
    {"in-job-dir", '\0', POPT_ARG_NONE, &in_job_dir, 0,
	"Run it in the job's own directory", NULL},
    {"timeout", '\0', POPT_ARG_STRING, &timeout_text, 0, "Stop it after that (90s, 2h)",
	"TIME"},
    {"retry", '\0', POPT_ARG_LONG, &asked.wanted.retry, 0,
	"Try so often again if it fails", "N"},
    {"env", '\0', POPT_ARG_ARGV, &asked.wanted.about.variables, 0,
	"Keep this variable of its environment, too", "NAME"},
    {"rerun-of", '\0', POPT_ARG_STRING, &asked.wanted.about.rerun_of, 0,
	"The job that this one repeats", "UUID"},
    {"job", '\0', POPT_ARG_STRING, &asked.job, 0, "value, file: of that job ($ELOG_JOB)",
	"ID"},
    {"text", '\0', POPT_ARG_NONE, &as_text, 0,
	"value: a text, also where it looks like a number", NULL},
    {"status", '\0', POPT_ARG_STRING, &asked.status, 0,
	"create, start, finish, fail: this one: " JOB_STATUSES, "STATUS"},
    {"pid", '\0', POPT_ARG_LONG, &asked.pid, 0,
	"start: it lives as long as that process does", "PID"},
    {"exit", '\0', POPT_ARG_LONG, &asked.exit_status, 0, "finish, fail: its exit status",
	"N"},
    {"message", '\0', POPT_ARG_STRING, &asked.message, 0, "finish, fail: why", "TEXT"},
    POPT_TABLEEND,
};

static const char *const reading[] = {"ls", "show", "tree", "values", "files", "lineage",
    "rerun", "diff", "check", "import-ccp4i2", NULL};

/* What reads takes our place, with all that was said. */
static int
read_instead(const char **argv)
{
	char *path = sibling(READER);

	if (path != NULL)
		execvp(path, (char *const *)argv);
	msg(READER ": %s: is it installed beside this program?", strerror(errno));
	return EXIT_PARTIAL;
}

static int
act(const struct job_action *action, const char *const *arguments)
{
	struct job_project project = {.fd = -1, .spool = -1};
	bool inside = action->kind == JOB_ACTION_INSIDE;
	int status = EXIT_DONE, loaded = EXIT_DONE;
	long long from = 0;

	if (action->kind != JOB_ACTION_FOUNDS) {
		status = job_project_open(&project, directory, !inside);
		if (status == EXIT_USAGE || (status != EXIT_DONE && !inside))
			return EXIT_USAGE;
		from = project.fd >= 0 ? job_spool_length(&project) : 0;
	}
	status = action->act(&project, &asked, arguments);
	/* A command is run whatever the database does; the rest is asked for it. */
	if (asked.wanted.db != NULL && action->kind != JOB_ACTION_RUNS &&
	    project.fd >= 0 && status != EXIT_USAGE)
		loaded = job_load(&project, from, asked.wanted.db);
	job_project_close(&project);
	return status != EXIT_DONE ? status : loaded;
}

/* What popt does not check.  The exit status. */
static int
read_options(void)
{
	int64_t seconds = 0;

	if (timeout_text != NULL &&
	    (!duration_read(timeout_text, &seconds) || seconds < 1)) {
		msg("--timeout: '%s' is no length of time such as 90s or 2h",
		    timeout_text);
		return EXIT_USAGE;
	}
	if (command_range("--retry", asked.wanted.retry, 0, 1000000) != 0)
		return EXIT_USAGE;
	if (asked.status != NULL && !job_state_known(asked.status)) {
		msg("--status: '%s' is none of " JOB_STATUSES, asked.status);
		return EXIT_USAGE;
	}
	asked.wanted.timeout = (double)seconds;
	asked.wanted.in_job_dir = in_job_dir != 0;
	asked.text = as_text != 0;
	return loader_wait_seconds(&seconds);
}

int
main(int argc, const char **argv)
{
	struct command command = {
	    .name = "elog-job",
	    .usage =
		"SUBCOMMAND [OPTION...] [ARGUMENT...]\n\nSubcommands: " SUBCOMMANDS ".",
	    .options = options,
	};
	const struct job_action *action = argc > 1 ? job_action_named(argv[1]) : NULL;
	const char *const *arguments;
	int status, n = 0;

	asked.wanted.mask = umask(077);
	msg_program("elog-job");
	for (size_t i = 0; argc > 1 && reading[i] != NULL; i++)
		if (strcmp(argv[1], reading[i]) == 0)
			return read_instead(argv);
	if (action == NULL && argc > 1 && argv[1][0] != '-') {
		msg("'%s': none of " SUBCOMMANDS, argv[1]);
		return EXIT_USAGE;
	}
	command.first = action != NULL && (action->kind == JOB_ACTION_RUNS ||
					      action->kind == JOB_ACTION_NAMES);
	if (!command.first)
		argument_hide_numbers(argc, argv);
	status = command_parse(
	    &command, argc - (action != NULL), argv + (action != NULL), &arguments);
	if (status >= 0)
		return status;
	if (action == NULL) {
		msg("which of " SUBCOMMANDS "? (see --help)");
		return EXIT_USAGE;
	}
	for (; arguments[n] != NULL; n++)
		if (!command.first)
			((const char **)arguments)[n] = argument_shown(arguments[n]);
	if (n < action->least || (action->most >= 0 && n > action->most)) {
		msg("usage: elog-job %s %s", action->name, action->usage);
		return EXIT_USAGE;
	}
	if (!command_options_fit(
		&command, action->name, action->usage, action->options) ||
	    read_options() != EXIT_DONE)
		return EXIT_USAGE;
	status = act(action, arguments);
	return action->kind == JOB_ACTION_RUNS ? status : command_finish(status);
}
