/*
 * Records that wait beside a database, in FILE.spool, until the next elog-load takes
 * them: for who must not wait for a database, such as elog-log.  Any number of processes
 * add to it; a line is there whole or not at all.
 *
 * A load moves it to FILE.spool.loading, and removes that when all of it is committed;
 * so what a load that was killed had taken is loaded again, and its records must be such
 * that this changes nothing.
 */
#ifndef BACKLOG_H
#define BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

struct backlog {
	int fd;	    /* -1: not locked */
	char *path; /* FILE.spool */
	char *file; /* the database */
};

/* Begin, for a database that need not be there, or for elog.db in a directory that is.
   0, or -1 after a message. */
int backlog_open(struct backlog *backlog, const char *db);

void backlog_close(struct backlog *backlog);

/* Be the only one that adds, for a moment.  0, or -1 with errno set. */
int backlog_lock(struct backlog *backlog);

/* Add n bytes, which are whole lines, all or none.  0, or -1 with errno set. */
int backlog_add(struct backlog *backlog, const char *p, size_t n);

void backlog_unlock(struct backlog *backlog);

/* Does anything wait? */
bool backlog_waits(const struct backlog *backlog);

/*
 * Start an elog-load on the database that goes on without us, unless one was started so
 * and has not ended.  What fails leaves the records where they are.
 */
void backlog_load(struct backlog *backlog);

/* Take what waits, as who holds the database's lock: a descriptor to read it from, -1 if
   there is nothing, -2 after a message. */
int backlog_take(struct backlog *backlog);

/* What was taken is committed. */
void backlog_taken(struct backlog *backlog, int fd);

/* We shall look once more, and not again: what is added then needs another load. */
void backlog_last(struct backlog *backlog);

/*
 * For readers: open what waits, of the two files that which (0, then 1) tells.  A
 * descriptor, or -1 if there is none.  In that order, and before the database is asked,
 * nothing is missed: a load moves what it takes from 0 to 1 to the database.
 */
int backlog_read(const struct backlog *backlog, int which);

#endif
