/*
 * Records into the database, line by line: each message goes to those who know what
 * becomes of it.
 *
 *     RECORD of a stream of the service   load/stage.h, where it waits for the record of
 *                                         fetches that closes its experiment
 *     that record                         load/closing.h, which has it applied, whole or
 *                                         not at all (load/apply.h), or refuses it
 *     RECORD of one of our own tools      load/direct.h, at once
 *     RECORD of a stream that we do not   load/foreign.h
 *     know, and SCHEMA
 *     STATE                               stream/bookmarks.h, when all before is on disk
 *
 * load/transaction.h says when what was written is committed.
 */
#ifndef LOAD_H
#define LOAD_H

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>

#include "base/lock.h"
#include "load/stage.h"
#include "load/totals.h"
#include "stream/message.h"
#include "stream/streams.h"

struct load;

/*
 * Start loading into an open database; path names it in messages.  Values of
 * STATE messages go to states, a line each, when all before them is on disk.
 * NULL after a message.
 */
struct load *load_open(sqlite3 *db, const char *path, FILE *states);

/*
 * Others may write between two of our commits: whenever something was committed, and
 * after a while without input, those who stand in line for the lock have their turn, and
 * then we go on.  Where *stopped ends the waiting, the lock is not held any more, and
 * what was called returns -1.  Both are borrowed.
 */
void load_share(
    struct load *load, struct lock *lock, const volatile sig_atomic_t *stopped);

/* Nobody else has a turn any more.  Returns as load_line(). */
int load_alone(struct load *load);

/* A line, looked at. */
struct load_line {
	long number;
	enum { LOAD_BLANK, LOAD_BAD, LOAD_MESSAGE } is;
	const char *why; /* what is wrong with it, or NULL */
	struct message message;
	const struct streams_row *row; /* of a record of ours */
	bool staged;		       /* it waits for the end of its experiment, and */
	struct stage_found found;      /* that is what was found in it */
};

/*
 * Look at a line of n bytes, without its newline.  Nothing is asked of the database, so
 * that another thread can do it.
 */
void load_look(
    const struct load *load, char *line, size_t n, long number, struct load_line *look);

/*
 * Lines come from a file of that name, which is borrowed, from now on; NULL: from stdin,
 * as at the beginning.  Messages about lines begin with it.
 */
void load_source(struct load *load, const char *name);

/* Take a line that was looked at, and is still there; it may be changed.  Returns as
   load_line(). */
int load_take(struct load *load, struct load_line *look);

/*
 * Take one line of n bytes, without its newline; it may be changed.  What is
 * wrong with it is reported with its number and counted; of many lines behind each
 * other that are no messages the first, and how many more.  Returns 0, or -1 after
 * a message if the database failed, so that going on makes no sense.
 */
int load_line(struct load *load, char *line, size_t n, long number);

/*
 * Nothing more comes at the moment: commit, unless that was done just now, or the
 * database is new.  Returns as load_line() does.
 */
int load_pause(struct load *load);

/*
 * Nothing more has come for LOAD_PAUSE_MS: commit, so that others see what was loaded. To
 * be called again every LOAD_IDLE_MS while nothing comes.  Returns as load_line() does.
 */
#define LOAD_PAUSE_MS 100
#define LOAD_IDLE_MS 2000
int load_idle(struct load *load);

/* Report a line that could not be read at all. */
void load_bad_line(struct load *load, long number, const char *why);

/*
 * The stream ended: commit what is left, and report the experiments that were
 * begun but not closed.  Returns as load_line() does.
 */
int load_end(struct load *load);

/* Note a key and a value in the table metadata.  Returns as load_line() does. */
int load_metadata(struct load *load, const char *key, const char *value);

const struct load_totals *load_totals(const struct load *load);

/* Release; what is not committed is rolled back.  The database stays open.  NULL is
   allowed. */
void load_close(struct load *load);

#endif
