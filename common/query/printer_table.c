/*
 * Columns for a terminal, as wide as the first rows need: numbers to the right, all
 * else to the left, a header, a pager where the rows leave the screen.  Nothing
 * that a terminal would obey is printed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/pager.h"
#include "query/printer.h"
#include "text/human.h"
#include "text/utf8.h"

/* Rows that are kept to find the widths. */
#define KEPT 500
/* A longer value pushes the rest of its line to the right. */
#define WIDTH_MAX 40

struct state {
	char **kept; /* the texts of the kept rows, row by row */
	size_t n, capacity;
	int *widths;
	enum column { UNKNOWN, NUMBERS, TEXTS } * columns;
	bool begun; /* the widths are known, and the header is printed */
	pid_t pager;
	int pager_fd;
};

static int
begin(struct printer *printer)
{
	struct state *state = calloc(1, sizeof(*state));

	printer->state = state;
	if (state == NULL)
		return -1;
	state->pager = -1;
	state->capacity = printer->n_columns * KEPT;
	state->kept = calloc(state->capacity, sizeof(char *));
	state->widths = calloc(printer->n_columns, sizeof(int));
	state->columns = calloc(printer->n_columns, sizeof(state->columns[0]));
	if (state->kept == NULL || state->widths == NULL || state->columns == NULL)
		return -1;
	for (size_t i = 0; i < printer->n_columns; i++)
		if (printer->columns[i].kind != CELL_NULL)
			state->columns[i] =
			    printer_is_number(printer->columns[i].kind) ? NUMBERS : TEXTS;
	return 0;
}

/* A copy of a text in which each character shows as itself; free it. */
static char *
printable(const char *p, size_t n)
{
	/* U+FFFD, for what does not show, takes 3 bytes. */
	char *text = malloc(n * 3 + 1), *to = text;
	size_t at = 0;

	if (text == NULL)
		return NULL;
	while (at < n) {
		unsigned character;
		size_t length = utf8_read(p + at, n - at, &character);

		if (length > 0 && utf8_width(character) >= 0) {
			memcpy(to, p + at, length);
			to += length;
		} else if (length > 0 && character < 0x80) {
			*to++ = '?';
		} else {
			to += utf8_write(0xfffd, to);
		}
		at += length > 0 ? length : 1;
	}
	*to = '\0';
	return text;
}

/* Cells that a printable text takes. */
static int
width_of(const char *text)
{
	size_t n = strlen(text), at = 0;
	int width = 0;

	while (at < n) {
		unsigned character = 0;
		size_t length = utf8_read(text + at, n - at, &character);

		width += length > 0 ? utf8_width(character) : 0;
		at += length > 0 ? length : 1;
	}
	return width;
}

static void
pad(struct stream *out, int n)
{
	for (; n > 0; n--)
		stream_put(out, " ", 1);
}

static void
put_text(struct printer *printer, size_t column, const char *text)
{
	const struct state *state = printer->state;
	int space = state->widths[column] - width_of(text);

	if (column > 0)
		stream_puts(&printer->out, "  ");
	if (state->columns[column] == NUMBERS)
		pad(&printer->out, space);
	stream_puts(&printer->out, text);
	if (state->columns[column] != NUMBERS && column + 1 < printer->n_columns)
		pad(&printer->out, space);
}

static void
put_header(struct printer *printer)
{
	static const char line[] = "----------------------------------------";
	struct state *state = printer->state;

	for (size_t i = 0; i < printer->n_columns; i++) {
		char *name =
		    printable(printer->columns[i].name, strlen(printer->columns[i].name));

		put_text(printer, i, name != NULL ? name : "?");
		free(name);
	}
	stream_end_line(&printer->out);
	for (size_t i = 0; i < printer->n_columns; i++) {
		if (i > 0)
			stream_puts(&printer->out, "  ");
		stream_put(&printer->out, line, (size_t)state->widths[i]);
	}
	stream_end_line(&printer->out);
}

