/* Jobs beside each other, beside their files, and run again. */
#ifndef JOB_COMPARE_H
#define JOB_COMPARE_H

#include "local/job_list.h"

/* All return an exit status. */

/* What differs between two jobs. */
int job_diff(const struct job_view *view, const char *a, const char *b,
    const struct job_printing *printing);

/*
 * What is wrong: jobs that are LOST, numbers that occur twice, outputs that are gone or
 * hold something else than they did.  1 if there is anything.
 */
int job_check(const struct job_view *view, const struct job_printing *printing);

/*
 * Run a job again, as a new one: elog-job run takes our place.  if_changed: only where an
 * input has another content than then, an output is not there as it was left, or the job
 * did not finish; the reason is told either way.  db and project are passed on, and may
 * be NULL.
 */
int job_rerun(struct job_view *view, const char *id, bool if_changed, const char *db,
    const char *project);

#endif
