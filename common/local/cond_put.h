/* What elog-cond writes: one record each, from what was said on the command line. */
#ifndef COND_PUT_H
#define COND_PUT_H

#include <stdbool.h>

#include "local/cond_record.h"
#include "local/daq.h"

/* What the options say; NULL where they say nothing. */
struct cond_put {
	const char *description;
	const char *run_min, *run_max;	      /* whole numbers */
	const char *start_time, *end_time;    /* ISO 8601 */
	const char *importance;		      /* a whole number */
	const char *mode;		      /* "replace", "update", "remove" */
	const char *db;			      /* where an alias finds others, or NULL */
	const char *experiment, *run, *names; /* of a file of data acquisition */
	bool create;			      /* make the run of the file */
	struct daq *daq;		      /* what is in it, once it was checked */
};

/*
 * To be called first, before elog-load is started: are the options, and is an alias,
 * sound?  They return the exit status: 0, or 1 or 2 after a message.
 */
int cond_put_check(const struct cond_put *put);
int cond_put_alias_check(const struct cond_put *put, const char *const *arguments);

/* FORMAT FILE: read it into put->daq, which the caller releases with daq_free(). */
int cond_put_daq_check(const struct cond_put *put, const char *const *arguments);

/* NAME TYPE, or with mode "remove", NAME */
int cond_put_type_check(const struct cond_put *put, const char *const *arguments);

/* See cond_put_unset(). */
int cond_put_unset_check(const struct cond_put *put, const char *const *arguments);

/* create, end or remove, EXPERIMENT, RUN */
int cond_put_run_check(const struct cond_put *put, const char *const *arguments);

/*
 * Each writes one record to a stream that is open, from the arguments behind the
 * subcommand, and returns the exit status: 0, or 1 after a message, when no record was
 * written.
 */

/* NAME TYPE; with mode "remove", NAME */
int cond_put_type(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments);

/*
 * EXPERIMENT RUN NAME VALUE; VALUE may be @FILE, for the content of a file, and @@ at
 * its beginning stands for one @.
 */
int cond_put_value(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments);

/* EXPERIMENT RUN NAME: a value; NAME, or "type" NAME: a declared type; "file" EXPERIMENT
   RUN PATH: a file.  "value" may stand before the first. */
int cond_put_unset(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments);

/* NAME EXPRESSION; with mode "remove", NAME */
int cond_put_alias(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments);

/* NAME */
int cond_put_period(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments);

/* EXPERIMENT RUN PATH; with mode "remove" the content does not count */
int cond_put_file(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments);

/* create, end or remove, EXPERIMENT, RUN: a run that begins, or ends, now if put does not
   say when */
int cond_put_run(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments);

/* FORMAT FILE, read before: one record for each value, and for types that a value does
   not tell by itself */
int cond_put_daq(
    struct cond_record *record, const struct cond_put *put, const char *const *arguments);

#endif
