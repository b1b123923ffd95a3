/* Where a job runs: machine, user, batch system, version of the code, environment. */
#ifndef JOB_ORIGIN_H
#define JOB_ORIGIN_H

#include "local/job_record.h"

/*
 * Add members to a record: host, user, directory, boot_id, pid, pid_start (of this
 * process, or of the one named if it is not 0), batch_system and batch_id where there is
 * one, environment: variables that are known to matter and those named (NULL-terminated,
 * may be NULL), never one that looks like a secret.
 */
void job_origin_put(struct job_record *record, long pid, char *const *variables);

/*
 * Add git_commit and git_dirty of the working directory, if it lies in a work tree of
 * git; costs nothing where it does not.
 */
void job_origin_put_git(struct job_record *record);

#endif
