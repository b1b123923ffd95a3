/* Records of what becomes of a job. */
#ifndef JOB_STATE_H
#define JOB_STATE_H

#include <sys/resource.h>

#include "local/job_project.h"
#include "local/job_record.h"

/* What is said of a job when it is made.  All is borrowed; lists end with NULL, and may
   be NULL. */
struct job_about {
	const char *task, *title, *experiment, *run;
	char *const *variables; /* of the environment, to be kept too */
	const char *status;	/* NULL: the usual one */
	const char *rerun_of;	/* UUID of another job, or NULL */
};

/* The statuses that a person or a program may set. */
#define JOB_STATUSES                                                                     \
	"PENDING, QUEUED, RUNNING, RUNNING_REMOTELY, FINISHED, FAILED, INTERRUPTED, "    \
	"UNSATISFACTORY, UNKNOWN, LOST, TO_DELETE"

/* Is it one of them? */
bool job_state_known(const char *status);

/* A record of jobs begins: who it is, and its status (NULL: as it is). */
void job_state_begin(struct job_record *record, const struct job_project *project,
    const struct job *job, const char *status);

/* Members that say what it is about, and what it took. */
void job_state_put_about(struct job_record *record, const struct job_about *about);
void job_state_put_usage(struct job_record *record, const struct rusage *usage);

/*
 * The job that $ELOG_JOB names, if it is one of the project.  0; -1 where there is none,
 * after a message if the variable names a job that is not of this project.
 */
int job_state_parent(const struct job_project *project, struct job *parent);

/*
 * The job that id means (NULL: the one of $ELOG_JOB), in the project or, where that has
 * none such, in $ELOG_JOB_PROJECT, which is opened in its place then.  0, or the exit
 * status after a message.
 */
int job_state_find(struct job_project *project, const char *id, struct job *job);

/* Make a job that somebody else runs, and print its UUID.  The exit status. */
int job_state_create(
    struct job_project *project, const struct job_about *about, char *const *arguments);

/* What is to be noted of a job; what is NULL or below 0 is not. */
struct job_change {
	const char *status, *message, *note, *evaluation;
	const char *event; /* "started_at" or "finished_at": now */
	long exit_status;
	long pid; /* that lives as long as the job does */
};

/* Note it.  The exit status. */
int job_state_change(
    struct job_project *project, const struct job *job, const struct job_change *change);

/* Figures: names and values in turn, NULL-terminated.  The exit status. */
int job_state_values(struct job_project *project, const struct job *job,
    const char *const *arguments, bool text);

/* Files: ROLE=PATH, NULL-terminated.  The exit status. */
int job_state_files(struct job_project *project, const struct job *job,
    const char *direction, const char *const *arguments);

/* Print what it printed: its standard output to ours, its standard error to ours.  The
   exit status. */
int job_state_log(const struct job *job);

#endif
