/*
 * A project of jobs: a directory that holds
 *
 *	.elog-job/uuid		its identity
 *	.elog-job/spool.jsonl	all of its records (job_spool.h)
 *	.elog-job/count		how many jobs have no parent: numbers come from here
 *	.elog-job/jobs/UUID	a link to the directory of that job
 *	.elog-job/imports/HASH	a link to the imported file of that content
 *	jobs/job_1/job_2/	the directory of job 1.2; .id in it is a link to its UUID,
 *				.count says how many jobs have it as their parent
 *	imported/		files that --import copied
 *
 * A link takes no block, is made in one step, and is there whole or not at all.
 */
#ifndef JOB_PROJECT_H
#define JOB_PROJECT_H

#include <stdbool.h>

#include "text/uuid.h"

#define JOB_PROJECT_FOLDER ".elog-job"

/* What a command printed, in the directory of its job. */
#define JOB_STDOUT "stdout.txt"
#define JOB_STDERR "stderr.txt"

struct job_project {
	int fd;		 /* of .elog-job */
	int spool;	 /* descriptor of the spool, -1 until it is opened */
	char *directory; /* absolute, no links in it */
	char uuid[UUID_BYTES];
};

struct job {
	char uuid[UUID_BYTES];
	char parent[UUID_BYTES]; /* "": none, or job_find() found the job */
	char *number;		 /* "1.2" */
	char *directory;	 /* absolute */
};

/*
 * Open the project in the directory named; where that is NULL the nearest one from the
 * current directory upward, else the one that $ELOG_JOB_PROJECT names.  0; 1 if there is
 * none, after a message if talk is true; 2 (the exit status) after a message if the one
 * that was named is none.
 */
int job_project_open(struct job_project *project, const char *named, bool talk);

/* Open the one that $ELOG_JOB_PROJECT names, without a message.  0, or -1. */
int job_project_open_environment(struct job_project *project);

void job_project_close(struct job_project *project);

/*
 * Make a project of a directory, which is made if it is not there, and open it.  *made:
 * it was none before.  0, or -1 after a message.
 */
int job_project_init(struct job_project *project, const char *directory, bool *made);

/* The path of a file, absolute, with the links of its directory resolved and its own name
   kept; malloc'd, NULL where there is no such directory. */
char *job_project_absolute(const char *path);

/*
 * A new job, with the next number under its parent (NULL: none), and its directory.  Any
 * number of processes may do so at once.  0, or -1 after a message.  Release with
 * job_free().
 */
int job_new(const struct job_project *project, const struct job *parent, struct job *job);

/* The job of the project that a UUID, its beginning (8 letters or more) or a number
   means.  0, or -1 without a message: there is none. */
int job_find(const struct job_project *project, const char *id, struct job *job);

void job_free(struct job *job);

#endif
