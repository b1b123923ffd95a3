/* elog-select: runs by condition. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/config.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/open.h"
#include "query/query.h"
#include "query/table.h"

/* The schema that brought conditions. */
#define SCHEMA_WITH_CONDITIONS 3

static struct query_wanted wanted = {.limit = -1};
static int descending, explain;
static char *limit_text, *format_name, *config_file;

static struct poptOption options[] = {
    {"values", 'v', POPT_ARG_STRING, &wanted.columns, 0,
	"Print these conditions (by default those of the query)", "NAME,..."},
    {"runs", 'r', POPT_ARG_STRING, &wanted.runs, 0, "Only these runs: 100-200,250,300-",
	"LIST"},
    {"experiments", 'e', POPT_ARG_STRING, &wanted.experiments, 0,
	"Only experiments whose names match", "GLOB"},
    {"period", '\0', POPT_ARG_STRING, &wanted.period, 0, "Only runs of this run period",
	"NAME"},
    {"desc", '\0', POPT_ARG_NONE, &descending, 0, "The other way round: last run first",
	NULL},
    {"format", '\0', POPT_ARG_STRING, &format_name, 0,
	"table, tsv, csv or json (by default table on a terminal, else tsv)", "FORMAT"},
    {"limit", '\0', POPT_ARG_STRING, &limit_text, 0, "At most N runs", "N"},
    {"explain", '\0', POPT_ARG_NONE, &explain, 0,
	"Print the SQL and SQLite's plan instead", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

/* One value of a row. */
static struct table_cell
cell_of(sqlite3_stmt *row, int i, enum query_type type)
{
	struct table_cell cell = {.kind = TABLE_NULL};

	switch (sqlite3_column_type(row, i)) {
	case SQLITE_INTEGER:
		cell.kind = type == QUERY_BOOL ? TABLE_BOOL : TABLE_INT;
		cell.integer = sqlite3_column_int64(row, i);
		break;
	case SQLITE_FLOAT:
		cell.kind = TABLE_FLOAT;
		cell.real = sqlite3_column_double(row, i);
		break;
	case SQLITE_TEXT:
		cell.kind = type == QUERY_JSON ? TABLE_JSON : TABLE_TEXT;
		cell.p = (const char *)sqlite3_column_text(row, i);
		cell.n = (size_t)sqlite3_column_bytes(row, i);
		break;
	case SQLITE_BLOB:
		cell.kind = TABLE_BLOB;
		cell.p = sqlite3_column_blob(row, i);
		cell.n = (size_t)sqlite3_column_bytes(row, i);
		break;
	default:
		break;
	}
	return cell;
}

/* Step through the rows.  The exit status. */
static int
print_rows(sqlite3 *db, const char *file, const struct query *query, struct table *table,
    struct table_cell *cells)
{
	sqlite3_stmt *row = query_statement(query);
	int n = query_columns(query), code;

	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		for (int i = 0; i < n; i++)
			cells[i] = cell_of(row, i, query_column_type(query, i));
		if (table_row(table, cells) != 0)
			break;
	}
	if (code == SQLITE_DONE)
		return EXIT_DONE;
	if (code != SQLITE_ROW)
		db_complain(db, file);
	return EXIT_PARTIAL;
}

static bool
is_number(enum query_type type)
{
	return type == QUERY_INT || type == QUERY_FLOAT || type == QUERY_RUN;
}

static int
print(sqlite3 *db, const char *file, const struct query *query,
    const struct table_format *format)
{
	size_t n = (size_t)query_columns(query);
	struct table_column *columns = calloc(n, sizeof(*columns));
	struct table_cell *cells = calloc(n, sizeof(*cells));
	struct table table;
	int status = EXIT_PARTIAL;
	bool opened = false;

	for (size_t i = 0; columns != NULL && i < n; i++) {
		columns[i].name = query_column_name(query, (int)i);
		columns[i].number = is_number(query_column_type(query, (int)i));
	}
	errno = ENOMEM;
	if (columns != NULL && cells != NULL) {
		opened = table_open(&table, format, STDOUT_FILENO, columns, n) == 0;
		if (opened)
			status = print_rows(db, file, query, &table, cells);
		if (table_close(&table, status == EXIT_DONE) != 0) {
			opened = false;
			status = EXIT_PARTIAL;
		}
	}
	if (!opened)
		msg("stdout: %s", strerror(errno));
	free(columns);
	free(cells);
	return status;
}

static int
answer(sqlite3 *db, const char *file, const struct table_format *format)
{
	struct query_error error;
	struct query *query;
	int status;

	if (db_number(db, "SELECT max(version) FROM schema_version", 0) <
	    SCHEMA_WITH_CONDITIONS) {
		msg("%s: its schema is from before conditions: run elog-load --migrate "
		    "%s",
		    file, file);
		return EXIT_PARTIAL;
	}
	query = query_prepare(db, file, &wanted, &error);
	if (query == NULL) {
		if (error.message[0] == '\0')
			return EXIT_PARTIAL;
		query_error_print(&error);
		return EXIT_USAGE;
	}
	if (!explain) {
		status = print(db, file, query, format);
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

static const struct table_format *
choose_format(void)
{
	const struct table_format *format;

	if (format_name == NULL)
		return isatty(STDOUT_FILENO) ? &table_aligned : &table_tsv;
	format = table_format_find(format_name);
	if (format == NULL)
		msg("--format: '%s' is none of table, tsv, csv, json", format_name);
	return format;
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
	const struct table_format *format;
	const char *const *arguments;
	struct config *config = NULL;
	const char *path = NULL;
	char *file = NULL;
	sqlite3 *db;
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	wanted.descending = descending != 0;
	format = choose_format();
	if (format == NULL || read_limit() != 0 || read_arguments(arguments, &path) != 0)
		return EXIT_USAGE;
	if (path == NULL) {
		config = config_load(config_file);
		if (config == NULL)
			return EXIT_USAGE;
		path = config_database(config);
	}
	db = db_open_reader(path, &file);
	status = db != NULL ? answer(db, file, format) : EXIT_PARTIAL;
	sqlite3_close(db);
	free(file);
	config_free(config);
	return command_finish(status);
}
