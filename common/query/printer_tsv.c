/*
 * Tab-separated values: no header; \t \n \r and \\ in values stand for the characters
 * that would break a line up.  A missing value is empty.
 */
#include <errno.h>
#include <string.h>

#include "query/printer.h"

static void
put_escaped(struct printer *printer, const char *p, size_t n)
{
	static const char letters[] = "\t\n\r\\", escapes[] = "\\t\\n\\r\\\\";
	size_t from = 0;

	for (size_t i = 0, step; i < n; i += step) {
		size_t hidden = printer->plain ? printer_hides(p + i, n - i) : 0;
		const char *letter;

		step = hidden > 0 ? hidden : 1;
		if (hidden == 0 && (unsigned char)p[i] >= 0x20 && p[i] != '\\')
			continue;
		letter = memchr(letters, p[i], sizeof(letters) - 1);
		if (letter == NULL && hidden == 0)
			continue;
		stream_put(&printer->out, p + from, i - from);
		if (letter != NULL)
			stream_put(&printer->out, escapes + 2 * (letter - letters), 2);
		else
			stream_put(&printer->out, "?", 1);
		from = i + step;
	}
	stream_put(&printer->out, p + from, n - from);
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
			stream_put(&printer->out, "\t", 1);
		if (printer_is_number(cells[i].kind))
			stream_put(&printer->out, text, n);
		else
			put_escaped(printer, text, n);
	}
	stream_end_line(&printer->out);
	return 0;
}

const struct printer_format printer_tsv = {.name = "tsv", .row = row};
