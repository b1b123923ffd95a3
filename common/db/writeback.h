/* Pages of a file go to disk while it is still being written. */
#ifndef WRITEBACK_H
#define WRITEBACK_H

struct writeback;

/*
 * Have the system begin to write what is new in a file, ten times a second, in a thread:
 * the fsync() at its end then finds little left to do.  It promises nothing, and where it
 * is not possible nothing is lost but time.  NULL if it was not begun.
 */
struct writeback *writeback_start(const char *path);

/*
 * End it.  It closes the file, and with that all POSIX locks go that the process has on
 * it (fcntl(2)): SQLite must have closed it before.  NULL is allowed.
 */
void writeback_end(struct writeback *writeback);

#endif
