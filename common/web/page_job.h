/* /jobs, /jobs/UUID: what elog-job knows. */
#ifndef PAGE_JOB_H
#define PAGE_JOB_H

#include "stream/stream.h"
#include "web/view.h"

/* The jobs for which an expression is true, where there is one. */
int page_jobs(struct view *view);
int page_jobs_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

/* A job: its facts, and what it printed last. */
int page_job(struct view *view);
int page_job_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

#endif
