#include "query/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/exit.h"
#include "base/msg.h"
#include "db/db.h"
#include "db/reader.h"
#include "text/base64.h"

struct cell
rows_cell(sqlite3_stmt *statement, int column, enum cell_kind kind)
{
	struct cell cell = {.kind = CELL_NULL};

	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_INTEGER:
		cell.kind = kind == CELL_BOOL || kind == CELL_SIZE || kind == CELL_TIME
				? kind
				: CELL_INT;
		cell.integer = sqlite3_column_int64(statement, column);
		break;
	case SQLITE_FLOAT:
		cell.kind = CELL_FLOAT;
		cell.real = sqlite3_column_double(statement, column);
		break;
	case SQLITE_TEXT:
		cell.kind = kind == CELL_JSON ? CELL_JSON : CELL_TEXT;
		cell.p = (const char *)sqlite3_column_text(statement, column);
		cell.n = (size_t)sqlite3_column_bytes(statement, column);
		break;
	case SQLITE_BLOB:
		cell.kind = CELL_BLOB;
		cell.p = sqlite3_column_blob(statement, column);
		cell.n = (size_t)sqlite3_column_bytes(statement, column);
		break;
	default:
		break;
	}
	return cell;
}

void
rows_member(struct writer *w, const char *name, sqlite3_stmt *statement, int column)
{
	char *text;

	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_INTEGER:
		writer_integer(w, name, sqlite3_column_int64(statement, column));
		break;
	case SQLITE_FLOAT:
		writer_real(w, name, sqlite3_column_double(statement, column));
		break;
	case SQLITE_TEXT:
		writer_text(w, name, (const char *)sqlite3_column_text(statement, column),
		    (size_t)sqlite3_column_bytes(statement, column));
		break;
	case SQLITE_BLOB:
		text = base64_encode(sqlite3_column_blob(statement, column),
		    (size_t)sqlite3_column_bytes(statement, column));
		writer_string(w, name, text);
		free(text);
		break;
	default:
		writer_null(w, name);
	}
}

void
rows_object(struct writer *w, const char *name, sqlite3_stmt *statement)
{
	writer_object(w, name);
	for (int i = 0; i < sqlite3_column_count(statement); i++)
		rows_member(w, sqlite3_column_name(statement, i), statement, i);
	writer_end_object(w);
}

int *
rows_kinds(sqlite3_stmt *statement, int n)
{
	int *kinds = calloc((size_t)n + 1, sizeof(*kinds)), of;

	for (int i = n; kinds != NULL && i < sqlite3_column_count(statement); i++) {
		const char *name = sqlite3_column_name(statement, i);

		if (name != NULL && sscanf(name, ROWS_KIND_OF, &of) == 1 && of >= 0 &&
		    of < n)
			kinds[of] = i;
	}
	return kinds;
}

struct cell
rows_cell_of(sqlite3_stmt *statement, int column, enum cell_kind kind, const int *kinds)
{
	int said = kinds[column] > 0 ? sqlite3_column_int(statement, kinds[column]) : 0;

	return rows_cell(statement, column, said != 0 ? (enum cell_kind)said : kind);
}

int
rows_put(sqlite3_stmt *statement, const char *path, struct printer *printer)
{
	int n = (int)printer->n_columns, code = SQLITE_DONE, taken = 0;
	sqlite3 *db = sqlite3_db_handle(statement);
	struct cell *cells = calloc((size_t)n + 1, sizeof(*cells));
	int *kinds = rows_kinds(statement, n);

	if (cells == NULL || kinds == NULL) {
		free(cells);
		free(kinds);
		errno = ENOMEM;
		return -1;
	}
	while (taken == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		reader_row(db);
		for (int i = 0; i < n; i++)
			cells[i] =
			    rows_cell_of(statement, i, printer->columns[i].kind, kinds);
		taken = printer_row(printer, cells);
	}
	free(cells);
	free(kinds);
	if (taken < 0)
		return -1;
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return EXIT_DONE;
	db_complain(db, path);
	return EXIT_PARTIAL;
}

/* The columns of a statement, in the arena, also their names, for SQLite's own are gone
   when it has to prepare the statement anew.  NULL without memory. */
static struct printer_column *
columns_of(sqlite3_stmt *statement, const struct rows_kind *kinds, struct arena *arena)
{
	int n = sqlite3_column_count(statement);
	struct printer_column *columns =
	    arena_get(arena, ((size_t)n + 1) * sizeof(*columns));

	for (int i = 0; columns != NULL && i < n; i++) {
		const char *name = sqlite3_column_name(statement, i);

		columns[i].name =
		    name != NULL ? arena_text(arena, name, strlen(name)) : NULL;
		if (columns[i].name == NULL)
			columns[i].name = "";
		for (const struct rows_kind *k = kinds; k != NULL && k->name; k++)
			if (strcmp(k->name, columns[i].name) == 0)
				columns[i].kind = k->kind;
	}
	return columns;
}

int
rows_write(sqlite3_stmt *statement, const char *path, const struct printer_format *format,
    const struct rows_kind *kinds, stream_write *write, void *context)
{
	struct arena arena = {0};
	struct printer_column *columns = columns_of(statement, kinds, &arena);
	size_t n = (size_t)sqlite3_column_count(statement);
	int result = -1, error = ENOMEM;
	struct printer printer;

	if (write == NULL)
		fflush(stdout);
	if (columns != NULL) {
		if (write == NULL)
			result =
			    printer_open(&printer, format, STDOUT_FILENO, columns, n);
		else
			result =
			    printer_open_to(&printer, format, write, context, columns, n);
		/* What is piped is often shown at the end of the pipe. */
		printer.plain = printer.plain || write == NULL;
		if (result == 0)
			result = rows_put(statement, path, &printer);
		error = errno;
		if (printer_close(&printer, result == EXIT_DONE) != 0 &&
		    result == EXIT_DONE) {
			error = errno;
			result = -1;
		}
	}
	if (result < 0)
		msg("%s: %s", write == NULL ? "stdout" : "output", strerror(error));
	sqlite3_reset(statement);
	arena_free(&arena);
	return result == EXIT_DONE ? EXIT_DONE : EXIT_PARTIAL;
}

int
rows_print(sqlite3_stmt *statement, const char *path, const struct printer_format *format,
    const struct rows_kind *kinds)
{
	return rows_write(statement, path, format, kinds, NULL, NULL);
}
