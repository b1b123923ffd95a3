/* Experiment names: what is one, lists of them, globs over them. */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A name becomes a part of a URL, a line of output and an argument of the next
 * program.  Returns NULL if it can be all that, else the reason why not: it is
 * empty, longer than 200 bytes, begins with other than a letter, a digit or '_',
 * holds a '/', a backslash or a control character, or is no UTF-8.
 */
const char *experiment_name_error(const char *name, size_t n);

/* True if name matches one of n shell globs, whatever the case of letters. */
bool experiment_matches(const char *name, const char *const *globs, size_t n);

struct experiment_list {
	char **names;
	size_t n;
};

/*
 * Append a name of n bytes that passed experiment_name_error(), once: a name
 * that the list already has is left out.  Returns 0, or -1 without memory.
 */
int experiment_list_add(struct experiment_list *list, const char *name, size_t n);

/*
 * Append the names that stand in a stream, one a line: plain, a JSON string, or a
 * JSON object that holds "name".  Empty lines are passed over.  Each line that holds no
 * good name is reported.  Returns the number of such lines, or -1 after a message if
 * reading or memory failed.
 */
int experiment_list_read(struct experiment_list *list, FILE *stream);

void experiment_list_free(struct experiment_list *list);

#endif
