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

/*
 * Print the lineage of a file (its path or SHA-256) or a job: a use of a file a row, or
 * as a graph for graphviz.  directions are those of enum job_direction, added.  The exit
 * status.
 */
int job_lineage(const struct job_view *view, const char *what, int directions, bool dot,
    const struct job_printing *printing);

#endif
