/* What is wrong with a query, and where: a message, the text, a caret under it. */
#ifndef QUERY_ERROR_H
#define QUERY_ERROR_H

#include <stdarg.h>
#include <stddef.h>

/* A text of the query language: what the user typed, or the text of an alias. */
struct query_source {
	const char *text; /* valid UTF-8 but for what the lexer refuses */
	size_t length;
	const char *alias; /* NULL: the query itself */
};

/* A part of a source. */
struct query_place {
	const struct query_source *source;
	size_t at, n; /* bytes */
};

/* Holds all that it shows; nothing is to be released. */
struct query_error {
	char message[400]; /* one line; empty: no error */
	char excerpt[160]; /* the text around the place, on one line */
	char caret[160];   /* spaces, then ^~~~ under the place; may be empty */
	char alias[64]; /* the error is that there is no alias of that name; else empty */
};

/* Fill in an error at a place.  Returns -1, for the caller to pass on. */
int query_error_set(struct query_error *error, const struct query_place *place,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Put more behind the message, as far as there is room.  Returns -1. */
int query_error_add(struct query_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An error that has no place in the text.  Returns -1. */
int query_error_plain(struct query_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say it on stderr: the message behind the program's name, then text and caret. */
void query_error_print(const struct query_error *error);

#endif
