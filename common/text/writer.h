/*
 * JSON texts (RFC 8259), written value by value, with commas where they belong:
 *
 *	struct buffer buffer = {0};
 *	struct writer w = writer_to(buffer_put, &buffer);
 *
 *	writer_object(&w, NULL);
 *	writer_string(&w, "name", "e1");
 *	writer_array(&w, "runs");
 *	writer_integer(&w, NULL, 1);
 *	writer_end_array(&w);
 *	writer_end_object(&w);			{"name":"e1","runs":[1]}
 *
 * Each value has the name of its member, or NULL where it is in an array or alone.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/json.h"

/* Takes n bytes of output. */
typedef void writer_put(void *context, const char *p, size_t n);

struct writer {
	writer_put *put;
	void *context;
	bool comma;   /* the next value stands behind another */
	bool percent; /* bytes that are no UTF-8 become %XX, not U+FFFD */
};

/* A writer whose output goes to put(context, ...). */
struct writer writer_to(writer_put *put, void *context);

void writer_object(struct writer *w, const char *name);
void writer_end_object(struct writer *w);
void writer_array(struct writer *w, const char *name);
void writer_end_array(struct writer *w);

/*
 * A text, of n bytes or up to its NUL, as a string in which nothing but what must be is
 * escaped: quotes, backslashes and control characters.  Bytes that are no UTF-8 become
 * U+FFFD.  NULL is null.
 */
void writer_text(struct writer *w, const char *name, const char *p, size_t n);
void writer_string(struct writer *w, const char *name, const char *text);

/* A text in which \t, \n, \r and \\ stand for the characters, as in tab-separated
   values. */
void writer_field(struct writer *w, const char *name, const char *p, size_t n);

void writer_integer(struct writer *w, const char *name, int64_t value);

/* A count; one below 0, which stands for "not known", is null. */
void writer_count(struct writer *w, const char *name, long long value);

/* A float; an infinity is the string "Infinity" or "-Infinity", a NaN is null. */
void writer_real(struct writer *w, const char *name, double value);

void writer_bool(struct writer *w, const char *name, bool value);
void writer_null(struct writer *w, const char *name);

/* A JSON text, checked before, byte for byte; {NULL, 0} is null. */
void writer_json(struct writer *w, const char *name, struct json_span json);

/* A text of n bytes as a JSON string with its quotes, malloc'd; NULL without memory. */
char *writer_quote(const char *p, size_t n);

#endif
