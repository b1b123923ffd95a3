/* What becomes of a job, as log lines (elog-job run --log-db). */
#ifndef JOB_LOG_H
#define JOB_LOG_H

/*
 * Log a line about a job in the database db, by elog-log, in a session of the job's own:
 * level is one of elog-log(1).  What fails is told by elog-log; it is no failure of the
 * job.  Does nothing where db is NULL.
 */
void job_log(const char *db, const char *uuid, const char *level, const char *message);

#endif
