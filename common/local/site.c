#include "local/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/colour.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/statement.h"
#include "query/rows.h"
#include "stream/emit.h"
#include "text/human.h"
#include "text/utf8.h"
#include "text/writer.h"

static const struct rows_kind kinds[] = {
    {"lacking", CELL_JSON},
    {NULL, CELL_NULL},
};

static sqlite3_stmt *
prepare(const struct site_view *view, const char *name, const char *site)
{
	sqlite3_stmt *statement =
	    db_prepare(view->db, view->path, statement_file("site", name, ""));

	if (statement == NULL)
		return NULL;
	statement_text(statement, ":site", site);
	sqlite3_bind_int64(
	    statement, sqlite3_bind_parameter_index(statement, ":now"), time(NULL));
	sqlite3_bind_int64(statement,
	    sqlite3_bind_parameter_index(statement, ":interval"), view->interval);
	return statement;
}

int
site_list(const struct site_view *view, const char *name)
{
	const struct printer_format *format = printer_format_chosen(view->format);
	sqlite3_stmt *statement = format != NULL ? prepare(view, name, NULL) : NULL;
	int status = EXIT_PARTIAL;

	if (format == NULL)
		return EXIT_USAGE;
	if (statement != NULL)
		status = rows_print(statement, view->path, format, kinds);
	sqlite3_finalize(statement);
	return status;
}

static void
put(void *context, const char *p, size_t n)
{
	fwrite(p, 1, n, context);
}

/* The members of an object, of a row. */
static void
put_members(struct writer *w, sqlite3_stmt *row)
{
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		const char *name = sqlite3_column_name(row, i);

		if (sqlite3_column_type(row, i) == SQLITE_INTEGER)
			writer_integer(w, name, sqlite3_column_int64(row, i));
		else
			writer_string(w, name, (const char *)sqlite3_column_text(row, i));
	}
}

/* ---- for a person ------------------------------------------------------- */

/* Green for what is current, yellow for one behind, red for the rest. */
static const char *
colour_of(const char *class)
{
	return colour(strstr(class, "_current") != NULL	   ? COLOUR_GREEN
		      : strstr(class, "_1_behind") != NULL ? COLOUR_YELLOW
							   : COLOUR_RED);
}

/* Print so many cells wide, without what could reach the terminal. */
static void
put_cell(const char *text, int width, const char *on)
{
	int n = 0;

	fputs(on, stdout);
	for (size_t length, left = strlen(text); left > 0;
	     text += length, left -= length) {
		unsigned character = 0;
		int cells = -1;

		length = utf8_read(text, left, &character);
		if (length > 0)
			cells = utf8_width(character);
		else
			length = 1;
		fwrite(cells < 0 ? "?" : text, 1, cells < 0 ? 1 : length, stdout);
		n += cells < 0 ? 1 : cells;
	}
	fputs(on[0] != '\0' ? colour(COLOUR_NONE) : "", stdout);
	printf("%*s", n < width ? width - n : 1, "");
}

static void
print_site(sqlite3_stmt *row)
{
	const char *lacks = (const char *)sqlite3_column_text(row, 5);
	char span[HUMAN_BYTES], ago[HUMAN_BYTES + 8] = "never";

	if (sqlite3_column_type(row, 4) != SQLITE_NULL) {
		human_span(time(NULL) - sqlite3_column_int64(row, 4), span);
		snprintf(ago, sizeof(ago), "%s ago", span);
	}
	put_cell((const char *)sqlite3_column_text(row, 0), 20, "");
	put_cell((const char *)sqlite3_column_text(row, 1), 12, "");
	for (int i = 2; i < 4; i++) {
		const char *class = (const char *)sqlite3_column_text(row, i);

		put_cell(class, 17, colour_of(class));
	}
	put_cell(ago, 18, "");
	if (lacks != NULL)
		printf("updates %.60s%s", lacks, strlen(lacks) > 60 ? " ..." : "");
	putchar('\n');
}

