/* The database that is loaded: locked, opened in its place or as a draft, and closed. */
#ifndef TARGET_LOAD_H
#define TARGET_LOAD_H

#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/lock.h"

/* How it is begun. */
enum target_begin {
	TARGET_IN_PLACE, /* written where it is, made if it is not there */
	TARGET_DRAFT,	 /* the same; one that is not there appears when it is whole */
	TARGET_NEW,	 /* it must not be there, and appears when it is whole */
};

struct target {
	const char *name; /* as it was given: for messages */
	char *path;
	struct lock lock, base_lock;
	sqlite3 *db;
	long long generation;	     /* the newest when it was opened */
	bool made;		     /* in its place, by us */
	char *draft;		     /* where it is filled, if not in its place */
	struct writeback *writeback; /* of a draft */
	int mode;		     /* permissions that it is given, or 0 */
	bool over_link;		     /* in place of a link to the base */
	FILE *states;		     /* where bookmarks go */
	char *bookmarks;	     /* of a draft */
	size_t bookmarks_n;
};

/*
 * Have a database to ourselves, and with it a base that is copied (NULL: none), so that
 * nothing that is set in either meanwhile is lost; after at most so many seconds.  Where
 * name is a link to the base, what is made takes the place of the link.  Returns the exit
 * status: 0, or 1, 2 or 75 after a message, with nothing to release.
 */
int target_lock(struct target *target, const char *name, const char *base, int64_t wait);

/*
 * The same for who only reads it: it is there, or that is told.  Where nobody may write
 * beside it, it is not locked.
 */
int target_lock_reader(struct target *target, const char *name, int64_t wait);

/*
 * Open it: anew as a copy of base where that is not NULL.  A schema that is brought up to
 * date is told, but where quiet.  Returns the exit status: 0, or 1 after a message.
 */
int target_open(
    struct target *target, enum target_begin begin, const char *base, bool quiet);

/*
 * Close it: keep what was loaded, and give a draft its name; or leave it as a process
 * that died would, and throw a draft away.  With drop_empty, a database that was not
 * there and got nothing goes away again.  Returns 0, or 1 after a message.
 */
int target_close(struct target *target, bool keep, bool drop_empty);

/*
 * Copy the database, which is locked and not open, to a file, over one of ours that has
 * the name; others write meanwhile.  Where it cannot be locked, in a directory that is
 * read-only, it is copied as any reader sees it.  Returns the exit status.
 */
int target_back_up(struct target *target, const char *file, int64_t wait,
    const volatile sig_atomic_t *stopped);

/* Let go of the locks. */
void target_release(struct target *target);

#endif
