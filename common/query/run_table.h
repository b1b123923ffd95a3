/* The tables of runs that people made in the logbook: which conditions are their columns.
 */
#ifndef RUN_TABLE_H
#define RUN_TABLE_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * The name in the query language of what a column of a run table shows, by its source:
 * "params.X" and "editable_params.X.value" are conditions, begin_time and the like what
 * every run has (then *given is set); the full-width dot and dollar of the store are
 * plain ones.  A copy in the arena, or NULL without memory.  What is none of that is a
 * name that no run has.
 */
char *run_table_name(struct arena *arena, const char *source, bool *given);

#endif
