/*
 * What a database knows of downloads, read while others write it: which files came, and
 * which are still wanted.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include <stdbool.h>

struct ledger;

/* A row of downloads. */
struct ledger_download {
	char *path;
	char *sha256;
	long long size;
	long long modified; /* seconds since 1970, or -1 */
	long long mtime;    /* the same */
	long long started;  /* the same */
};

/*
 * Open a database (or elog.db in a directory).  NULL after a message.  One that is not
 * there, or is being made, or is of an older schema, without downloads, knows nothing.
 */
struct ledger *ledger_open(const char *path);

/* NULL is allowed. */
void ledger_close(struct ledger *known);

/*
 * What is known of a URL.  1: *download gets its row (to be released), 0: nothing, -1: an
 * error, after a message.
 */
int ledger_download(
    struct ledger *known, const char *url, struct ledger_download *download);

void ledger_download_free(struct ledger_download *download);

/* How often a file that is not there yet was tried; 0 if it is not known. */
long long ledger_attempts(struct ledger *known, const char *url);

/*
 * The next file that is wanted and did not come, or that has another size or time of
 * change than when it came: a record, malloc'd, and whether it is an attachment.  In the
 * order of their URLs, attachments last.  NULL at the end; *failed is set after a
 * message. No transaction stays open between two calls.
 */
char *ledger_pending(struct ledger *known, bool *attachment, bool *failed);

/* Call visit for each row of downloads, by path; 0, or -1 after a message. */
int ledger_each(struct ledger *known,
    void (*visit)(void *context, const char *url, const struct ledger_download *download),
    void *context);

#endif
