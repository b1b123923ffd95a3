/*
 * An expression of elog-query(7) over a file that a scan found: elog-scan --where.
 *
 * Its names are the fields of template and pattern, each a text that is a number beside
 * numbers, and then, unless a field is called so, what the record has beside them: size,
 * source, path, name, time, modified.  A name that is none of these is a text, where it
 * is compared with something that depends on the file, or stands in the list that such
 * a thing is looked for in; quotes are then not needed.
 */
#ifndef FILE_QUERY_H
#define FILE_QUERY_H

#include "files/remote_record.h"
#include "files/template.h"

struct file_query;

/*
 * Read an expression, which is borrowed.  NULL after a message with the place in it,
 * with the exit status in *status: 2 if it is wrong, 1 without memory.  The template
 * must live as long.  Release with file_query_close().
 */
struct file_query *file_query_open(
    const char *expression, const struct template *template, int *status);

/*
 * Is it true for a file?  Looks at source, path, size, modified and time of it, and at
 * its name and fields; bytes that are not UTF-8 are as remote_record.h has them.  1; 0
 * if it is false or unknown; -1 without memory.
 */
int file_query_holds(struct file_query *query, const struct remote_file *file,
    const char *name, const struct template_values *values);

void file_query_close(struct file_query *query);

#endif
