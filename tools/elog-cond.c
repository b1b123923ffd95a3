/* elog-cond: types and values of conditions, aliases, periods and files of runs. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/argument.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "base/subcommand.h"
#include "base/zone.h"
#include "db/db.h"
#include "db/reader.h"
#include "local/bulk.h"
#include "local/cond_list.h"
#include "local/cond_put.h"
#include "stream/loader.h"
#include "stream/produce.h"

static char *database, *description, *run_min, *run_max, *start_time, *end_time,
    *importance, *experiment, *run, *names, *zone, *config_file;
static int replace, update, rm, force, create, detailed, json;
static const char *const *command_line; /* behind our name: values of options, too */

static struct poptOption options[] = {
    {"db", '\0', POPT_ARG_STRING, &database, 0,
	"Load what is set into FILE, - prints it; ls, show, cat: read it", "FILE"},
    {"description", 'd', POPT_ARG_STRING, &description, 0, "What it is, for people",
	"TEXT"},
    {"replace", '\0', POPT_ARG_NONE, &replace, 0, "Set anew what is set already", NULL},
    {"update", '\0', POPT_ARG_NONE, &update, 0,
	"period: change what is named, keep the rest", NULL},
    {"rm", '\0', POPT_ARG_NONE, &rm, 0, "type, alias, period, file: remove it", NULL},
    {"force", '\0', POPT_ARG_NONE, &force, 0,
	"set, parse: widen a declared type that a value does not fit", NULL},
    {"run-min", '\0', POPT_ARG_STRING, &run_min, 0, "period: its first run", "N"},
    {"run-max", '\0', POPT_ARG_STRING, &run_max, 0, "period: its last run", "N"},
    {"start", '\0', POPT_ARG_STRING, &start_time, 0, "period, run: when it begins",
	"TIME"},
    {"end", '\0', POPT_ARG_STRING, &end_time, 0, "period, run: when it ends", "TIME"},
    {"importance", '\0', POPT_ARG_STRING, &importance, 0,
	"file: 0, the usual, is more important than 1", "N"},
    {"experiment", '\0', POPT_ARG_STRING, &experiment, 0, "parse: what the file is of",
	"NAME"},
    {"run", '\0', POPT_ARG_STRING, &run, 0, "parse: its run, if it does not say it", "N"},
    {"names", '\0', POPT_ARG_STRING, &names, 0,
	"parse: what the values of caget -t are called", "NAME,..."},
    {"create", '\0', POPT_ARG_NONE, &create, 0, "parse: make the run, if it is not there",
	NULL},
    {"timezone", '\0', POPT_ARG_STRING, &zone, 0,
	"parse: of times that do not say theirs (UTC)", "ZONE"},
    {"long", 'l', POPT_ARG_NONE, &detailed, 0, "ls, show: all columns", NULL},
    {"json", '\0', POPT_ARG_NONE, &json, 0, "ls, show: one JSON object a line", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    LOADER_WAIT_OPTION,
    POPT_TABLEEND,
};

/* A value as it is given, or many from stdin. */
static int
put_condition(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments)
{
	if (arguments[0] != NULL)
		return cond_put_value(record, put, arguments);
	return bulk_read(record, STDIN_FILENO, put->mode) == 0 ? EXIT_DONE : EXIT_PARTIAL;
}

/* ---- those that read a database ---------------------------------------------- */

static const struct cond_form *
form(void)
{
	static struct cond_form wanted;

	wanted.format = printer_format_chosen(json ? "json" : NULL);
	wanted.detailed = detailed != 0;
	return &wanted;
}

static int
show_list(sqlite3 *db, const char *path, const char *const *arguments)
{
	return cond_list(db, path, arguments[0], form());
}

static int
show_run(sqlite3 *db, const char *path, const char *const *arguments)
{
	return cond_show(db, path, arguments[0], arguments[1], form());
}

static int
show_file(sqlite3 *db, const char *path, const char *const *arguments)
{
	return cond_cat(db, path, arguments[0]);
}

/* ---- what each does ------------------------------------------------------------ */

/* By the name of its subcommand: records that it writes, or what it reads. */
static const struct action {
	const char *name;
	const char *stream; /* of the records that put writes */
	int (*check)(const struct cond_put *put, const char *const *arguments);
	int (*put)(struct cond_record *record, const struct cond_put *put,
	    const char *const *arguments);
	int (*show)(sqlite3 *db, const char *path, const char *const *arguments);
} actions[] = {
    {"type", "condition_types", cond_put_type_check, cond_put_type, NULL},
    {"set", "conditions", NULL, put_condition, NULL},
    {"unset", "conditions", cond_put_unset_check, cond_put_unset, NULL},
    {"alias", "aliases", cond_put_alias_check, cond_put_alias, NULL},
    {"period", "run_periods", NULL, cond_put_period, NULL},
    {"file", "run_files", NULL, cond_put_file, NULL},
    {"parse", "conditions", cond_put_daq_check, cond_put_daq, NULL},
    {"run", "local_runs", cond_put_run_check, cond_put_run, NULL},
    {"ls", NULL, NULL, NULL, show_list},
    {"show", NULL, NULL, NULL, show_run},
    {"cat", NULL, NULL, NULL, show_file},
};

/* An action that puts, with what it is given. */
struct putting {
	const struct action *action;
	const struct cond_put *put;
	const char *const *arguments;
};

static int
put_records(struct stream *out, const void *context)
{
	const struct putting *p = context;
	struct cond_record record;
	int status;

	if (cond_record_open(&record, out, p->action->stream) != 0)
		return EXIT_PARTIAL;
	record.force = force != 0;
	status = p->action->put(&record, p->put, p->arguments);
	cond_record_close(&record);
	return status;
}

/* Write records to stdout, or into a database. */
static int
run_put(const struct action *action, const char *const *arguments, struct daq *daq,
    const char *path)
{
	const struct cond_put put = {.description = description,
	    .run_min = run_min,
	    .run_max = run_max,
	    .start_time = start_time,
	    .end_time = end_time,
	    .importance = importance,
	    .db = path,
	    .experiment = experiment,
	    .run = run,
	    .names = names,
	    .create = create != 0,
	    .daq = daq,
	    .mode = rm	      ? "remove"
		    : update  ? "update"
		    : replace ? "replace"
			      : NULL};
	const struct putting putting = {action, &put, arguments};
	int status = cond_put_check(&put);

	if (status == EXIT_DONE && action->check != NULL)
		status = action->check(&put, arguments);
	return status == EXIT_DONE ? produce(path, put_records, &putting) : status;
}

static int
run_show(const struct action *action, const char *const *arguments)
{
	struct reader reader;
	int status = reader_open(&reader, database, config_file);

	if (status == EXIT_DONE)
		status = action->show(reader.db, reader.path, arguments);
	reader_close(&reader);
	return status;
}

static int
run_action(const struct subcommand *subcommand, const char *const *given)
{
	const struct action *action = actions;
	const char *arguments[6] = {NULL}; /* one more than any takes */
	struct daq daq = {0};
	char *path = NULL;
	int status, n = 0;

	while (strcmp(action->name, subcommand->name) != 0)
		action++;
	/* All of a value or nothing of it. */
	while (given[n] != NULL)
		n++;
	if (action->put == put_condition && n % 4 != 0) {
		msg("usage: elog-cond %s %s", subcommand->name, subcommand->usage);
		return EXIT_USAGE;
	}
	if (!argument_are_texts(command_line))
		return EXIT_USAGE;
	for (int i = 0; i < n; i++)
		arguments[i] = argument_shown(given[i]);
	status = zone_use(zone);
	if (status == EXIT_DONE && action->put == NULL)
		status = run_show(action, arguments);
	else if (status == EXIT_DONE &&
		 (status = loader_database(database, config_file, &path)) == EXIT_DONE)
		status = run_put(action, arguments, &daq, path);
	free(path);
	daq_free(&daq);
	return status;
}

/* ---- what there is ------------------------------------------------------------ */

static const struct subcommand subcommands[] = {
    {"type", "NAME TYPE [-d TEXT], or NAME --rm", 1, 2, "db wait description rm config",
	run_action},
    {"set", "[EXPERIMENT RUN NAME VALUE] [--replace] [--force]", 0, 4,
	"db wait replace force config", run_action},
    {"unset", "EXPERIMENT RUN NAME, or type NAME, or file EXPERIMENT RUN PATH", 1, 4,
	"db wait config", run_action},
    {"alias", "NAME EXPRESSION [--replace], or NAME --rm", 1, 2,
	"db wait description replace rm config", run_action},
    {"period", "NAME [--run-min N] [--run-max N] [--start TIME] [--end TIME]", 1, 1,
	"db wait description update rm run-min run-max start end config", run_action},
    {"file", "EXPERIMENT RUN PATH [--importance N], or --rm", 3, 3,
	"db wait description importance rm config", run_action},
    {"parse", "FORMAT FILE --experiment NAME [--run N]", 2, 2,
	"db wait replace force experiment run names create timezone config", run_action},
    {"run", "create|end|remove EXPERIMENT RUN [--start TIME] [--end TIME]", 3, 3,
	"db wait start end config", run_action},
    {"ls", "[GLOB] [-l]", 0, 1, "db long json config", run_action},
    {"show", "EXPERIMENT RUN [-l]", 2, 2, "db long json config", run_action},
    {"cat", "HASH", 1, 1, "db config", run_action},
    {NULL, NULL, 0, 0, NULL, NULL},
};

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-cond",
	    .usage =
		"[OPTION...] SUBCOMMAND [ARGUMENT...]\n\nSubcommands: type, set, unset, "
		"alias, period, file, parse, run, ls, show, cat.",
	    .libraries = db_library(),
	    .options = options,
	};

	argument_hide_numbers(argc, argv);
	command_line = argv + 1;
	return subcommand_main(subcommands, &command, argc, argv);
}
