/* Copies of databases, and files that appear under their name when they are whole. */
#ifndef COPY_H
#define COPY_H

#include <sqlite3.h>
#include <stdbool.h>

/*
 * The name of a draft for path, in the same directory: PATH.tmpPID.  Drafts of processes
 * that died are removed: the caller holds the lock of path.  malloc'd, NULL after a
 * message.
 */
char *copy_draft_name(const char *path);

/*
 * Copy an open database, which messages call from_path, into a new file as it is at this
 * moment, whoever writes it meanwhile: as the system copies files where all of it is in
 * one file, else with SQLite's backup API.  The copy gets the permissions of the file and
 * is in journal mode DELETE.  Of a copy that fails nothing is left.  0, or -1 after a
 * message.
 */
int copy_make(sqlite3 *from, const char *from_path, const char *to);

/* What becomes of a file that has the name already. */
enum copy_over {
	COPY_NEW,     /* it stays, and there is no copy */
	COPY_REPLACE, /* it is replaced, and logs that were left beside it are removed */
};

/*
 * Wait until a draft is on disk, and give it its name.  0, or -1 after a message, the
 * draft removed.
 */
int copy_publish(const char *draft, const char *path, enum copy_over over);

/* Both.  0, or -1 after a message. */
int copy_whole(
    sqlite3 *from, const char *from_path, const char *path, enum copy_over over);

/* Remove a draft, or another database that is not open, with its journals. */
void copy_drop(const char *draft);

#endif
