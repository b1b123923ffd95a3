/*
 * Comma-separated values (RFC 4180): a header, lines that end in CR LF, quotes around
 * what needs them.  A missing value is empty, an empty string is "".
 */
#include <errno.h>
#include <string.h>

#include "query/table.h"

static bool
needs_quotes(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr(",\"\r\n", p[i]) != NULL)
			return true; /* NUL too */
	return n == 0 || p[0] == ' ' || p[n - 1] == ' ';
}

static void
put_field(struct stream *out, const char *p, size_t n)
{
	size_t from = 0;

	if (!needs_quotes(p, n)) {
		stream_put(out, p, n);
		return;
	}
	stream_put(out, "\"", 1);
	for (size_t i = 0; i < n; i++)
		if (p[i] == '"') {
			stream_put(out, p + from, i + 1 - from);
			from = i; /* the quote once more */
		}
	stream_put(out, p + from, n - from);
	stream_put(out, "\"", 1);
}

static void
end_line(struct stream *out)
{
	stream_put(out, "\r", 1);
	stream_end_line(out);
}

static int
begin(struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		if (i > 0)
			stream_put(&table->out, ",", 1);
		put_field(
		    &table->out, table->columns[i].name, strlen(table->columns[i].name));
	}
	end_line(&table->out);
	return 0;
}

static int
row(struct table *table, const struct table_cell *cells)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		size_t n;
		const char *text = table_cell_text(table, &cells[i], &n);

		if (text == NULL) {
			errno = ENOMEM;
			return -1;
		}
		if (i > 0)
			stream_put(&table->out, ",", 1);
		if (cells[i].kind != TABLE_NULL)
			put_field(&table->out, text, n);
	}
	end_line(&table->out);
	return 0;
}

const struct table_format table_csv = {.name = "csv", .begin = begin, .row = row};
