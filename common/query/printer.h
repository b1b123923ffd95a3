/*
 * Rows of typed values, printed in the format that the user chose.
 *
 * A format is a row of printer_formats[] and a file printer_NAME.c.  To print the rows
 * of an SQL statement, rows.h has it in one call.
 */
#ifndef PRINTER_H
#define PRINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/stream.h"

enum cell_kind {
	CELL_NULL,
	CELL_BOOL, /* integer */
	CELL_INT,  /* integer */
	CELL_FLOAT,
	CELL_TEXT, /* p, n: any bytes */
	CELL_JSON, /* p, n: a JSON text; one that is none is printed as CELL_TEXT */
	CELL_BLOB, /* p, n: printed in base64 (RFC 4648, section 4) */
	CELL_TIME, /* integer: microseconds since 1970, printed as RFC 3339 in UTC */
	CELL_SIZE, /* integer: bytes, in words where people read it */
};

struct cell {
	enum cell_kind kind;
	int64_t integer;
	double real;
	const char *p; /* borrowed */
	size_t n;
};

struct printer_column {
	const char *name; /* borrowed */
	/* What its values are: numbers are aligned to the right where that counts.
	   CELL_NULL: not known before they come. */
	enum cell_kind kind;
};

struct printer;

/* A format: what it is called, and what it does with each row. */
struct printer_format {
	const char *name;
	int (*begin)(struct printer *printer);
	int (*row)(struct printer *printer, const struct cell *cells);
	int (*end)(struct printer *printer);
	void (*release)(struct printer *printer); /* what begin and row made */
};

/*
 * All of them, ends with NULL.  Their names are the arguments of --format:
 *
 *	table       aligned under names, for people; with a pager where it is long
 *	tsv         tab-separated, without names
 *	csv         RFC 4180, with names
 *	json        an object a line
 *	json-array  the same objects, in one array
 *	nul         the first value of each row, each ended by a NUL, for xargs -0
 */
extern const struct printer_format *const printer_formats[];

/* The format of that name; NULL if there is none. */
const struct printer_format *printer_format_find(const char *name);

/*
 * The format for stdout: the one that --format names, or where that is NULL a table on a
 * terminal and else tsv.  NULL after a message that names them all: the exit status is 2.
 */
const struct printer_format *printer_format_chosen(const char *name);

struct printer {
	const struct printer_format *format;
	const struct printer_column *columns;
	size_t n_columns;
	struct stream out;
	bool paged;    /* a pager reads it */
	bool plain;    /* no control character of a value is printed: '?' stands for it */
	char *scratch; /* of printer_text() */
	size_t scratch_size;
	void *state; /* the format's own */
};

/*
 * Begin rows of n columns, which are borrowed until printer_close(): on a descriptor, or
 * into a function as of stream_open_to().  0, or -1 with errno set; then too
 * printer_close() must be called.  Where it is a terminal, it is plain.
 */
int printer_open(struct printer *printer, const struct printer_format *format, int fd,
    const struct printer_column *columns, size_t n);
int printer_open_to(struct printer *printer, const struct printer_format *format,
    stream_write *write, void *context, const struct printer_column *columns, size_t n);

/*
 * Print a row of as many cells.  0; 1 if that is enough, since who reads it in a pager
 * has left; -1 with errno set if no more rows can be taken.
 */
int printer_row(struct printer *printer, const struct cell *cells);

/*
 * End the rows, if whole is true, and release all.  0, or -1 with errno set if any of
 * it could not be written.
 */
int printer_close(struct printer *printer, bool whole);

/* ---- For the formats -------------------------------------------------------- */

/*
 * The text of a cell as people read it: True, 0.5, a JSON text on one line; nothing
 * for CELL_NULL.  *n gets its length.  It lives until the next call.  NULL without
 * memory.
 */
const char *printer_text(struct printer *printer, const struct cell *cell, size_t *n);

/* How many bytes at p, of n > 0, are a control character, which a terminal would obey; 0:
   it is none. */
size_t printer_hides(const char *p, size_t n);

/* Is the text of a cell JSON? */
bool printer_is_json(const struct cell *cell);

/* Are values of that kind numbers? */
bool printer_is_number(enum cell_kind kind);

extern const struct printer_format printer_table, printer_tsv, printer_csv, printer_json,
    printer_json_array, printer_nul;

#endif