static void
widen(struct printer *printer, size_t column, const char *text)
{
	struct state *state = printer->state;
	int width = width_of(text);

	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	if (width > state->widths[column])
		state->widths[column] = width;
}

/* Where the rows would leave the screen, the pager takes them. */
static int
start_pager(struct printer *printer, size_t lines)
{
	struct state *state = printer->state;

	if (!pager_wanted(printer->out.fd, lines))
		return 0;
	state->pager = pager_start(&state->pager_fd);
	if (state->pager < 0)
		return 0; /* without, then */
	printer->paged = true;
	(void)stream_close(&printer->out);
	if (stream_open(&printer->out, state->pager_fd) != 0)
		return -1;
	return 0;
}

/* Print what is kept. */
static int
print_kept(struct printer *printer)
{
	struct state *state = printer->state;

	if (printer->n_columns == 0)
		return 0;
	for (size_t i = 0; i < printer->n_columns; i++) {
		char *name =
		    printable(printer->columns[i].name, strlen(printer->columns[i].name));

		widen(printer, i, name != NULL ? name : "?");
		free(name);
	}
	for (size_t i = 0; i < state->n; i++)
		widen(printer, i % printer->n_columns, state->kept[i]);
	if (start_pager(printer, state->n / printer->n_columns + 2) != 0)
		return -1;
	put_header(printer);
	for (size_t i = 0; i < state->n; i++) {
		put_text(printer, i % printer->n_columns, state->kept[i]);
		free(state->kept[i]);
		if ((i + 1) % printer->n_columns == 0)
			stream_end_line(&printer->out);
	}
	state->n = 0;
	state->begun = true;
	return 0;
}

/* A cell as it is shown; free it.  NULL without memory. */
static char *
shown(struct printer *printer, const struct cell *cell)
{
	char words[HUMAN_BYTES];
	const char *text = words;
	size_t n;

	if (cell->kind == CELL_SIZE) {
		human_size(cell->integer, words);
		n = strlen(words);
	} else {
		text = printer_text(printer, cell, &n);
	}
	return text != NULL ? printable(text, n) : NULL;
}

/* What a column is that did not say so: numbers, as long as nothing else comes. */
static void
look_at(struct printer *printer, size_t column, const struct cell *cell)
{
	enum column *is = &((struct state *)printer->state)->columns[column];

	if (printer->columns[column].kind == CELL_NULL && cell->kind != CELL_NULL)
		*is = *is != TEXTS && printer_is_number(cell->kind) ? NUMBERS : TEXTS;
}

static int
row(struct printer *printer, const struct cell *cells)
{
	struct state *state = printer->state;

	if (!state->begun && state->n == state->capacity && print_kept(printer) != 0)
		return -1;
	for (size_t i = 0; i < printer->n_columns; i++) {
		char *text = shown(printer, &cells[i]);

		if (text == NULL) {
			errno = ENOMEM;
			return -1;
		}
		if (!state->begun) {
			look_at(printer, i, &cells[i]);
			state->kept[state->n++] = text;
			continue;
		}
		put_text(printer, i, text);
		free(text);
	}
	if (state->begun)
		stream_end_line(&printer->out);
	return 0;
}

static int
end(struct printer *printer)
{
	const struct state *state = printer->state;

	return state->begun ? 0 : print_kept(printer);
}

static void
release(struct printer *printer)
{
	struct state *state = printer->state;

	if (state == NULL)
		return;
	if (state->pager >= 0) {
		/* All that writes to the pager is closed before it can end.  Who left
		   it early has seen enough: that is no error. */
		(void)stream_close(&printer->out);
		printer->out = (struct stream){.fd = -1, .lock_fd = -1};
		close(state->pager_fd);
		pager_wait(state->pager);
	}
	for (size_t i = 0; i < state->n; i++)
		free(state->kept[i]);
	free(state->kept);
	free(state->widths);
	free(state->columns);
	free(state);
	printer->state = NULL;
}

const struct printer_format printer_table = {
    .name = "table", .begin = begin, .row = row, .end = end, .release = release};
