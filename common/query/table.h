/* Rows of typed values, printed in one of several formats. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/stream.h"

enum table_kind {
	TABLE_NULL,
	TABLE_BOOL, /* integer */
	TABLE_INT,  /* integer */
	TABLE_FLOAT,
	TABLE_TEXT, /* p, n: any bytes */
	TABLE_JSON, /* p, n: a JSON text; one that is none is printed as TABLE_TEXT */
	TABLE_BLOB, /* p, n: printed in base64 (RFC 4648, section 4) */
};

struct table_cell {
	enum table_kind kind;
	int64_t integer;
	double real;
	const char *p; /* borrowed */
	size_t n;
};

struct table_column {
	const char *name; /* borrowed */
	bool number;	  /* aligned to the right where that counts */
};

struct table;

/* A format: what it is called, and what it does with each row. */
struct table_format {
	const char *name;
	int (*begin)(struct table *table);
	int (*row)(struct table *table, const struct table_cell *cells);
	int (*end)(struct table *table);
	void (*release)(struct table *table); /* what begin and row made; may be NULL */
};

/* All of them, ends with NULL.  Their names are the arguments of --format. */
extern const struct table_format *const table_formats[];

/* The format of that name; NULL if there is none. */
const struct table_format *table_format_find(const char *name);

struct table {
	const struct table_format *format;
	const struct table_column *columns;
	size_t n_columns;
	struct stream out;
	char *scratch; /* of table_cell_text() */
	size_t scratch_size;
	void *state; /* the format's own */
};

/*
 * Begin a table on a descriptor.  The columns are borrowed until table_close().
 * 0, or -1 with errno set.
 */
int table_open(struct table *table, const struct table_format *format, int fd,
    const struct table_column *columns, size_t n);

/* Print a row of as many cells.  0, or -1 with errno set: no more rows can be taken. */
int table_row(struct table *table, const struct table_cell *cells);

/*
 * End the table, if whole is true, and release all.  0, or -1 with errno set if any of
 * it could not be written.
 */
int table_close(struct table *table, bool whole);

/* ---- For the formats -------------------------------------------------------- */

/*
 * The text of a cell as people read it: True, 0.5, a JSON text on one line; nothing
 * for TABLE_NULL.  *n gets its length.  It lives until the next call.  NULL without
 * memory.
 */
const char *table_cell_text(
    struct table *table, const struct table_cell *cell, size_t *n);

/* Is the text of a cell JSON? */
bool table_cell_is_json(const struct table_cell *cell);

extern const struct table_format table_aligned, table_tsv, table_csv, table_json;

#endif
