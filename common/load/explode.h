/*
 * The parameters of runs, taken apart into conditions.
 *
 * Each member of a run's "params", and each "value" in its "editable_params", which wins
 * over a parameter of the same name, becomes a row of table conditions under its plain
 * name: the service stores U+FF0E and U+FF04 where "." and "$" are meant.  Its type is
 * that of condition_types, which widens to hold what comes (condition_type.h); rows that
 * are there already are written anew from the documents.  A type that somebody declared
 * stays, and so does a blob; a value that does not fit it is reported and left out.  Rows
 * with set_by are local values and are not touched.
 */
#ifndef EXPLODE_H
#define EXPLODE_H

#include <sqlite3.h>
#include <stdbool.h>

struct explode;

/*
 * Begin, within a transaction.  If table conditions is empty, its second index waits
 * for explode_end(), because making it at once takes half as long as keeping it.  The
 * runs of a database that was loaded before there were conditions are exploded now.
 * The database and path are borrowed.  NULL after a message.
 */
struct explode *explode_open(sqlite3 *db, const char *path);

/* Before staged runs of an experiment become rows: remove the mirrored conditions of
   those that will change or vanish.  0, or -1 after a message. */
int explode_before(
    struct explode *explode, const char *experiment, sqlite3_int64 experiment_id);

/* After that: insert the conditions of those that changed.  at is the time that a new
   type gets.  0, or -1 after a message. */
int explode_after(struct explode *explode, const char *experiment,
    sqlite3_int64 experiment_id, const char *at);

/* Is there a condition of that plain name? */
bool explode_has(struct explode *explode, const char *name);

/* Somebody gave a condition another type: make its mirrored rows anew, from the documents
   of all runs.  0, or -1 after a message. */
int explode_again(struct explode *explode, const char *name);

/* What was read of condition_types may not be true any more: a transaction was rolled
   back, or somebody else wrote it. */
void explode_forget(struct explode *explode);

/* Make the index that waits, if it does.  0, or -1 after a message. */
int explode_end(struct explode *explode);

/* NULL is allowed. */
void explode_close(struct explode *explode);

#endif
