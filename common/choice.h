/* Which of the files found count: by their names, and by their fields. */
#ifndef CHOICE_H
#define CHOICE_H

#include <stdbool.h>

#include "template.h"

struct choice;

/*
 * expressions (NULL: none; else NULL-terminated): POSIX extended regular expressions of
 * which one must match somewhere in a file's name.  fields (likewise): NAME=GLOB, all of
 * which must hold; NAME is one of the template's fields, or "source".  All is borrowed.
 * Returns NULL after a message, with the exit status in *status: 1 or 2.
 */
struct choice *choice_open(char *const *expressions, char *const *fields,
    const struct template *template, int *status);

/* Does a file count?  context is the choice: this is a walk_wanted. */
bool choice_takes(void *context, const char *source, const char *name,
    const struct template_values *values);

void choice_close(struct choice *choice);

#endif
