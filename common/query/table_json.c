/* JSON (RFC 8259), an object a line, with real types.  A missing value is null, an
   infinity the string "Infinity", as among the service's parameters. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "query/table.h"
#include "text/utf8.h"

static void
put_string(struct stream *out, const char *p, size_t n)
{
	size_t from = 0, i = 0;

	stream_put(out, "\"", 1);
	while (i < n) {
		unsigned character;
		size_t length = utf8_read(p + i, n - i, &character);
		char escape[8];

		if (length > 0 && character >= 0x20 && character != '"' &&
		    character != '\\') {
			i += length;
			continue;
		}
		stream_put(out, p + from, i - from);
		if (length == 0)
			strcpy(escape, "\\ufffd"); /* no UTF-8 */
		else if (character == '"' || character == '\\')
			snprintf(escape, sizeof(escape), "\\%c", (char)character);
		else if (character == '\n')
			strcpy(escape, "\\n");
		else if (character == '\t')
			strcpy(escape, "\\t");
		else
			snprintf(escape, sizeof(escape), "\\u%04x", character & 0xffff);
		stream_puts(out, escape);
		i += length > 0 ? length : 1;
		from = i;
	}
	stream_put(out, p + from, i - from);
	stream_put(out, "\"", 1);
}

static int
put_cell(struct table *table, const struct table_cell *cell)
{
	size_t n;
	const char *text = table_cell_text(table, cell, &n);

	if (text == NULL) {
		errno = ENOMEM;
		return -1;
	}
	if (cell->kind == TABLE_NULL)
		stream_puts(&table->out, "null");
	else if (cell->kind == TABLE_BOOL)
		stream_puts(&table->out, cell->integer ? "true" : "false");
	else if (cell->kind == TABLE_INT ||
		 (cell->kind == TABLE_FLOAT && isfinite(cell->real)) ||
		 table_cell_is_json(cell))
		stream_put(&table->out, text, n);
	else
		put_string(&table->out, text, n);
	return 0;
}

static int
row(struct table *table, const struct table_cell *cells)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		const char *name = table->columns[i].name;

		stream_put(&table->out, i > 0 ? "," : "{", 1);
		put_string(&table->out, name, strlen(name));
		stream_put(&table->out, ":", 1);
		if (put_cell(table, &cells[i]) != 0)
			return -1;
	}
	stream_put(&table->out, "}", 1);
	stream_end_line(&table->out);
	return 0;
}

const struct table_format table_json = {.name = "json", .row = row};
