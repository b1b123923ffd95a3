/* elog-cond: types and values of conditions, aliases, periods and files of runs. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bulk.h"
#include "command.h"
#include "cond_list.h"
#include "cond_put.h"
#include "config.h"
#include "db.h"
#include "exit.h"
#include "loader.h"
#include "msg.h"
#include "utf8.h"

static char *database, *description, *run_min, *run_max, *start_time, *end_time,
    *importance, *config_file;
static int replace, update, rm, detailed, json;

static struct poptOption options[] = {
    {"db", '\0', POPT_ARG_STRING, &database, 0,
	"Load what is set into FILE; ls, show, cat: read it", "FILE"},
    {"description", 'd', POPT_ARG_STRING, &description, 0, "What it is, for people",
	"TEXT"},
    {"replace", '\0', POPT_ARG_NONE, &replace, 0, "Set anew what is set already", NULL},
    {"update", '\0', POPT_ARG_NONE, &update, 0,
	"period: change what is named, keep the rest", NULL},
    {"rm", '\0', POPT_ARG_NONE, &rm, 0, "alias, period: remove it", NULL},
    {"run-min", '\0', POPT_ARG_STRING, &run_min, 0, "period: its first run", "N"},
    {"run-max", '\0', POPT_ARG_STRING, &run_max, 0, "period: its last run", "N"},
    {"start", '\0', POPT_ARG_STRING, &start_time, 0, "period: when it begins", "TIME"},
    {"end", '\0', POPT_ARG_STRING, &end_time, 0, "period: when it ends", "TIME"},
    {"importance", '\0', POPT_ARG_STRING, &importance, 0,
	"file: 0, the usual, is more important than 1", "N"},
    {"long", 'l', POPT_ARG_NONE, &detailed, 0, "ls, show: all columns", NULL},
    {"json", '\0', POPT_ARG_NONE, &json, 0, "ls, show: one JSON object a line", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
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

static enum cond_form
form(void)
{
	return json ? COND_JSON : detailed ? COND_LONG : COND_SHORT;
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

/* ---- what there is ------------------------------------------------------------ */

static const struct subcommand {
	const char *name, *usage;
	int least, most; /* arguments */
	const char *options;
	const char *stream; /* of the records that put writes */
	int (*put)(struct cond_record *record, const struct cond_put *put,
	    const char *const *arguments);
	int (*show)(sqlite3 *db, const char *path, const char *const *arguments);
} subcommands[] = {
    {"type", "NAME TYPE [-d TEXT]", 2, 2, "db description", "condition_types",
	cond_put_type, NULL},
    {"set", "[EXPERIMENT RUN NAME VALUE] [--replace]", 0, 4, "db replace", "conditions",
	put_condition, NULL},
    {"alias", "NAME EXPRESSION [--replace], or NAME --rm", 1, 2,
	"db description replace rm", "aliases", cond_put_alias, NULL},
    {"period", "NAME [--run-min N] [--run-max N] [--start TIME] [--end TIME]", 1, 1,
	"db description update rm run-min run-max start end", "run_periods",
	cond_put_period, NULL},
    {"file", "EXPERIMENT RUN PATH [--importance N]", 3, 3, "db description importance",
	"run_files", cond_put_file, NULL},
    {"ls", "[GLOB] [-l]", 0, 1, "db long json config", NULL, NULL, show_list},
    {"show", "EXPERIMENT RUN [-l]", 2, 2, "db long json config", NULL, NULL, show_run},
    {"cat", "HASH", 1, 1, "db config", NULL, NULL, show_file},
    {NULL, NULL, 0, 0, NULL, NULL, NULL, NULL},
};

/* Is a word in a list of words with spaces between them? */
static bool
is_listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

/* Does the subcommand take all options that were given?  False after a message. */
static bool
options_fit(const struct subcommand *subcommand)
{
	for (const struct poptOption *o = options; o->longName != NULL; o++) {
		bool given = o->argInfo == POPT_ARG_STRING ? *(char **)o->arg != NULL
							   : *(int *)o->arg != 0;

		if (given && !is_listed(subcommand->options, o->longName)) {
			msg("%s: it takes no option --%s (usage: elog-cond %s %s)",
			    subcommand->name, o->longName, subcommand->name,
			    subcommand->usage);
			return false;
		}
	}
	return true;
}

