/*
 * The parameters of runs, put into the columns of conditions.
 *
 * Each member of a run's "params", and each "value" in its "editable_params", which wins
 * over a parameter of the same name, is a value of the condition of its plain name: the
 * service stores U+FF0E and U+FF04 where "." and "$" are meant, and an edited "a.b" as
 * "b" within "a".  Only documents that
 * changed are read, and of the columns only those are written in which a value did
 * (db/condition_column.h).  What the values of a name have in common is kept in
 * condition_types; a type that somebody declared stays, and what does not fit it is
 * reported.  Local values, which have a table of their own, are not touched.
 */
#ifndef CONDITIONS_H
#define CONDITIONS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct conditions;
struct gather;

/* All is borrowed; gather takes new columns.  NULL after a message. */
struct conditions *conditions_open(sqlite3 *db, const char *path, struct gather *gather);

/*
 * Before the staged runs of an experiment become rows: write the columns as they are to
 * be.  at is the time that a new name gets.  0, or -1 after a message.
 */
int conditions_apply(struct conditions *conditions, const char *experiment,
    sqlite3_int64 experiment_id, const char *at);

/* Somebody declared the type of a condition: say it if values of the logbook do not fit.
   0, or -1 after a message. */
int conditions_declared(struct conditions *conditions, const char *name);

/* What was read of condition_types may not be true any more: a transaction was rolled
   back, or somebody else wrote it. */
void conditions_forget(struct conditions *conditions);

/* NULL is allowed. */
void conditions_close(struct conditions *conditions);

/* What belongs to migration 7, a migration_fill: columns from the documents of all runs.
 */
int conditions_fill(sqlite3 *db, const char *path, int number);

/* Put "." and "$" in the place of U+FF0E and U+FF04 in a name of n bytes, and terminate
   it.  Returns the length. */
size_t conditions_plain(char *name, size_t n);

#endif
