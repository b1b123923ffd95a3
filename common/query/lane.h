/*
 * A lane: what runs have of one condition, or of what every run has, gone through as it
 * stands in columns, an experiment behind the other and runs ascending.  Lanes are gone
 * through beside each other: ten times as fast as rows.
 */
#ifndef LANE_H
#define LANE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "db/condition_column.h"

/* Which runs: those of experiments whose ids are in a JSON array, or of all (NULL), with
   numbers from least to most, about. */
struct lane_scope {
	const char *experiments;
	double least, most;
};

struct lane {
	sqlite3_stmt *rows; /* NULL: it is not open */
	bool there;	    /* it stands at a run */
	sqlite3_int64 experiment;
	struct condition_column column;
	struct condition_run run;
	struct json_span value; /* as the column spells it, borrowed */
	struct lane *minus;	/* its value is to be taken from ours */
};

/*
 * Can what a name stands for be gone through so?  A condition of which nothing was set
 * here, and whose type nobody declared, in whole runs; and start_time, end_time (in
 * microseconds since 1970), duration (in seconds), type and sample, where elog-load wrote
 * them all.  1, 0, or -1 if the database failed.
 */
int lane_is_there(sqlite3 *db, const char *name, sqlite3_int64 stored);

/* Open one of those.  0, or -1 if the database failed or without memory; then too it is
   to be closed. */
int lane_open(struct lane *lane, sqlite3 *db, const char *name, sqlite3_int64 stored,
    const struct lane_scope *scope);

/* The next run that has a value; 0 behind the last, -1 if the database failed. */
int lane_next(struct lane *lane);

/* Go on to the run that another lane stands at.  1, 0 if this one has nothing for it, or
   -1. */
int lane_follow(struct lane *lane, const struct lane *leader);

/* The whole number that a value is: of a time. */
sqlite3_int64 lane_integer(const struct lane *lane);

/* The difference to what is to be taken from it, in seconds. */
double lane_duration(const struct lane *lane);

/* Begin with {0}. */
void lane_close(struct lane *lane);

#endif
