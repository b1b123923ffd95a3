/*
 * Tab-separated values: no header; \t \n \r and \\ in values stand for the characters
 * that would break a line up.  A missing value is empty.
 */
#include <errno.h>

#include "query/table.h"

static void
put_escaped(struct stream *out, const char *p, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		const char *escape = p[i] == '\t'   ? "\\t"
				     : p[i] == '\n' ? "\\n"
				     : p[i] == '\r' ? "\\r"
				     : p[i] == '\\' ? "\\\\"
						    : NULL;

		if (escape == NULL)
			continue;
		stream_put(out, p + from, i - from);
		stream_put(out, escape, 2);
		from = i + 1;
	}
	stream_put(out, p + from, n - from);
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
			stream_put(&table->out, "\t", 1);
		put_escaped(&table->out, text, n);
	}
	stream_end_line(&table->out);
	return 0;
}

const struct table_format table_tsv = {.name = "tsv", .row = row};
