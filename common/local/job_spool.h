/*
 * The spool of a project: every record that its jobs ever wrote, a line each, before any
 * database sees it.
 *
 * Lines are appended whole, under flock: a line that a dead writer left torn is ended
 * first, and one for which the disk has no room is taken back.  Some room is kept in
 * advance, so that a job that fills the disk can still say how it ended.  What was
 * appended is in the kernel's hands at once, and on disk within the second.
 */
#ifndef JOB_SPOOL_H
#define JOB_SPOOL_H

#include "local/job_project.h"

#define JOB_SPOOL "spool.jsonl"

/* The streams whose records it holds; ends with NULL. */
extern const char *const job_spool_streams[];

/* Append n bytes of whole lines.  0, or -1 after a message. */
int job_spool_append(struct job_project *project, const char *lines, size_t n);

/*
 * Put on disk what was appended, by a process of its own, which nobody waits for: one a
 * project at a time, for all that append.  To be called when the last was appended.
 */
void job_spool_sync_apart(const struct job_project *project);

/* The length of the spool, 0 if there is none. */
long long job_spool_length(const struct job_project *project);

/*
 * Write it to a descriptor, from an offset on, behind a SCHEMA message of each stream.
 * 0, or -1 with errno set.
 */
int job_spool_copy(const struct job_project *project, long long from, int fd);

#endif
