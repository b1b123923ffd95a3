/* An experiment leaves the database, with all that was loaded and set of it. */
#ifndef FORGET_H
#define FORGET_H

#include <sqlite3.h>

/*
 * Forget experiments, a NULL-terminated list, in one transaction; the log keeps that it
 * was done, and by whom.  path names the database in messages.  Returns the exit status:
 * 0, or 1 after a message, also where one is not there; the others are forgotten.
 */
int forget_experiments(sqlite3 *db, const char *path, char *const *names);

/*
 * Forget an experiment that another database, of which this is a copy, has no more:
 * within the caller's transaction, without a line in the log, and without a word if it is
 * not there.  0, or -1 after a message.
 */
int forget_copied(sqlite3 *db, const char *path, const char *experiment);

#endif
