/*
 * What a database knows of downloads, read while others write it: which files came, and
 * which are still wanted.
 */
#ifndef DOWNLOADS_H
#define DOWNLOADS_H

#include <stdbool.h>

struct downloads;

/* A row of downloads. */
struct downloads_row {
	char *path;
	char *sha256;
	long long size;
	long long modified; /* seconds since 1970, or -1 */
	long long mtime;    /* the same */
	long long started;  /* the same */
	bool complete;	    /* it was there when somebody looked last */
};

/*
 * Open a database (or elog.db in a directory).  NULL after a message.  One that is not
 * there, or is being made, or is of an older schema, without downloads, knows nothing.
 */
struct downloads *downloads_open(const char *path);

/* NULL is allowed. */
void downloads_close(struct downloads *downloads);

/*
 * What is known of a URL.  1: *download gets its row (to be released), 0: nothing, -1: an
 * error, after a message.
 */
int downloads_find(
    struct downloads *downloads, const char *url, struct downloads_row *download);

void downloads_row_free(struct downloads_row *download);

/* How often a file that is not there yet was tried; 0 if it is not known. */
long long downloads_attempts(struct downloads *downloads, const char *url);

/*
 * The next file that is wanted and did not come, or that has another size or time of
 * change than when it came: a record, malloc'd, and whether it is an attachment.  In the
 * order of their URLs, attachments last.  NULL at the end; *failed is set after a
 * message. No transaction stays open between two calls.
 */
char *downloads_pending(struct downloads *downloads, bool *attachment, bool *failed);

/* From now on files that failed count as pending before their time has come. */
void downloads_retry(struct downloads *downloads);

/*
 * A record of a download, malloc'd; NULL, after a message, if there is none.  By it the
 * file is fetched again; or it says what became of it ("missing").
 */
char *downloads_again(struct downloads *downloads, const char *url, bool *attachment);
char *downloads_lost(struct downloads *downloads, const char *url, const char *what);

/*
 * The record of stream download_states that gives the file at a path, as downloads or
 * elog-status name it, a state.  malloc'd; NULL if there is no such download.
 */
char *downloads_mark(struct downloads *downloads, const char *path, const char *state);

/* Call visit for each row of downloads, by path; 0, or -1 after a message. */
int downloads_each(struct downloads *downloads,
    void (*visit)(void *context, const char *url, const struct downloads_row *download),
    void *context);

#endif