/* Write records to stdout, or into the database that --db names. */
static int
run_put(const struct subcommand *subcommand, const char *const *arguments)
{
	const struct cond_put put = {.description = description,
	    .run_min = run_min,
	    .run_max = run_max,
	    .start_time = start_time,
	    .end_time = end_time,
	    .importance = importance,
	    .db = database,
	    .mode = rm	      ? "remove"
		    : update  ? "update"
		    : replace ? "replace"
			      : NULL};
	struct cond_record record;
	struct stream out;
	int status = cond_put_check(&put), loaded;

	if (status == EXIT_DONE && subcommand->put == cond_put_alias)
		status = cond_put_alias_check(&put, arguments);
	if (status == EXIT_DONE)
		status = loader_start(database);
	if (status != EXIT_DONE)
		return status;
	if (stream_open(&out, STDOUT_FILENO) != 0) {
		msg("no memory");
		status = EXIT_PARTIAL;
	} else {
		status = EXIT_PARTIAL;
		if (cond_record_open(&record, &out, subcommand->stream) == 0) {
			status = subcommand->put(&record, &put, arguments);
			cond_record_close(&record);
		}
		if (stream_close(&out) != 0) {
			/* Where elog-load reads, it says why it went away. */
			if (errno != EPIPE)
				msg("stdout: %s", strerror(errno));
			status = EXIT_PARTIAL;
		}
	}
	loaded = loader_end();
	return loaded != EXIT_DONE ? loaded : status;
}

static int
run_show(const struct subcommand *subcommand, const char *const *arguments)
{
	struct config *config = NULL;
	const char *path = database;
	char *file = NULL;
	sqlite3 *db;
	int status;

	if (path == NULL) {
		config = config_load(config_file);
		if (config == NULL)
			return EXIT_USAGE;
		path = config_text(config, "database_path");
		if (path == NULL)
			path = config_text(config, "database_dir");
	}
	db = db_open_reader(path, &file);
	status = db != NULL ? subcommand->show(db, file, arguments) : EXIT_PARTIAL;
	sqlite3_close(db);
	free(file);
	config_free(config);
	return status;
}

/*
 * A negative number is an argument and no option: a space in front hides it from popt.
 * The space is taken away again from the arguments.
 */
static bool
is_negative(const char *text)
{
	const char *number = text + strspn(text, " ");

	return number[0] == '-' && number[1] != '\0' &&
	       strspn(number + 1, "+-0123456789.eE") == strlen(number + 1) &&
	       strpbrk(number, "0123456789") != NULL;
}

static void
hide_numbers(int argc, const char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *hidden;

		if (is_negative(argv[i]) && asprintf(&hidden, " %s", argv[i]) > 0)
			argv[i] = hidden; /* lives as long as the process */
	}
}

/* What becomes a record is UTF-8.  False after a message. */
static bool
are_texts(int argc, const char **argv)
{
	for (int i = 1; i < argc; i++)
		if (utf8_valid(argv[i], strlen(argv[i])) != strlen(argv[i])) {
			msg("'%s': not UTF-8", argv[i]);
			return false;
		}
	return true;
}

/* The subcommand that the arguments name, whose number of them fits.  NULL after a
   message. */
static const struct subcommand *
find_subcommand(const char *const *arguments)
{
	const struct subcommand *s = subcommands;
	int n = 0;

	if (arguments[0] == NULL) {
		msg("type, set, alias, period, file, ls, show or cat? (see --help)");
		return NULL;
	}
	while (s->name != NULL && strcmp(s->name, arguments[0]) != 0)
		s++;
	if (s->name == NULL) {
		msg("'%s': none of type, set, alias, period, file, ls, show and cat",
		    arguments[0]);
		return NULL;
	}
	while (arguments[n + 1] != NULL)
		n++;
	/* All of a value or nothing of it. */
	if (n < s->least || n > s->most || (s->put == put_condition && n % 4 != 0)) {
		msg("usage: elog-cond %s %s", s->name, s->usage);
		return NULL;
	}
	return options_fit(s) ? s : NULL;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-cond",
	    .usage = "[OPTION...] type|set|alias|period|file|ls|show|cat [ARGUMENT...]",
	    .libraries = db_library(),
	    .options = options,
	};
	const struct subcommand *subcommand;
	const char *const *given;
	const char *arguments[6] = {NULL};
	int status;

	hide_numbers(argc, argv);
	status = command_parse(&command, argc, argv, &given);
	if (status >= 0)
		return status;
	subcommand = find_subcommand(given);
	if (subcommand == NULL || !are_texts(argc, argv))
		return EXIT_USAGE;
	for (int i = 0; i < 5 && given[i + 1] != NULL; i++)
		arguments[i] = given[i + 1] + (is_negative(given[i + 1]) ? 1 : 0);
	status = subcommand->put != NULL ? run_put(subcommand, arguments)
					 : run_show(subcommand, arguments);
	return command_finish(status);
}
