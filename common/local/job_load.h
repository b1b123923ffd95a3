/* The records of a project on their way into a database: elog-load's work. */
#ifndef JOB_LOAD_H
#define JOB_LOAD_H

#include "local/job_project.h"

/*
 * Start elog-load on a database, with the records of the spool from an offset on, and
 * with those that an earlier call could not load.  Where it fails, its own message and
 * one of ours say so; the records stay in the spool, and the next call loads them, too:
 * until then .elog-job/behind.HASH says from which offset on, HASH being of the
 * database's name. Its exit status.
 */
int job_load(const struct job_project *project, long long from, const char *db);

/* The same by a process of its own, in silence, for which nobody waits. */
void job_load_apart(const struct job_project *project, long long from, const char *db);

#endif
