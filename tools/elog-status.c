/* elog-status: what is in a database, how fresh, and what failed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/migration.h"
#include "db/reader.h"
#include "db/statement.h"
#include "query/counts.h"
#include "query/rows.h"
#include "text/timestamp.h"

static int json, failed, log_wanted, downloads;
static char *config_file;

static struct poptOption options[] = {
    {"json", '\0', POPT_ARG_NONE, &json, 0, "Print one JSON object", NULL},
    {"failed", '\0', POPT_ARG_NONE, &failed, 0,
	"Print the names of the experiments to fetch again, one a line", NULL},
    {"log", '\0', POPT_ARG_NONE, &log_wanted, 0,
	"Print the newest N changes to local data, oldest first (N: 20)", NULL},
    {"downloads", '\0', POPT_ARG_NONE, &downloads, 0,
	"Show what elog-pull fetched, by source and day, and what is lacking", NULL},
    {"config", '\0', POPT_ARG_STRING, &config_file, 0,
	"Read FILE instead of ~/.config/elog/config.yaml", "FILE"},
    POPT_TABLEEND,
};

#define LOG_ROWS 20

/* Not complete, and not for want of permission: an expired ticket counts. */
#define TO_RETRY "status = 'failed' OR (status = 'denied' AND http_status = 401)"

