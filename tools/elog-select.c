/* elog-select: runs by condition. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "db/reader.h"
#include "query/query.h"
#include "query/rows.h"
#include "query/value_ahead.h"

static struct query_wanted wanted = {.limit = -1};
static int descending, explain, gone;
static char *limit_text, *format_name, *config_file;

static struct poptOption options[] = {
    {"values", 'v', POPT_ARG_STRING, &wanted.columns, 0,
	"Print these conditions (by default those of the query)", "NAME,..."},
    {"table", '\0', POPT_ARG_STRING, &wanted.table, 0,
	"Print a run table of the logbook: its columns under its labels", "NAME"},
    {"runs", 'r', POPT_ARG_STRING, &wanted.runs, 0, "Only these runs: 100-200,250,300-",
	"LIST"},
    {"experiments", 'e', POPT_ARG_STRING, &wanted.experiments, 0,
	"Only experiments whose names match", "GLOB"},
    {"period", '\0', POPT_ARG_STRING, &wanted.period, 0, "Only runs of this run period",
	"NAME"},
    {"gone", '\0', POPT_ARG_NONE, &gone, 0,
	"Experiments, too, that the service has no longer", NULL},
    {"desc", '\0', POPT_ARG_NONE, &descending, 0, "The other way round: last run first",
	NULL},
    {"format", '\0', POPT_ARG_STRING, &format_name, 0,
	"table, tsv, csv, json, json-array or nul (by default table on a terminal, else "
	"tsv)",
	"FORMAT"},
    {"limit", '\0', POPT_ARG_STRING, &limit_text, 0, "At most N runs", "N"},
    {"explain", '\0', POPT_ARG_NONE, &explain, 0,
	"Print the SQL and SQLite's plan instead", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

static int
print(const char *file, const struct query *query, const struct printer_format *format)
{
	size_t n = (size_t)query_columns(query);
	struct printer_column *columns = query_printer_columns(query);
	struct printer printer;
	int status = -1;

	errno = ENOMEM;
	if (columns != NULL) {
		int closed;

		if (printer_open(&printer, format, STDOUT_FILENO, columns, n) == 0)
			status = rows_put(query_statement(query), file, &printer);
		closed = printer_close(&printer, status == EXIT_DONE);
		if (closed != 0)
			status = -1;
	}
	free(columns);
	if (status >= 0)
		return status;
	msg("stdout: %s", strerror(errno));
	return EXIT_PARTIAL;
}

static int
answer(sqlite3 *db, const char *file, const struct printer_format *format)
{
	struct query_error error;
	struct query *query;
	int status;

	if (db_require(db, file, "condition_columns") != 0 ||
	    (wanted.table != NULL && db_require(db, file, "run_tables") != 0))
		return EXIT_PARTIAL;
	query = query_prepare(db, file, &wanted, &error);
	if (query == NULL) {
		if (error.message[0] == '\0')
			return EXIT_PARTIAL;
		query_error_print(&error);
		return EXIT_USAGE;
	}
	if (!explain) {
		status = print(file, query, format);
	} else {
		status = query_explain(query, stdout) == 0 ? EXIT_DONE : EXIT_PARTIAL;
		if (status != EXIT_DONE)
			db_complain(db, file);
	}
	query_free(query);
	return status;
}

/*
 * QUERY and DATABASE: of one argument alone, what exists, or ends as a database does,
 * is the database.
 */
static int
read_arguments(const char *const *arguments, const char **path)
{
	struct stat st;
	size_t n = 0, length;

	while (arguments[n] != NULL)
		n++;
	if (n > 2) {
		msg("'%s': a query and a database are expected: is the query in quotes?",
		    arguments[2]);
		return EXIT_USAGE;
	}
	if (n == 2) {
		wanted.text = arguments[0];
		*path = arguments[1];
	} else if (n == 1) {
		length = strlen(arguments[0]);
		if (stat(arguments[0], &st) == 0 ||
		    (length > 3 && strcmp(arguments[0] + length - 3, ".db") == 0))
			*path = arguments[0];
		else
			wanted.text = arguments[0];
	}
	return EXIT_DONE;
}

static int
read_limit(void)
{
	char *end;

	if (limit_text == NULL)
		return EXIT_DONE;
	errno = 0;
	wanted.limit = strtoll(limit_text, &end, 10);
	if (errno == 0 && end != limit_text && *end == '\0' && wanted.limit >= 0)
		return EXIT_DONE;
	msg("--limit: '%s' is no whole number from 0 on", limit_text);
	return EXIT_USAGE;
}

int
main(int argc, const char **argv)
{
	const struct command command = {
	    .name = "elog-select",
	    .usage = "[OPTION...] [QUERY] [DATABASE|DIRECTORY]",
	    .libraries = db_library(),
	    .options = options,
	};
	const struct printer_format *format;
	const char *const *arguments;
	const char *path = NULL;
	static struct reader reader; /* stays when the process ends, as the thread does */
	char *file;
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	wanted.descending = descending != 0;
	wanted.gone = gone != 0;
	if (wanted.table != NULL && wanted.columns != NULL) {
		msg("--table and -v exclude each other");
		return EXIT_USAGE;
	}
	format = printer_format_chosen(format_name);
	if (format == NULL || read_limit() != 0 || read_arguments(arguments, &path) != 0)
		return EXIT_USAGE;
	status = reader_find(path, config_file, &file);
	if (status != EXIT_DONE)
		return status;
	db_configure_reader();
	if (!explain)
		wanted.ahead = value_ahead_open(file);
	status = reader_open(&reader, file, NULL);
	free(file);
	if (status == EXIT_DONE)
		status = answer(reader.db, reader.path, format);
	/* To release each page, and each table of the schema, takes a twentieth of the
	 * time. */
	value_ahead_stop(wanted.ahead);
	msg_progress_end();
	return command_finish(status);
}
