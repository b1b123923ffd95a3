/* Jobs, printed: as rows in the format that was chosen, as a tree for people. */
#ifndef JOB_LIST_H
#define JOB_LIST_H

#include "local/job_view.h"
#include "query/printer.h"

/* How things are printed. */
struct job_printing {
	const struct printer_format *format;
	bool chosen;	 /* by the user: not what suits stdout */
	long long limit; /* -1: all */
};

/* All return an exit status. */

/* The jobs for which an expression is true; NULL: all. */
int job_list(const struct job_view *view, const char *expression,
    const struct job_printing *printing);

/* All of a job. */
int job_list_show(
    const struct job_view *view, const char *id, const struct job_printing *printing);

/* The jobs, or those below one (NULL: all), under their parents. */
int job_list_tree(
    const struct job_view *view, const char *id, const struct job_printing *printing);

/* Figures, or files, of a job (NULL: of all): what names common/sql/job/WHAT.sql. */
int job_list_rows(const struct job_view *view, const char *what, const char *id,
    const struct job_printing *printing);

#endif
