#include "query/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"
#include "text/number.h"

const struct table_format *const table_formats[] = {
    &table_aligned,
    &table_tsv,
    &table_csv,
    &table_json,
    NULL,
};

const struct table_format *
table_format_find(const char *name)
{
	for (const struct table_format *const *f = table_formats; *f != NULL; f++)
		if (strcmp((*f)->name, name) == 0)
			return *f;
	return NULL;
}

int
table_open(struct table *table, const struct table_format *format, int fd,
    const struct table_column *columns, size_t n)
{
	*table = (struct table){.format = format, .columns = columns, .n_columns = n};
	if (stream_open(&table->out, fd) != 0) {
		errno = ENOMEM;
		return -1;
	}
	if (format->begin == NULL || format->begin(table) == 0)
		return 0;
	return -1;
}

int
table_row(struct table *table, const struct table_cell *cells)
{
	if (table->format->row(table, cells) != 0)
		return -1;
	errno = table->out.error;
	return table->out.error == 0 ? 0 : -1;
}

int
table_close(struct table *table, bool whole)
{
	int result = 0, error;

	if (whole && table->format->end != NULL)
		result = table->format->end(table);
	error = errno;
	if (table->format->release != NULL)
		table->format->release(table);
	if (stream_close(&table->out) != 0) {
		error = errno;
		result = -1;
	}
	free(table->scratch);
	table->scratch = NULL;
	errno = error;
	return result;
}

/* Room for n bytes; NULL without memory. */
static char *
scratch(struct table *table, size_t n)
{
	if (n > table->scratch_size) {
		char *more = realloc(table->scratch, n);

		if (more == NULL)
			return NULL;
		table->scratch = more;
		table->scratch_size = n;
	}
	return table->scratch;
}

static const char *
base64(struct table *table, const struct table_cell *cell, size_t *n)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)cell->p;
	char *out = scratch(table, cell->n / 3 * 4 + 5);

	*n = 0;
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < cell->n; i += 3) {
		size_t left = cell->n - i;
		unsigned second = left > 1 ? p[i + 1] : 0,
			 third = left > 2 ? p[i + 2] : 0;
		unsigned bits = (unsigned)p[i] << 16 | second << 8 | third;

		out[(*n)++] = letters[bits >> 18];
		out[(*n)++] = letters[bits >> 12 & 63];
		out[(*n)++] = left > 1 ? letters[bits >> 6 & 63] : '=';
		out[(*n)++] = left > 2 ? letters[bits & 63] : '=';
	}
	return out;
}

bool
table_cell_is_json(const struct table_cell *cell)
{
	struct json s;

	if (cell->kind != TABLE_JSON)
		return false;
	json_begin(&s, cell->p, cell->n);
	return json_value(&s, NULL) && json_end(&s);
}

/* Where json_clean() puts what it cleaned. */
struct cleaned {
	char *p;
	size_t n;
};

static void
append(void *context, const char *p, size_t n)
{
	struct cleaned *cleaned = context;

	memcpy(cleaned->p + cleaned->n, p, n);
	cleaned->n += n;
}

/* JSON without line breaks, and with quotes around NaN and Infinity. */
static const char *
clean_json(struct table *table, const struct table_cell *cell, size_t *n)
{
	struct json_span value;
	struct cleaned cleaned = {NULL, 0};
	struct json s;

	json_begin(&s, cell->p, cell->n);
	(void)json_value(&s, &value);
	*n = value.n;
	if (!s.unclean)
		return value.p;
	/* "NaN" takes two bytes more than NaN. */
	cleaned.p = scratch(table, value.n * 2 + 8);
	if (cleaned.p == NULL)
		return NULL;
	json_clean(value, 0, append, &cleaned);
	*n = cleaned.n;
	return cleaned.p;
}

const char *
table_cell_text(struct table *table, const struct table_cell *cell, size_t *n)
{
	char *text;

	switch (cell->kind) {
	case TABLE_NULL:
		*n = 0;
		return "";
	case TABLE_BOOL:
		*n = cell->integer ? 4 : 5;
		return cell->integer ? "True" : "False";
	case TABLE_INT:
	case TABLE_FLOAT:
		text = scratch(table, NUMBER_BYTES);
		if (text == NULL)
			return NULL;
		if (cell->kind == TABLE_INT)
			snprintf(text, NUMBER_BYTES, "%" PRId64, cell->integer);
		else
			number_write(cell->real, text);
		*n = strlen(text);
		return text;
	case TABLE_BLOB:
		return base64(table, cell, n);
	case TABLE_JSON:
		if (table_cell_is_json(cell))
			return clean_json(table, cell, n);
		break;
	default:
		break;
	}
	*n = cell->n;
	return cell->p;
}
