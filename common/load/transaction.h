/*
 * The transactions of a load: what waits for the end of one, when it ends, when a new
 * database gets its log, and who may write between two.
 *
 * Experiments and records share a transaction, for each writes the same pages of the
 * indexes again.  It lasts a quarter of a second; where a commit is slow, ten times as
 * long as that, but five seconds at most.
 *
 * A new database is written without a log, each page once, in transactions of some
 * seconds, as long as lines come as fast as they are taken, and nobody else wants to
 * write or reads for long.  From then on it has one.
 */
#ifndef TRANSACTION_H
#define TRANSACTION_H

#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/lock.h"
#include "load/totals.h"
#include "stream/bookmarks.h"

struct transaction {
	sqlite3 *db;
	const char *path; /* names it in messages */
	/* What keeps rows back until a transaction ends. */
	struct conditions *conditions;
	struct gather *gather; /* its columns that are to be written */
	struct index *index;
	struct changes *noted;	    /* for elog-dump */
	struct bookmarks bookmarks; /* to be told at its end */
	struct load_totals *totals;
	/* Its own: */
	struct lock *lock; /* that others may have between two commits, or NULL */
	const volatile sig_atomic_t *stopped;
	bool fresh;	  /* a new database, without a log */
	bool idle;	  /* no line came since transaction_idle() */
	long uncommitted; /* experiments and records since the last commit */
	double committed; /* when that was */
	double took;	  /* how many seconds */
	double paused;	  /* since when no line came; 0: one came */
	double waited;	  /* seconds for lines, since the last commit */
};

/*
 * Begin on an open database.  Bookmarks go to bookmarks, which may be NULL; what was
 * changed and went wrong is counted in totals.  All is borrowed.  0, or -1 after a
 * message; transaction_close() is due in any case.
 */
int transaction_open(struct transaction *transaction, sqlite3 *db, const char *path,
    FILE *bookmarks, struct load_totals *totals);

/* Release; what is not committed is rolled back. */
void transaction_close(struct transaction *transaction);

/*
 * Others may write between two commits: whenever something was committed, and after a
 * while without input, those who stand in line for the lock have their turn.  Where
 * *stopped ends the waiting, the lock is not held any more, and what was called returns
 * -1.  Both are borrowed.
 */
void transaction_share(struct transaction *transaction, struct lock *lock,
    const volatile sig_atomic_t *stopped);

/* Something is to be written: be the one that writes, again.  Each of these returns 0, or
   -1 after a message if the database failed, so that going on makes no sense. */
int transaction_enter(struct transaction *transaction);

/* The same, and from now on nobody else has a turn. */
int transaction_alone(struct transaction *transaction);

/* An experiment or a record was written: commit, if it is time. */
int transaction_wrote(struct transaction *transaction);

/* A bookmark came: it is told when what was written is committed, now if nothing was. */
int transaction_bookmark(struct transaction *transaction, struct json_span value);

/* Nothing more comes at the moment: commit, unless that was done just now, or the
   database is new. */
int transaction_pause(struct transaction *transaction);

/* Nothing has come for a while: commit.  Where it is said again, with nothing between,
   others may write until transaction_enter(). */
int transaction_idle(struct transaction *transaction);

/* Nothing follows: commit. */
int transaction_end(struct transaction *transaction);

/* Rows written so far, or as good as, but for those that the index of words writes for
   itself. */
int transaction_rows(const struct transaction *transaction);

/* Write what is kept back, so that rows can be removed. */
int transaction_flush(struct transaction *transaction);

/*
 * An experiment begins (id 0: a new one): all that is written from now on can be undone.
 * One of the other two follows; undone, the transaction goes on as if it had never begun.
 */
int transaction_mark(
    struct transaction *transaction, const char *experiment, sqlite3_int64 id);
int transaction_keep(struct transaction *transaction);
int transaction_undo(struct transaction *transaction);

#endif
