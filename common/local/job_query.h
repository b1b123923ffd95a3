/*
 * The query language of elog-query(7) over jobs: what a job has beside its figures, and
 * the figures by their names.
 */
#ifndef JOB_QUERY_H
#define JOB_QUERY_H

#include "local/job_view.h"

/*
 * A statement that gives the jobs for which an expression is true (NULL: all), at most
 * limit of them (-1: all), in the order of their numbers: number, task, status, and so
 * on, with the figures that the expression names behind them.  Release with
 * job_query_close().  NULL after a message; *status is the exit status then.
 */
struct job_query;

struct job_query *job_query_open(
    const struct job_view *view, const char *expression, long long limit, int *status);

sqlite3_stmt *job_query_statement(const struct job_query *query);

void job_query_close(struct job_query *query);

#endif
