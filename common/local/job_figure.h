/* Figures of a job: names with a number or a text, as given, out of JSON, out of text. */
#ifndef JOB_FIGURE_H
#define JOB_FIGURE_H

#include <stdbool.h>

#include "local/job_record.h"
#include "text/json.h"

/* Can that be the name of a figure?  NULL, or why not: a constant, for a message. */
const char *job_figure_fault(const char *name);

/* Add a figure.  A value that reads as a number is one, but where text is true. */
void job_figure_put(struct job_record *record, const char *job, const char *name,
    const char *value, bool text);

/* Add "NAME=VALUE".  0, or 2 (the exit status) after a message. */
int job_figure_put_pair(struct job_record *record, const char *job, const char *pair);

/*
 * Add the members of the object that a JSON text is, those of objects in it under
 * NAME.NAME; a value that is none goes under the name given, which may be NULL.  Arrays
 * are kept as texts.  0, or -1: it is no JSON.
 */
int job_figure_put_object(
    struct job_record *record, const char *job, const char *name, struct json_span json);

/* Add those of a file, "FILE" or "FILE:JQ", where JQ is a program for libjq(3), which is
   loaded for it.  0, or -1 after a message. */
int job_figure_put_json(struct job_record *record, const char *job, const char *argument);

/*
 * Add the named groups of the last match of a regular expression (PCRE2) in the first of
 * two texts that it matches; each may be NULL: there is none.  0; -1 after a message.
 */
int job_figure_put_matches(struct job_record *record, const char *job,
    const char *expression, const char *const paths[2]);

/* Is it an expression with named groups?  0, or 2 (the exit status) after a message. */
int job_figure_check_expression(const char *expression);

#endif
