/* The records of a project on their way into a database: elog-load's work. */
#ifndef JOB_LOAD_H
#define JOB_LOAD_H

#include "local/job_project.h"

/*
 * Start elog-load on a database, with the records of the spool from an offset on.  Where
 * it fails, its own message and one of ours say so; the records stay in the spool, and
 * nothing is lost.  Its exit status.
 */
int job_load(const struct job_project *project, long long from, const char *db);

/* The same by a process of its own, in silence, for which nobody waits. */
void job_load_apart(const struct job_project *project, long long from, const char *db);

#endif
