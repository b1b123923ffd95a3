/* A database file: found, opened for reading or writing, copied, published. */
#ifndef OPEN_H
#define OPEN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* PRAGMA application_id of our databases: "elog". */
#define DB_APPLICATION_ID 0x656c6f67

/*
 * The name under which a database is opened and locked: absolute, with links resolved,
 * so that one file has one name, and none that SQLite takes for anything but a file
 * (":memory:", "file:...").  The last part need not exist.  malloc'd, or NULL after a
 * message: it is empty, no regular file, or in no directory.
 */
char *db_path(const char *path);

/* The same where the last part is not resolved: of a link, where that lies itself. */
char *db_place(const char *path);

/*
 * Open a database for writing, create it (mode 0600) if it is not there, and
 * bring its schema up to date, in one transaction.  Where there is a
 * migration to apply to a database that was there before, and backup is not NULL, a copy
 * is made first, PATH.bak-vN (N: its version; with a number behind if there is one
 * already), and *backup gets its name, malloc'd; else NULL.  Refuses, with a
 * message and the file untouched, a file that is no database, one that belongs to
 * another application, and one with a newer schema.  Leaves it in WAL mode, to be
 * undone by db_close_writer(); or a new one in rollback mode, where what is appended is
 * written once, but who reads it waits for the end of a transaction.
 * NULL after a message.
 */
sqlite3 *db_open_writer(const char *path, char **backup);

/* Is it in rollback mode?  Between two transactions, db_begin_log() puts it into WAL
   mode: if readers prevent that, at another time. */
bool db_is_fresh(sqlite3 *db);
void db_begin_log(sqlite3 *db);

/*
 * Empty the WAL, go back to journal mode DELETE and close, so that nothing but the
 * one file is left and any client reads it without write access.  Waits up to a
 * second for readers; if one holds on longer, notes it and leaves WAL mode on.  Where
 * another writer stands in line, all that is left to it.
 * Returns 0, or -1 after a message if what was written may not be on disk.
 */
int db_close_writer(sqlite3 *db, const char *path, bool other_follows);

/*
 * Is there a file of that name which is another's: no database, or one of another
 * application?  Only its first bytes are read, for who cannot wait to open it; one that
 * cannot be read may be ours.
 */
bool db_is_foreign(const char *path);

/*
 * Is there no such file, or one without a schema?  In a pipeline, elog-load may be about
 * to make it: a reader that asks what is known then knows nothing.
 */
bool db_is_empty(const char *path);

/* The file that a path names: itself, or of a directory elog.db in it.  malloc'd, or NULL
   after a message. */
char *db_file(const char *path);

/* For a process that reads, before SQLite is used; db_open_reader() does it, too. */
void db_configure_reader(void);

/*
 * Open a database read-only, whoever writes it at the moment.  path may be a
 * directory: then elog.db in it.  *file gets the path that was opened, malloc'd.
 * NULL after a message.
 */
sqlite3 *db_open_reader(const char *path, char **file);

/*
 * Open a draft (copy.h): a database that nobody else knows of, a new one or a copy.  It
 * needs no WAL and no fsync, for of one whose writer died nothing is used.  NULL after a
 * message.
 */
sqlite3 *db_open_draft(const char *path);

/*
 * Wait until nobody writes the database at a path (NULL: none), at most so many seconds.
 * The exit status: 0; 75 after a message.
 */
int db_turn(const char *path, int64_t wait);

#endif
