/* elog-job-read: what elog-job answers out of a database and the project's spool. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "local/job_ccp4i2.h"
#include "local/job_compare.h"
#include "local/job_lineage_print.h"
#include "local/job_list.h"
#include "local/job_view.h"
#include "stream/loader.h"

#define SUBCOMMANDS                                                                      \
	"ls, show, tree, values, files, lineage, rerun, diff, check, import-ccp4i2"

static char *database, *directory, *format_name, *limit_text, *config_file;
static int up, down, if_changed;

static struct poptOption options[] = {
    {"db", '\0', POPT_ARG_STRING, &database, 0,
	"Read FILE beside the project's spool (the configuration's); rerun, "
	"import-ccp4i2: "
	"load into it",
	"FILE"},
    LOADER_WAIT_OPTION,
    {"project", '\0', POPT_ARG_STRING, &directory, 0,
	"The project (the nearest directory upward, else $ELOG_JOB_PROJECT)", "DIR"},
    {"format", '\0', POPT_ARG_STRING, &format_name, 0,
	"table, tsv, csv, json, json-array or nul (by default table on a terminal, else "
	"tsv); lineage: dot, too",
	"FORMAT"},
    {"limit", '\0', POPT_ARG_STRING, &limit_text, 0, "ls: at most N jobs", "N"},
    {"up", '\0', POPT_ARG_NONE, &up, 0, "lineage: from what it came", NULL},
    {"down", '\0', POPT_ARG_NONE, &down, 0, "lineage: what came of it", NULL},
    {"if-changed", '\0', POPT_ARG_NONE, &if_changed, 0,
	"rerun: only where an input or an output has another content", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

typedef int action(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing);

static bool dot;

static int
list(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	return job_list(view, arguments[0], printing);
}

static int
show(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	return job_list_show(view, arguments[0], printing);
}

static int
tree(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	return job_list_tree(view, arguments[0], printing);
}

static int
values(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	return job_list_rows(view, "values", arguments[0], printing);
}

static int
files(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	return job_list_rows(view, "files", arguments[0], printing);
}

static int
lineage(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	int directions = (up ? JOB_UP : 0) | (down ? JOB_DOWN : 0);
	struct job_lineage_wanted wanted = {.what = arguments[0],
	    .directions = directions != 0 ? directions : JOB_UP | JOB_DOWN};

	return job_lineage_print(view, &wanted, dot, printing);
}

static int
rerun(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	(void)printing;
	return job_rerun(view, arguments[0], if_changed != 0, database, directory);
}

static int
diff(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	return job_diff(view, arguments[0], arguments[1], printing);
}

static int
check(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	(void)arguments;
	return job_check(view, printing);
}

/* Looks at no project: what it prints may be loaded. */
static int
import(struct job_view *view, const char *const *arguments,
    const struct job_printing *printing)
{
	(void)view;
	(void)printing;
	return job_ccp4i2(arguments[0], database);
}

#define WHERE "db project config "

static const struct subcommand {
	const char *name, *usage;
	int least, most; /* arguments */
	const char *options;
	action *act;
} subcommands[] = {
    {"ls", "['EXPRESSION'] [--limit N]", 0, 1, WHERE "format limit", list},
    {"show", "ID", 1, 1, WHERE "format", show},
    {"tree", "[ID]", 0, 1, WHERE "format", tree},
    {"values", "[ID]", 0, 1, WHERE "format", values},
    {"files", "[ID]", 0, 1, WHERE "format", files},
    {"lineage", "PATH|ID [--up|--down] [--format dot]", 1, 1, WHERE "format up down",
	lineage},
    {"rerun", "ID [--if-changed]", 1, 1, WHERE "if-changed", rerun},
    {"diff", "ID ID", 2, 2, WHERE "format", diff},
    {"check", "[--format FORMAT]", 0, 0, WHERE "format", check},
    {"import-ccp4i2", "DATABASE [--db FILE]", 1, 1, "db wait", import},
    {NULL, NULL, 0, 0, NULL, NULL},
};

/* The format; "dot" is lineage's own. */
static int
read_printing(struct job_printing *printing, const struct subcommand *s)
{
	char *end;

	dot = s->act == lineage && format_name != NULL && strcmp(format_name, "dot") == 0;
	printing->chosen = format_name != NULL;
	printing->format = printer_format_chosen(dot ? NULL : format_name);
	printing->limit = -1;
	if (printing->format == NULL)
		return EXIT_USAGE;
	if (limit_text == NULL)
		return EXIT_DONE;
	errno = 0;
	printing->limit = strtoll(limit_text, &end, 10);
	if (errno == 0 && end != limit_text && *end == '\0' && printing->limit >= 0)
		return EXIT_DONE;
	msg("--limit: '%s' is no whole number from 0 on", limit_text);
	return EXIT_USAGE;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-job",
	    .usage =
		"SUBCOMMAND [OPTION...] [ARGUMENT...]\n\nSubcommands: " SUBCOMMANDS ".",
	    .libraries = db_library(),
	    .options = options,
	};
	const struct subcommand *s = subcommands;
	const char *const *arguments;
	struct job_printing printing;
	struct job_view view;
	int64_t seconds;
	int status, n = 0;

	while (s->name != NULL && (argc < 2 || strcmp(s->name, argv[1]) != 0))
		s++;
	status = command_parse(
	    &command, argc - (s->name != NULL), argv + (s->name != NULL), &arguments);
	if (status >= 0)
		return status;
	if (s->name == NULL) {
		msg("which of " SUBCOMMANDS "? (see --help)");
		return EXIT_USAGE;
	}
	while (arguments[n] != NULL)
		n++;
	if (n < s->least || n > s->most) {
		msg("usage: elog-job %s %s", s->name, s->usage);
		return EXIT_USAGE;
	}
	if (!command_options_fit(&command, s->name, s->usage, s->options) ||
	    read_printing(&printing, s) != EXIT_DONE)
		return EXIT_USAGE;
	view = (struct job_view){.db = NULL, .project = {.fd = -1, .spool = -1}};
	if (s->act != import)
		status = job_view_open(&view,
		    s->act == rerun && database != NULL && access(database, R_OK) != 0
			? NULL
			: database,
		    config_file, directory);
	else
		status = loader_wait_seconds(&seconds);
	if (status == EXIT_DONE)
		status = s->act(&view, arguments, &printing);
	job_view_close(&view);
	return command_finish(status);
}
