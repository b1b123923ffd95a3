/* elog-status --downloads: what elog-pull fetched, and what is lacking. */
#include <stdio.h>
#include <string.h>

#include "base/exit.h"
#include "db/db.h"
#include "query/rows.h"
#include "query/status.h"
#include "text/human.h"
#include "text/writer.h"

/* The rows of a statement of that name as an array of objects. */
static int
write_rows(const struct status *status, const char *name, struct writer *w)
{
	sqlite3_stmt *rows = status_prepare(status, name);
	int code;

	if (rows == NULL)
		return EXIT_PARTIAL;
	writer_array(w, name);
	while ((code = status_step(rows)) == SQLITE_ROW)
		rows_object(w, NULL, rows);
	writer_end_array(w);
	if (code != SQLITE_DONE)
		db_complain(status->db, status->path);
	sqlite3_finalize(rows);
	return code == SQLITE_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

/* The facts, the days, and what is given up for now. */
static int
write_members(const struct status *status, struct writer *w)
{
	int result = status_pairs(status, status_prepare(status, "downloads"), w);

	if (result == EXIT_DONE)
		result = write_rows(status, "days", w);
	return result == EXIT_DONE ? write_rows(status, "given_up", w) : result;
}

/* A line for what is all together, in words. */
static int
print_words(const struct status *status, sqlite3_stmt *pairs)
{
	int code;

	while ((code = status_step(pairs)) == SQLITE_ROW) {
		const char *key = (const char *)sqlite3_column_text(pairs, 0);
		const char *text = (const char *)sqlite3_column_text(pairs, 1);
		int64_t number = sqlite3_column_int64(pairs, 1);
		char words[HUMAN_BYTES];

		printf("%-19s ", key);
		if (text != NULL && strstr(key, "bytes") != NULL) {
			human_size(number, words);
			printf("%s%s\n", words,
			    strcmp(key, "bytes_per_second") == 0 ? " a second" : "");
		} else if (text != NULL && strstr(key, "seconds") != NULL) {
			human_span(number, words);
			puts(words);
		} else {
			status_put(text);
			if (strncmp(key, "last_", 5) == 0)
				printf(", %s", status_ago(text));
			putchar('\n');
		}
	}
	if (code == SQLITE_DONE)
		return EXIT_DONE;
	db_complain(status->db, status->path);
	return EXIT_PARTIAL;
}

/* Rows for a program: tabs between the values, "-" for a missing one. */
static int
print_rows(const struct status *status, sqlite3_stmt *days)
{
	int n = sqlite3_column_count(days), code;

	for (int i = 0; i < n; i++)
		printf("%s%s", sqlite3_column_name(days, i), i < n - 1 ? "\t" : "\n");
	while ((code = status_step(days)) == SQLITE_ROW)
		for (int i = 0; i < n; i++) {
			status_put((const char *)sqlite3_column_text(days, i));
			putchar(i < n - 1 ? '\t' : '\n');
		}
	if (code == SQLITE_DONE)
		return EXIT_DONE;
	db_complain(status->db, status->path);
	return EXIT_PARTIAL;
}

/* What failed, and when it comes again, if anything did. */
static int
print_given_up(const struct status *status)
{
	sqlite3_stmt *given_up = status_prepare(status, "given_up");
	bool any = given_up != NULL && status_step(given_up) == SQLITE_ROW;
	int result = given_up != NULL ? EXIT_DONE : EXIT_PARTIAL;

	sqlite3_reset(given_up);
	if (any) {
		puts(status->person ? "\nGiven up for now (elog-pull --pending "
				      "--retry-failed tries them at once):"
				    : "");
		fflush(stdout);
		result = status->person
			     ? rows_print(given_up, status->path, &printer_table, NULL)
			     : print_rows(status, given_up);
	}
	sqlite3_finalize(given_up);
	return result;
}

static int
print_text(const struct status *status, sqlite3_stmt *days)
{
	static const struct rows_kind kinds[] = {{"bytes", CELL_SIZE}, {NULL, CELL_NULL}};
	sqlite3_stmt *pairs = status_prepare(status, "downloads");
	int result;

	if (pairs == NULL)
		return EXIT_PARTIAL;
	if (!status->person) {
		result = status_pairs(status, pairs, NULL);
		putchar('\n');
		if (result == EXIT_DONE)
			result = print_rows(status, days);
		return result == EXIT_DONE ? print_given_up(status) : result;
	}
	result = print_words(status, pairs);
	sqlite3_finalize(pairs);
	putchar('\n');
	if (result == EXIT_DONE)
		result = rows_print(days, status->path, &printer_table, kinds);
	return result == EXIT_DONE ? print_given_up(status) : result;
}

int
status_downloads(const struct status *status)
{
	sqlite3_stmt *days;
	int result;

	if (db_require(status->db, status->path, "download_states") != 0)
		return EXIT_PARTIAL;
	if (status->json)
		return status_object(status, write_members);
	days = status_prepare(status, "days");
	if (days == NULL)
		return EXIT_PARTIAL;
	result = print_text(status, days);
	sqlite3_finalize(days);
	return result;
}
