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
 * holds a '/', a backslash, a quote (") or a control character, or is no UTF-8.
 */
const char *experiment_name_error(const char *name, size_t n);

/* True if name matches one of n shell globs, whatever the case of letters. */
bool experiment_matches(const char *name, const char *const *globs, size_t n);

/*
 * Make the address under which the service knows an experiment of a name, its label,
 * which can hold spaces: each becomes a '_'.
 */
void experiment_address(char *name);

struct experiment_list {
	char **names;  /* addresses */
	char **chosen; /* streams of each, "A,B"; NULL: all */
	size_t n;
};

/*
 * Append the address of a name of n bytes that passed experiment_name_error(), once: one
 * that the list already has is left out.  Returns 0, or -1 without memory.
 */
int experiment_list_add(struct experiment_list *list, const char *name, size_t n);

/*
 * Append a name with or without the streams that are asked of it: NAME/STREAM,... Returns
 * NULL, or what is wrong with it: a constant for a message.
 */
const char *experiment_list_add_argument(
    struct experiment_list *list, const char *argument, size_t n);

/* Is a stream among those of a list with commas? */
bool experiment_streams_have(const char *chosen, const char *stream);

/*
 * Append the names that stand in a stream, one a line: as arguments, a JSON string, or a
 * JSON object that holds "_id" or "name".  Empty lines are passed over.  Each line that
 * holds no good name is reported.  Returns the number of such lines, or -1 after a
 * message if reading or memory failed.
 */
int experiment_list_read(struct experiment_list *list, FILE *stream);

void experiment_list_free(struct experiment_list *list);

#endif