/* Run a query and hand each row to print.  Returns the exit status. */
static int
each_row(
    sqlite3 *db, const char *file, sqlite3_stmt *query, void (*print)(sqlite3_stmt *row))
{
	int code;

	if (query == NULL)
		return EXIT_PARTIAL;
	while ((code = sqlite3_step(query)) == SQLITE_ROW)
		print(query);
	if (code != SQLITE_DONE)
		db_complain(db, file);
	sqlite3_finalize(query);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

/* Print a value without what would forge a line or reach the terminal. */
static void
put_plain(sqlite3_stmt *row, int column)
{
	const char *value = (const char *)sqlite3_column_text(row, column);

	for (const char *c = value != NULL ? value : "-"; *c != '\0'; c++)
		putchar((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c);
}

static void
print_name(sqlite3_stmt *row)
{
	put_plain(row, 0);
	putchar('\n');
}

static void
print_pair(sqlite3_stmt *row)
{
	printf("%-19s ", (const char *)sqlite3_column_text(row, 0));
	put_plain(row, 1);
	putchar('\n');
}

static void
print_outcome(sqlite3_stmt *row)
{
	printf("%-19s", (const char *)sqlite3_column_text(row, 0));
	for (int i = 1; i < 4; i++) {
		fputs(i == 1 ? " " : ": ", stdout);
		put_plain(row, i);
	}
	putchar('\n');
}

/* The migrations that the database waits for, NULL if there are none; lives as long as
   the process. */
static const char *
pending(sqlite3 *db)
{
	static char *names;

	names = migration_pending(db);
	return names != NULL && names[0] != '\0' ? names : NULL;
}

/* The query of status.sql with the counts behind it, as it is or wrapped into one
   object. */
static sqlite3_stmt *
prepare_status(sqlite3 *db, const char *file, const char *before, const char *after)
{
	char *facts = statement_inner(db, file, statement_file("status", "facts", ""));
	char *counts = facts != NULL ? counts_sql(db, file) : NULL;
	sqlite3_stmt *query = NULL;
	struct stat st;
	char *sql = NULL, modified[TIMESTAMP_SHORT];

	if (counts != NULL && stat(file, &st) != 0)
		msg("%s: %s", file, strerror(errno));
	else if (counts != NULL &&
		 asprintf(&sql, "%s%s%s%s", before, facts, counts, after) < 0)
		msg("no memory");
	else if (counts != NULL)
		query = db_prepare(db, file, sql);
	free(sql);
	free(counts);
	free(facts);
	if (query == NULL)
		return NULL;
	sqlite3_bind_text(query, sqlite3_bind_parameter_index(query, ":file"), file, -1,
	    SQLITE_TRANSIENT);
	sqlite3_bind_int64(
	    query, sqlite3_bind_parameter_index(query, ":size"), st.st_size);
	sqlite3_bind_text(query, sqlite3_bind_parameter_index(query, ":modified"),
	    timestamp_text(st.st_mtim.tv_sec, modified), -1, SQLITE_TRANSIENT);
	statement_text(query, ":pending", pending(db));
	return query;
}

static void
print_day(sqlite3_stmt *row)
{
	put_plain(row, 0);
	for (int i = 1; i < sqlite3_column_count(row); i++) {
		putchar('\t');
		put_plain(row, i);
	}
	putchar('\n');
}

/* A query of common/sql/downloads/, or both as one object. */
static sqlite3_stmt *
prepare_downloads(sqlite3 *db, const char *file, const char *name)
{
	char *whole, *days = NULL, *sql = NULL;
	sqlite3_stmt *query = NULL;

	if (name != NULL)
		return db_prepare(db, file, statement_file("downloads", name, ""));
	whole = statement_inner(db, file, statement_file("downloads", "whole", ""));
	if (whole != NULL)
		days = statement_inner(db, file, statement_file("downloads", "days", ""));
	if (days != NULL &&
	    asprintf(&sql,
		"SELECT json_set((SELECT json_group_object(key, value) FROM (%s)), "
		"'$.days', (SELECT json_group_array(json_object('source', source, 'day', "
		"day, 'downloaded', downloaded, 'bytes', bytes, 'pending', pending, "
		"'partial', partial, 'failed', failed)) FROM (%s)))",
		whole, days) < 0)
		msg("no memory");
	else if (days != NULL)
		query = db_prepare(db, file, sql);
	free(sql);
	free(days);
	free(whole);
	return query;
}

static int
show_downloads(sqlite3 *db, const char *file)
{
	int status;

	if (db_require(db, file, "downloads") != 0)
		return EXIT_PARTIAL;
	if (json)
		return each_row(db, file, prepare_downloads(db, file, NULL), print_name);
	status = each_row(db, file, prepare_downloads(db, file, "whole"), print_pair);
	if (status != EXIT_DONE)
		return status;
	puts("\nsource\tday\tdownloaded\tbytes\tpending\tpartial\tfailed");
	return each_row(db, file, prepare_downloads(db, file, "days"), print_day);
}

/* The log, as columns or as objects. */
static int
show_log(sqlite3 *db, const char *file, long long rows)
{
	sqlite3_stmt *query;
	int status;

	if (db_require(db, file, "log_records") != 0)
		return EXIT_PARTIAL;
	query =
	    db_prepare(db, file, statement_file("status", "log", json ? ".json" : ""));
	if (query == NULL)
		return EXIT_PARTIAL;
	sqlite3_bind_int64(query, sqlite3_bind_parameter_index(query, ":rows"), rows);
	status =
	    rows_print(query, file, printer_format_chosen(json ? "json" : NULL), NULL);
	sqlite3_finalize(query);
	return status;
}

static int
show(sqlite3 *db, const char *file, long long rows)
{
	int status;

	if (log_wanted)
		return show_log(db, file, rows);
	if (downloads)
		return show_downloads(db, file);

	if (failed)
		return each_row(db, file,
		    db_prepare(db, file,
			"SELECT experiment FROM fetches WHERE " TO_RETRY
			" ORDER BY experiment"),
		    print_name);
	if (json)
		return each_row(db, file,
		    prepare_status(db, file,
			"SELECT json_set(json_group_object(key, value), '$.to_retry', "
			"(SELECT json_group_array(experiment) FROM fetches "
			"WHERE " TO_RETRY ")) FROM (",
			")"),
		    print_name);
	status = each_row(db, file, prepare_status(db, file, "", ""), print_pair);
	if (status != EXIT_DONE)
		return status;
	return each_row(db, file,
	    db_prepare(db, file,
		"SELECT status, experiment, stream, message FROM fetches "
		"WHERE status <> 'complete' ORDER BY status DESC, experiment"),
	    print_outcome);
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
	long long rows = LOG_ROWS;
	int status;

	status = command_parse(&command, argc, argv, &arguments);
	if (status >= 0)
		return status;
	if (failed && (json || log_wanted || downloads)) {
		msg("--failed goes alone");
		return EXIT_USAGE;
	}
	/* --log N: a database of such a name is ./N. */
	if (log_wanted && arguments[0] != NULL && arguments[0][0] != '\0' &&
	    arguments[0][strspn(arguments[0], "0123456789")] == '\0')
		rows = strtoll(*arguments++, NULL, 10);
	if (arguments[0] != NULL && arguments[1] != NULL) {
		msg("'%s': one database is expected", arguments[1]);
		return EXIT_USAGE;
	}
	status = reader_open(&reader, arguments[0], config_file);
	if (status == EXIT_DONE)
		status = show(reader.db, reader.path, rows);
	reader_close(&reader);
	return command_finish(status);
}
