#include "query/printer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "text/base64.h"
#include "text/buffer.h"
#include "text/json.h"
#include "text/number.h"
#include "text/timestamp.h"

const struct printer_format *const printer_formats[] = {
    &printer_table,
    &printer_tsv,
    &printer_csv,
    &printer_json,
    &printer_json_array,
    &printer_nul,
    NULL,
};

const struct printer_format *
printer_format_find(const char *name)
{
	for (const struct printer_format *const *f = printer_formats; *f != NULL; f++)
		if (strcmp((*f)->name, name) == 0)
			return *f;
	return NULL;
}

const struct printer_format *
printer_format_chosen(const char *name)
{
	const struct printer_format *format;
	char names[100] = "";

	if (name == NULL)
		return isatty(STDOUT_FILENO) ? &printer_table : &printer_tsv;
	format = printer_format_find(name);
	if (format != NULL)
		return format;
	for (const struct printer_format *const *f = printer_formats; *f != NULL; f++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
		    f == printer_formats ? "" : ", ", (*f)->name);
	msg("--format: '%s' is none of %s", name, names);
	return NULL;
}

/* 0, or -1 with errno set; the stream is open, or could not be (result). */
static int
begin(struct printer *printer, const struct printer_format *format, int result,
    const struct printer_column *columns, size_t n)
{
	printer->format = format;
	printer->columns = columns;
	printer->n_columns = n;
	if (result != 0) {
		errno = ENOMEM;
		return -1;
	}
	return format->begin == NULL ? 0 : format->begin(printer);
}

int
printer_open(struct printer *printer, const struct printer_format *format, int fd,
    const struct printer_column *columns, size_t n)
{
	*printer = (struct printer){.plain = isatty(fd) == 1};
	return begin(printer, format, stream_open(&printer->out, fd), columns, n);
}

int
printer_open_to(struct printer *printer, const struct printer_format *format,
    stream_write *write, void *context, const struct printer_column *columns, size_t n)
{
	*printer = (struct printer){0};
	return begin(
	    printer, format, stream_open_to(&printer->out, write, context), columns, n);
}

int
printer_row(struct printer *printer, const struct cell *cells)
{
	if (printer->format->row(printer, cells) != 0)
		return -1;
	if (printer->paged && printer->out.error == EPIPE)
		return 1;
	errno = printer->out.error;
	return printer->out.error == 0 ? 0 : -1;
}

int
printer_close(struct printer *printer, bool whole)
{
	int result = 0, error;

	if (whole && printer->format->end != NULL)
		result = printer->format->end(printer);
	error = errno;
	if (printer->format->release != NULL)
		printer->format->release(printer);
	if (stream_close(&printer->out) != 0) {
		error = errno;
		result = -1;
	}
	free(printer->scratch);
	printer->scratch = NULL;
	errno = error;
	return result;
}

/* Room for n bytes; NULL without memory. */
static char *
scratch(struct printer *printer, size_t n)
{
	if (n > printer->scratch_size) {
		char *more = realloc(printer->scratch, n);

		if (more == NULL)
			return NULL;
		printer->scratch = more;
		printer->scratch_size = n;
	}
	return printer->scratch;
}

static const char *
base64(struct printer *printer, const struct cell *cell, size_t *n)
{
	char *text = base64_encode(cell->p != NULL ? cell->p : "", cell->n);

	*n = text != NULL ? strlen(text) : 0;
	free(printer->scratch);
	printer->scratch = text;
	printer->scratch_size = *n;
	return text;
}

size_t
printer_hides(const char *p, size_t n)
{
	if ((unsigned char)p[0] < 0x20 || p[0] == 0x7f)
		return 1;
	/* U+0080 to U+009F */
	return n > 1 && (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0 ? 2 : 0;
}

bool
printer_is_number(enum cell_kind kind)
{
	return kind == CELL_INT || kind == CELL_FLOAT || kind == CELL_SIZE;
}

bool
printer_is_json(const struct cell *cell)
{
	struct json s;

	if (cell->kind != CELL_JSON)
		return false;
	json_begin(&s, cell->p, cell->n);
	return json_value(&s, NULL) && json_end(&s);
}

/* JSON without line breaks, and with quotes around NaN and Infinity. */
static const char *
clean_json(struct printer *printer, const struct cell *cell, size_t *n)
{
	struct buffer cleaned = {0};
	struct json_span value;
	struct json s;

	json_begin(&s, cell->p, cell->n);
	(void)json_value(&s, &value);
	*n = value.n;
	if (!s.unclean)
		return value.p;
	json_clean(value, 0, buffer_put, &cleaned);
	free(printer->scratch);
	printer->scratch = buffer_take(&cleaned, n);
	printer->scratch_size = printer->scratch != NULL ? *n : 0;
	return printer->scratch;
}

static const char *
number(struct printer *printer, const struct cell *cell, size_t *n)
{
	char *text = scratch(printer, NUMBER_BYTES);

	if (text == NULL)
		return NULL;
	if (cell->kind == CELL_FLOAT)
		number_write(cell->real, text);
	else if (cell->kind != CELL_TIME || !timestamp_write(cell->integer, text))
		number_write_whole(cell->integer, text);
	*n = strlen(text);
	return text;
}

const char *
printer_text(struct printer *printer, const struct cell *cell, size_t *n)
{
	switch (cell->kind) {
	case CELL_NULL:
		*n = 0;
		return "";
	case CELL_BOOL:
		*n = cell->integer ? 4 : 5;
		return cell->integer ? "True" : "False";
	case CELL_INT:
	case CELL_FLOAT:
	case CELL_TIME:
	case CELL_SIZE:
		return number(printer, cell, n);
	case CELL_BLOB:
		return base64(printer, cell, n);
	case CELL_JSON:
		if (printer_is_json(cell))
			return clean_json(printer, cell, n);
		break;
	default:
		break;
	}
	*n = cell->n;
	return cell->p != NULL ? cell->p : "";
}
