/* /runs, /e/NAME/runs: runs as elog-select selects them. */
#ifndef PAGE_RUNS_H
#define PAGE_RUNS_H

#include "stream/stream.h"
#include "web/view.h"

#define PAGE_RUNS_PARAMETERS "q v runs e table period sort desc gone page find sql"

int page_runs(struct view *view);
int page_runs_rows(struct view *view, const struct printer_format *format,
    stream_write *write, void *context);

/*
 * What the parameters of a request mean, for pages that select runs: q, v, runs, e (a
 * glob of experiments, or the experiment of the path), table, period, gone.  Texts live
 * in the arena.  False without memory.
 */
struct query_wanted;
bool page_runs_wanted(struct view *view, struct query_wanted *wanted);

/* Add <mistake> with the message of an error, the text and what stands under it. */
struct query_error;
void page_runs_mistake(struct view *view, const struct query_error *error);

#endif
