/* Which of the files found count: by their names, their fields, and an expression. */
#ifndef SELECTOR_H
#define SELECTOR_H

#include "files/remote_record.h"
#include "files/template.h"

struct selector;

/*
 * expressions (NULL: none; else NULL-terminated): POSIX extended regular expressions of
 * which one must match somewhere in a file's name.  fields (likewise): NAME=GLOB, all of
 * which must hold; NAME is one of the template's fields, or "source".  queries
 * (likewise): expressions for file_query_open(), all of which must hold.  All is
 * borrowed. Returns NULL after a message, with the exit status in *status: 1 or 2.
 */
struct selector *selector_open(char *const *expressions, char *const *fields,
    char *const *queries, const struct template *template, int *status);

/* Does a file count?  context is the selector: this is a walk_wanted. */
int selector_takes(void *context, const struct remote_file *file, const char *name,
    const struct template_values *values);

void selector_close(struct selector *selector);

#endif
