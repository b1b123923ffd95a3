#include "local/job_lineage_print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/msg.h"
#include "query/rows.h"

/* ---- Rows ------------------------------------------------------------------- */

/* Where they go: a function, or NULL: stdout. */
struct goal {
	const struct printer_format *format;
	stream_write *write;
	void *context;
};

static int
open_printer(struct printer *printer, const struct goal *goal,
    const struct printer_column *columns, size_t n)
{
	return goal->write != NULL
		   ? printer_open_to(
			 printer, goal->format, goal->write, goal->context, columns, n)
		   : printer_open(printer, goal->format, STDOUT_FILENO, columns, n);
}

/* 0, 1 if that is enough, or -1 with errno set or, if the database failed, 0. */
static int
put_uses(struct job_lineage *l, struct printer *printer, struct cell *cells, size_t n)
{
	int result = 0;

	for (const struct job_use *use = job_lineage_uses(l); use != NULL && result == 0;
	     use = use->next) {
		sqlite3_stmt *row = job_lineage_row(l, use);

		errno = 0;
		if (row == NULL)
			return -1;
		for (size_t i = 0; i < n; i++)
			cells[i] = rows_cell(row, (int)i, CELL_NULL);
		result = printer_row(printer, cells);
	}
	return result;
}

static int
put_rows(struct job_lineage *l, const struct goal *goal)
{
	sqlite3_stmt *row = job_lineage_row(l, NULL);
	size_t n = (size_t)sqlite3_column_count(row);
	struct printer_column *columns = calloc(n, sizeof(*columns));
	struct cell *cells = calloc(n, sizeof(*cells));
	struct printer printer;
	int result = -1, error = ENOMEM;

	/* The statement's own do not outlive a change of the schema. */
	for (size_t i = 0; columns != NULL && i < n; i++)
		columns[i].name = strdup(sqlite3_column_name(row, (int)i));
	if (columns != NULL && cells != NULL) {
		result = open_printer(&printer, goal, columns, n);
		if (result == 0)
			result = put_uses(l, &printer, cells, n);
		error = errno;
		if (printer_close(&printer, result >= 0) != 0 && result >= 0) {
			error = errno;
			result = -1;
		}
	}
	for (size_t i = 0; columns != NULL && i < n; i++)
		free((char *)columns[i].name);
	free(columns);
	free(cells);
	if (result < 0 && error != 0)
		msg("stdout: %s", strerror(error));
	return result < 0 ? EXIT_PARTIAL : EXIT_DONE;
}

/* ---- A graph ---------------------------------------------------------------- */

/* A text in the quotes of graphviz's language. */
static void
put_quoted(const char *text)
{
	putchar('"');
	for (const char *p = text != NULL ? text : ""; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar((unsigned char)*p < 0x20 ? ' ' : *p);
	}
	putchar('"');
}

static void
put_label(const char *before, const char *text)
{
	const char *slash = text != NULL ? strrchr(text, '/') : NULL;

	fputs(before, stdout);
	put_quoted(slash != NULL && slash[1] != '\0' ? slash + 1 : text);
}

/* Files are boxes, jobs are ovals; each is named by what it is. */
static int
print_dot(struct job_lineage *l)
{
	puts("digraph lineage {\n  rankdir=LR;");
	for (const struct job_use *use = job_lineage_uses(l); use != NULL;
	     use = use->next) {
		sqlite3_stmt *row = job_lineage_row(l, use);
		const char *number, *task, *status;

		if (row == NULL)
			return EXIT_PARTIAL;
		number = (const char *)sqlite3_column_text(row, 2);
		task = (const char *)sqlite3_column_text(row, 3);
		status = (const char *)sqlite3_column_text(row, 4);
		fputs("  ", stdout);
		put_quoted(use->job);
		printf(" [label=\"%s ", number != NULL ? number : "?");
		for (const char *p = task != NULL ? task : ""; *p != '\0'; p++)
			putchar(*p == '"' || *p == '\\' || (unsigned char)*p < 0x20 ? '?'
										    : *p);
		printf("\\n%s\"];\n  ", status != NULL ? status : "");
		put_quoted(use->file);
		put_label(" [shape=box label=", use->path);
		fputs("];\n  ", stdout);
		put_quoted(use->in ? use->file : use->job);
		fputs(" -> ", stdout);
		put_quoted(use->in ? use->job : use->file);
		fputs(" [label=", stdout);
		put_quoted(use->role);
		puts("];");
		if (sqlite3_column_type(row, 9) != SQLITE_NULL) {
			fputs("  ", stdout);
			printf("\"run of %s\" [shape=diamond label=\"",
			    (const char *)use->job);
			for (const char *p = (const char *)sqlite3_column_text(row, 9);
			     *p != '\0'; p++)
				putchar(*p == '"' || *p == '\\' ? '?' : *p);
			printf(" run %s\"];\n  \"run of %s\" -> ",
			    sqlite3_column_type(row, 10) != SQLITE_NULL
				? (const char *)sqlite3_column_text(row, 10)
				: "?",
			    use->job);
			put_quoted(use->job);
			puts(";");
		}
	}
	puts("}");
	return EXIT_DONE;
}

/* ---- From outside ----------------------------------------------------------- */

int
job_lineage_print(const struct job_view *view, const struct job_lineage_wanted *wanted,
    bool dot, const struct job_printing *printing)
{
	struct goal goal = {.format = printing->format};
	struct job_lineage *l;
	int status = job_lineage_open(&l, view, wanted);

	if (status == EXIT_DONE)
		status = dot ? print_dot(l) : put_rows(l, &goal);
	job_lineage_close(l);
	return status;
}

int
job_lineage_write(struct job_lineage *lineage, const struct printer_format *format,
    stream_write *write, void *context)
{
	struct goal goal = {.format = format, .write = write, .context = context};

	return put_rows(lineage, &goal);
}
