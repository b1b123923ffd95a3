/*
 * From what a file came, and what came of it: file to the job that wrote it, job to the
 * files that it read, back to imported files and runs of experiments; and forward.
 *
 * Who wrote a file that a job read is, of the jobs that wrote this content before, the
 * last that wrote it under that name; else the last, but for empty files, which are all
 * alike.
 */
#ifndef JOB_LINEAGE_H
#define JOB_LINEAGE_H

#include "local/job_list.h"

enum job_direction { JOB_UP = 1, JOB_DOWN = 2 };

struct job_lineage_wanted {
	const char *job;  /* its UUID, or NULL and */
	const char *what; /* a job's number or UUID, or a file: its path or SHA-256 */
	bool recorded;	/* a path as it was recorded: no file of this machine is looked at
			 */
	int directions; /* of enum job_direction, added */
	long most;	/* jobs and files, the nearest; 0: all */
	long most_of_one; /* files of a job, or readers of a file, each way; 0: all */
};

/* A use of a file by a job: an edge of the graph. */
struct job_use {
	const char *job, *file, *role, *path;
	const char
	    *from;   /* the path under which what it read was written; NULL: unknown */
	bool up, in; /* found on the way up; the job read it */
	int depth;
	struct job_use *next;
};

/* A job that was come to, on the way up or down. */
struct job_step {
	const char *job; /* NULL: the file that was asked for */
	int depth;
	bool looked; /* at what it used; else it is where the bounds were met */
	long left;   /* how many of its uses are not there */
	struct job_step *next;
};

struct job_lineage;

/* Look it up.  The exit status; then too job_lineage_close() must be called. */
int job_lineage_open(struct job_lineage **lineage, const struct job_view *view,
    const struct job_lineage_wanted *wanted);

/* What was found, in the order in which it was, borrowed; NULL if there is none. */
const struct job_use *job_lineage_uses(const struct job_lineage *lineage);
const struct job_step *job_lineage_steps(
    const struct job_lineage *lineage, enum job_direction direction);

/* What was asked for: a job's UUID, or else a file's, and its path, "" if none is known.
 */
const char *job_lineage_job(const struct job_lineage *lineage);
const char *job_lineage_file(const struct job_lineage *lineage);
const char *job_lineage_path(const struct job_lineage *lineage);

/* A use as it is printed: the row of common/sql/job/lineage_row.sql, until the next call;
   of no use (NULL) only its columns.  NULL after a message. */
sqlite3_stmt *job_lineage_row(struct job_lineage *lineage, const struct job_use *use);

/* NULL is allowed. */
void job_lineage_close(struct job_lineage *lineage);

#endif
