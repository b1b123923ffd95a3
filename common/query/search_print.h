/* What a search found, printed: for a person, or as rows. */
#ifndef SEARCH_PRINT_H
#define SEARCH_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "query/printer.h"
#include "query/search.h"

struct search_print {
	const struct search_query *query;
	const char *address; /* of the service, in front of an experiment's name */
	bool full;	     /* all of the text, not a snippet */
	bool colour;
	FILE *out;		/* for a person */
	struct printer printer; /* for rows, opened by search_print_open() */
	long shown;
};

/*
 * Begin rows in a format on stdout.  0, or -1 with errno set; then too
 * search_print_close() must be called.
 */
int search_print_open(struct search_print *print, const struct printer_format *format);

/* The same into a function as of stream_open_to(). */
int search_print_open_to(struct search_print *print, const struct printer_format *format,
    stream_write *write, void *context);

/* End them.  As printer_close(). */
int search_print_close(struct search_print *print, bool whole);

/* Each is a search_take for a struct search_print: a row; or a line and a snippet. */
int search_print_row(void *print, const struct search_document *document);
int search_print_text(void *print, const struct search_document *document);

/*
 * A text of a document as it is shown, or the piece of it around its first hit: with on
 * and off around each hit, and nothing in it that moves a cursor but line breaks.
 * malloc'd; NULL without memory.
 */
char *search_print_snippet(
    const struct search_print *print, const char *text, const char *on, const char *off);

/* The same, further to the right: a part of a discussion.  hit: it was found itself. */
void search_print_part(struct search_print *print, const struct search_document *document,
    int depth, bool hit);

#endif