static int
print_for_person(const struct site_view *view, sqlite3_stmt *figures)
{
	sqlite3_stmt *sites = prepare(view, "sites", NULL);
	int code;

	if (sites == NULL)
		return EXIT_PARTIAL;
	for (int i = 0; i < sqlite3_column_count(figures); i++)
		if (sqlite3_column_int64(figures, i) > 0)
			printf("%-18s %lld\n", sqlite3_column_name(figures, i),
			    sqlite3_column_int64(figures, i));
	printf("\n%-20s%-12s%-17s%-17s%-18slacks\n", "site", "", "sync", "live",
	    "last heard");
	while ((code = sqlite3_step(sites)) == SQLITE_ROW)
		print_site(sites);
	if (code != SQLITE_DONE)
		db_complain(view->db, view->path);
	sqlite3_finalize(sites);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

/* ---- the dashboard ------------------------------------------------------ */

int
site_dashboard(const struct site_view *view, bool json)
{
	struct writer w = writer_to(put, stdout);
	sqlite3_stmt *figures;
	int status = EXIT_DONE;

	if (!json && (view->format != NULL || isatty(STDOUT_FILENO) != 1))
		return site_list(view, "sites");
	figures = prepare(view, "dashboard", NULL);
	if (figures == NULL)
		return EXIT_PARTIAL;
	if (sqlite3_step(figures) != SQLITE_ROW) {
		db_complain(view->db, view->path);
		status = EXIT_PARTIAL;
	} else if (json) {
		writer_object(&w, NULL);
		put_members(&w, figures);
		writer_end_object(&w);
		putchar('\n');
	} else {
		status = print_for_person(view, figures);
	}
	sqlite3_finalize(figures);
	return status;
}

bool
site_require(const struct site_view *view, const char *site)
{
	sqlite3_stmt *statement =
	    db_prepare(view->db, view->path, "SELECT 1 FROM sites WHERE site_id = :site");
	bool known = false;

	if (statement != NULL) {
		statement_text(statement, ":site", site);
		known = statement_ask(statement, view->path) == 1;
	}
	sqlite3_finalize(statement);
	if (!known)
		msg("%s: there is no site %s: elog-site add adds it", view->path, site);
	return known;
}

static void
print_lines(sqlite3_stmt *row)
{
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		const char *text = (const char *)sqlite3_column_text(row, i);

		printf("%-18s ", sqlite3_column_name(row, i));
		put_cell(text != NULL ? text : "-", 0, "");
		putchar('\n');
	}
}

int
site_why(const struct site_view *view, const char *site, bool json)
{
	struct writer w = writer_to(put, stdout);
	sqlite3_stmt *whole, *paths;
	int code, status = EXIT_PARTIAL;

	if (!site_require(view, site))
		return EXIT_PARTIAL;
	whole = prepare(view, "sites", site);
	paths = prepare(view, "why", site);
	if (whole != NULL && paths != NULL && sqlite3_step(whole) == SQLITE_ROW) {
		status = EXIT_DONE;
		if (json) {
			writer_object(&w, NULL);
			put_members(&w, whole);
			writer_array(&w, "paths");
		} else {
			print_lines(whole);
		}
		while ((code = sqlite3_step(paths)) == SQLITE_ROW)
			if (json) {
				writer_object(&w, NULL);
				put_members(&w, paths);
				writer_end_object(&w);
			} else {
				putchar('\n');
				print_lines(paths);
			}
		if (json) {
			writer_end_array(&w);
			writer_end_object(&w);
			putchar('\n');
		}
		if (code != SQLITE_DONE) {
			db_complain(view->db, view->path);
			status = EXIT_PARTIAL;
		}
	} else {
		db_complain(view->db, view->path);
	}
	sqlite3_finalize(whole);
	sqlite3_finalize(paths);
	return status;
}

int
site_complete_all(const struct site_view *view, const char *site, struct stream *out)
{
	sqlite3_stmt *pending = prepare(view, "pending", site);
	int code;

	if (pending == NULL)
		return EXIT_PARTIAL;
	while ((code = sqlite3_step(pending)) == SQLITE_ROW) {
		struct writer w = emit_record(out, "completions");

		writer_string(&w, "site_id", site);
		writer_integer(&w, "update_id", sqlite3_column_int64(pending, 0));
		writer_integer(&w, "completed_at", time(NULL));
		emit_end(&w);
	}
	if (code != SQLITE_DONE)
		db_complain(view->db, view->path);
	sqlite3_finalize(pending);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}
