/* JSON (RFC 8259) with real types, an object a line or one array of them.  A missing
   value is null, an infinity the string "Infinity", as among the service's parameters. */
#include <errno.h>
#include <stdlib.h>

#include "query/printer.h"
#include "text/writer.h"

static int
put_cell(
    struct printer *printer, struct writer *w, const char *name, const struct cell *cell)
{
	size_t n;
	const char *text;

	switch (cell->kind) {
	case CELL_NULL:
		writer_null(w, name);
		return 0;
	case CELL_BOOL:
		writer_bool(w, name, cell->integer != 0);
		return 0;
	case CELL_INT:
	case CELL_SIZE:
		writer_integer(w, name, cell->integer);
		return 0;
	case CELL_FLOAT:
		writer_real(w, name, cell->real);
		return 0;
	default:
		break;
	}
	text = printer_text(printer, cell, &n);
	if (text == NULL) {
		errno = ENOMEM;
		return -1;
	}
	if (printer_is_json(cell))
		writer_json(w, name, (struct json_span){text, n});
	else
		writer_text(w, name, text, n);
	return 0;
}

static int
put_object(struct printer *printer, const struct cell *cells)
{
	struct writer w = writer_to(stream_take, &printer->out);

	writer_object(&w, NULL);
	for (size_t i = 0; i < printer->n_columns; i++)
		if (put_cell(printer, &w, printer->columns[i].name, &cells[i]) != 0)
			return -1;
	writer_end_object(&w);
	return 0;
}

static int
row(struct printer *printer, const struct cell *cells)
{
	if (put_object(printer, cells) != 0)
		return -1;
	stream_end_line(&printer->out);
	return 0;
}

const struct printer_format printer_json = {.name = "json", .row = row};

/* ---- In an array: state is what stands before the next object ---------------- */

static int
array_begin(struct printer *printer)
{
	static char first[] = "[";

	printer->state = first;
	return 0;
}

static int
array_row(struct printer *printer, const struct cell *cells)
{
	static char later[] = ",\n";

	stream_puts(&printer->out, printer->state);
	printer->state = later;
	return put_object(printer, cells);
}

static int
array_end(struct printer *printer)
{
	/* Of no rows at all: []. */
	if (*(const char *)printer->state == '[')
		stream_puts(&printer->out, "[");
	stream_puts(&printer->out, "]");
	stream_end_line(&printer->out);
	return 0;
}

const struct printer_format printer_json_array = {
    .name = "json-array", .begin = array_begin, .row = array_row, .end = array_end};
