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
#include "query/table.h"
#include "text/utf8.h"

/* Rows that are kept to find the widths. */
#define KEPT 500
/* A longer value pushes the rest of its line to the right. */
#define WIDTH_MAX 40

struct state {
	char **kept; /* the texts of the kept rows, row by row */
	size_t n, capacity;
	int *widths;
	bool begun; /* the widths are known, and the header is printed */
	pid_t pager;
	int pager_fd;
};

static int
begin(struct table *table)
{
	struct state *state = calloc(1, sizeof(*state));

	table->state = state;
	if (state == NULL)
		return -1;
	state->pager = -1;
	state->capacity = table->n_columns * KEPT;
	state->kept = calloc(state->capacity, sizeof(char *));
	state->widths = calloc(table->n_columns, sizeof(int));
	return state->kept != NULL && state->widths != NULL ? 0 : -1;
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
put_text(struct table *table, size_t column, const char *text)
{
	const struct state *state = table->state;
	int space = state->widths[column] - width_of(text);

	if (column > 0)
		stream_puts(&table->out, "  ");
	if (table->columns[column].number)
		pad(&table->out, space);
	stream_puts(&table->out, text);
	if (!table->columns[column].number && column + 1 < table->n_columns)
		pad(&table->out, space);
}

static void
put_header(struct table *table)
{
	static const char line[] = "----------------------------------------";
	struct state *state = table->state;

	for (size_t i = 0; i < table->n_columns; i++) {
		char *name =
		    printable(table->columns[i].name, strlen(table->columns[i].name));

		put_text(table, i, name != NULL ? name : "?");
		free(name);
	}
	stream_end_line(&table->out);
	for (size_t i = 0; i < table->n_columns; i++) {
		if (i > 0)
			stream_puts(&table->out, "  ");
		stream_put(&table->out, line, (size_t)state->widths[i]);
	}
	stream_end_line(&table->out);
}

static void
widen(struct table *table, size_t column, const char *text)
{
	struct state *state = table->state;
	int width = width_of(text);

	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	if (width > state->widths[column])
		state->widths[column] = width;
}

/* Where the rows would leave the screen, the pager takes them. */
static int
start_pager(struct table *table, size_t lines)
{
	struct state *state = table->state;

	if (!pager_wanted(table->out.fd, lines))
		return 0;
	state->pager = pager_start(&state->pager_fd);
	if (state->pager < 0)
		return 0; /* without, then */
	(void)stream_close(&table->out);
	if (stream_open(&table->out, state->pager_fd) != 0)
		return -1;
	return 0;
}

/* Print what is kept. */
static int
print_kept(struct table *table)
{
	struct state *state = table->state;

	if (table->n_columns == 0)
		return 0;
	for (size_t i = 0; i < table->n_columns; i++) {
		char *name =
		    printable(table->columns[i].name, strlen(table->columns[i].name));

		widen(table, i, name != NULL ? name : "?");
		free(name);
	}
	for (size_t i = 0; i < state->n; i++)
		widen(table, i % table->n_columns, state->kept[i]);
	if (start_pager(table, state->n / table->n_columns + 2) != 0)
		return -1;
	put_header(table);
	for (size_t i = 0; i < state->n; i++) {
		put_text(table, i % table->n_columns, state->kept[i]);
		free(state->kept[i]);
		if ((i + 1) % table->n_columns == 0)
			stream_end_line(&table->out);
	}
	state->n = 0;
	state->begun = true;
	return 0;
}

static int
row(struct table *table, const struct table_cell *cells)
{
	struct state *state = table->state;

	if (!state->begun && state->n == state->capacity && print_kept(table) != 0)
		return -1;
	for (size_t i = 0; i < table->n_columns; i++) {
		size_t n;
		const char *text = table_cell_text(table, &cells[i], &n);
		char *shown = text != NULL ? printable(text, n) : NULL;

		if (shown == NULL) {
			errno = ENOMEM;
			return -1;
		}
		if (!state->begun) {
			state->kept[state->n++] = shown;
			continue;
		}
		put_text(table, i, shown);
		free(shown);
	}
	if (state->begun)
		stream_end_line(&table->out);
	return 0;
}

static int
end(struct table *table)
{
	const struct state *state = table->state;

	return state->begun ? 0 : print_kept(table);
}

static void
release(struct table *table)
{
	struct state *state = table->state;

	if (state == NULL)
		return;
	if (state->pager >= 0) {
		/* All that writes to the pager is closed before it can end.  Who left
		   it early has seen enough: that is no error. */
		(void)stream_close(&table->out);
		table->out = (struct stream){.fd = -1, .lock_fd = -1};
		close(state->pager_fd);
		pager_wait(state->pager);
	}
	for (size_t i = 0; i < state->n; i++)
		free(state->kept[i]);
	free(state->kept);
	free(state->widths);
	free(state);
	table->state = NULL;
}

const struct table_format table_aligned = {
    .name = "table", .begin = begin, .row = row, .end = end, .release = release};
