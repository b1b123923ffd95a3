/* The lineage of a file or a job (job_lineage.h), printed. */
#ifndef JOB_LINEAGE_PRINT_H
#define JOB_LINEAGE_PRINT_H

#include "local/job_lineage.h"

/*
 * Print it to stdout: a use of a file a row, or as a graph for graphviz.  The exit
 * status.
 */
int job_lineage_print(const struct job_view *view,
    const struct job_lineage_wanted *wanted, bool dot,
    const struct job_printing *printing);

/* The rows of one into a function as of stream_open_to().  The exit status. */
int job_lineage_write(struct job_lineage *lineage, const struct printer_format *format,
    stream_write *write, void *context);

#endif
