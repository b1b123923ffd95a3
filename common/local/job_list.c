#include "local/job_list.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "local/job_query.h"
#include "query/rows.h"
#include "text/human.h"

static const struct rows_kind kinds[] = {{"argv", CELL_JSON}, {"environment", CELL_JSON},
    {"options", CELL_JSON}, {"files", CELL_JSON}, {"values", CELL_JSON},
    {"git_dirty", CELL_BOOL}, {"argv_hidden", CELL_BOOL}, {"in_job_dir", CELL_BOOL},
    {"output_unkept", CELL_BOOL}, {"size", CELL_SIZE}, {NULL, CELL_NULL}};

int
job_list(const struct job_view *view, const char *expression,
    const struct job_printing *printing)
{
	int status;
	struct job_query *query =
	    job_query_open(view, expression, printing->limit, &status);

	if (query != NULL)
		status = rows_print(
		    job_query_statement(query), view->path, printing->format, kinds);
	job_query_close(query);
	return status;
}

/* The statement of that name, about a job; NULL with *status set. */
static sqlite3_stmt *
prepare(const struct job_view *view, const char *name, const char *id,
    char uuid[UUID_BYTES], int *status)
{
	sqlite3_stmt *statement = NULL;

	*status = id != NULL ? job_view_find(view, id, uuid) : EXIT_DONE;
	if (*status != EXIT_DONE)
		return NULL;
	statement = job_view_prepare(view, name);
	if (statement == NULL)
		*status = EXIT_PARTIAL;
	else
		statement_text(statement, ":uuid", id != NULL ? uuid : NULL);
	return statement;
}

int
job_list_rows(const struct job_view *view, const char *what, const char *id,
    const struct job_printing *printing)
{
	char uuid[UUID_BYTES];
	int status;
	sqlite3_stmt *statement = prepare(view, what, id, uuid, &status);

	if (statement != NULL)
		status = rows_print(statement, view->path, printing->format, kinds);
	sqlite3_finalize(statement);
	return status;
}

/* What programs read is one object; what people read, a fact a line. */
int
job_list_show(
    const struct job_view *view, const char *id, const struct job_printing *printing)
{
	bool json = strncmp(printing->format->name, "json", 4) == 0;

	return job_list_rows(view, json ? "show.json" : "show", id, printing);
}

/* ---- The tree --------------------------------------------------------------- */

#define DEPTH_MAX 64

/* Colours of statuses, on a terminal: SGR of ECMA-48. */
static const char *
colour_of(const char *status)
{
	if (strcmp(status, "FINISHED") == 0)
		return "32";
	if (strcmp(status, "RUNNING") == 0 || strcmp(status, "RUNNING_REMOTELY") == 0)
		return "34";
	if (strcmp(status, "FAILED") == 0 || strcmp(status, "LOST") == 0)
		return "31";
	return "33";
}

/* Control characters of a name do nothing on a terminal. */
static void
put_plain(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	for (; text != NULL && *text != '\0'; text++)
		putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static void
put_duration(double seconds)
{
	char words[HUMAN_BYTES];

	if (seconds < 120) {
		printf("  %.*f s", seconds < 10 ? 2 : 0, seconds);
	} else {
		human_span((int64_t)seconds, words);
		printf("  %s", words);
	}
}

static void
put_job(sqlite3_stmt *row, bool colour)
{
	const char *status = (const char *)sqlite3_column_text(row, 3);

	put_plain(row, 1);
	if (sqlite3_column_type(row, 2) != SQLITE_NULL) {
		putchar(' ');
		put_plain(row, 2);
	}
	status = status != NULL ? status : "UNKNOWN";
	printf(colour ? "  \033[%sm%s\033[0m" : "  %.0s%s", colour_of(status), status);
	if (sqlite3_column_type(row, 4) != SQLITE_NULL)
		put_duration(sqlite3_column_double(row, 4));
	for (int column = 5; column < 7; column++)
		if (sqlite3_column_type(row, column) != SQLITE_NULL) {
			fputs("  ", stdout);
			put_plain(row, column);
		}
	putchar('\n');
}

/* Rows come in the order of a tree: who has a later sibling is known once it comes, so
   branches are drawn by indentation alone. */
static int
print_tree(const struct job_view *view, sqlite3_stmt *row)
{
	bool colour = isatty(STDOUT_FILENO) != 0;
	char project[256] = "";
	int code;

	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(row, 7);
		int depth = sqlite3_column_int(row, 0);

		if (name != NULL && strncmp(name, project, sizeof(project) - 1) != 0) {
			snprintf(project, sizeof(project), "%s", name);
			put_plain(row, 7);
			putchar('\n');
		}
		printf("%*s", 2 * ((depth < DEPTH_MAX ? depth : DEPTH_MAX) + 1), "");
		put_job(row, colour);
	}
	if (code == SQLITE_DONE)
		return EXIT_DONE;
	db_complain(view->db, view->path);
	return EXIT_PARTIAL;
}

int
job_list_tree(
    const struct job_view *view, const char *id, const struct job_printing *printing)
{
	char uuid[UUID_BYTES];
	sqlite3_stmt *statement;
	int status;

	if (printing->chosen)
		return job_list_rows(view, "tree", id, printing);
	statement = prepare(view, "tree", id, uuid, &status);
	if (statement != NULL)
		status = print_tree(view, statement);
	sqlite3_finalize(statement);
	return status;
}
