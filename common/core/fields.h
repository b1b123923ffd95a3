/* Rows in bulk, taken apart again where a server has no COPY: lines of fields. */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>

#include "core/dbms.h"
#include "text/buffer.h"

/* Takes a line of n bytes. */
typedef enum dbms_result fields_line(void *context, const char *p, size_t n);

/* Hand all lines of a source to line(), until one fails. */
enum dbms_result fields_lines(
    dbms_source *source, void *from, fields_line *line, void *context);

/*
 * The field that begins at *p, which is moved to the next one; NULL where there is none
 * left in the line.  Add it to value, or set *null.  False at the end of the line.
 */
bool fields_next(const char **p, const char *end, struct buffer *value, bool *null);

#endif
