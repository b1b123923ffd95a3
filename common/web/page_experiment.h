/* /e/NAME: beside what its statements say, when there were runs, and what was written
   then. */
#ifndef PAGE_EXPERIMENT_H
#define PAGE_EXPERIMENT_H

#include "web/view.h"

/*
 * Add <timeline>: runs on an axis of time, coloured by their type, and how many entries
 * there are in each stretch of it; all, or "from" one time "to" another.
 */
int page_experiment(struct view *view);

#endif
