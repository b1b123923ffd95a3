/* The first value of each row, byte for byte, ended by a NUL: for xargs -0.  A missing
   value is left out. */
#include <errno.h>

#include "query/printer.h"

static int
row(struct printer *printer, const struct cell *cells)
{
	size_t n;
	const char *text;

	if (printer->n_columns == 0 || cells[0].kind == CELL_NULL)
		return 0;
	text = printer_text(printer, &cells[0], &n);
	if (text == NULL) {
		errno = ENOMEM;
		return -1;
	}
	stream_put(&printer->out, text, n);
	stream_end(&printer->out, '\0');
	return 0;
}

const struct printer_format printer_nul = {.name = "nul", .row = row};
