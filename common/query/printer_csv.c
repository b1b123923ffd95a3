/*
 * Comma-separated values (RFC 4180): a header, lines that end in CR LF, quotes around
 * what needs them.  A missing value is empty, an empty string is "".
 */
#include <errno.h>
#include <string.h>

#include "query/printer.h"

static bool
needs_quotes(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == ',' || p[i] == '"' || p[i] == '\n' || p[i] == '\r' ||
		    p[i] == '\0')
			return true;
	return n == 0 || p[0] == ' ' || p[n - 1] == ' ';
}

static void
put_field(struct printer *printer, const char *p, size_t n)
{
	struct stream *out = &printer->out;
	bool quotes = needs_quotes(p, n);
	size_t from = 0;

	if (quotes)
		stream_put(out, "\"", 1);
	for (size_t i = 0, step; (quotes || printer->plain) && i < n; i += step) {
		size_t hidden =
		    printer->plain && p[i] != '\n' ? printer_hides(p + i, n - i) : 0;

		step = hidden > 0 ? hidden : 1;
		if (hidden == 0 && p[i] != '"')
			continue;
		stream_put(out, p + from, i - from);
		stream_puts(out, hidden > 0 ? "?" : "\"\"");
		from = i + step;
	}
	stream_put(out, p + from, n - from);
	if (quotes)
		stream_put(out, "\"", 1);
}

static void
end_line(struct stream *out)
{
	stream_put(out, "\r", 1);
	stream_end_line(out);
}

static int
begin(struct printer *printer)
{
	for (size_t i = 0; i < printer->n_columns; i++) {
		const char *name = printer->columns[i].name;

		if (i > 0)
			stream_put(&printer->out, ",", 1);
		put_field(printer, name, strlen(name));
	}
	end_line(&printer->out);
	return 0;
}

static int
row(struct printer *printer, const struct cell *cells)
{
	for (size_t i = 0; i < printer->n_columns; i++) {
		size_t n;
		const char *text = printer_text(printer, &cells[i], &n);

		if (text == NULL) {
			errno = ENOMEM;
			return -1;
		}
		if (i > 0)
			stream_put(&printer->out, ",", 1);
		if (cells[i].kind != CELL_NULL)
			put_field(printer, text, n);
	}
	end_line(&printer->out);
	return 0;
}

const struct printer_format printer_csv = {.name = "csv", .begin = begin, .row = row};
