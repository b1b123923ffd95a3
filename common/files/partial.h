/*
 * A file that is still coming: NAME.part beside its place, and NAME.part.json, which
 * says what it was begun with.  The latter is written first, under NAME.part.json.new and
 * renamed, so that no kill leaves a .part of which nobody knows whose it is.
 */
#ifndef PARTIAL_H
#define PARTIAL_H

#include <stdbool.h>

#include "text/checksum.h"

/* What the server said of the file when the first byte came, and what became of it. */
struct partial_state {
	char *url;	     /* without credentials */
	long long size;	     /* in all, -1: not known */
	long long changed;   /* when it was last changed, seconds since 1970, or -1 */
	long long listed;    /* the same as a listing told before, which may be coarse */
	char *etag;	     /* HTTP: as the header has it, or NULL */
	char *last_modified; /* the same */
	long long attempts;  /* begun so far, over all runs */
	char *started;	     /* when the first one was, RFC 3339 */
	/* Of the last attempt that could put its bytes on disk: */
	long long bytes;	   /* -1: none */
	char sha256[CHECKSUM_HEX]; /* of them */
};

struct partial {
	int directory;	  /* borrowed: where it lies */
	const char *name; /* borrowed: NAME */
	int fd;		  /* of NAME.part, -1: not open */
	struct partial_state state;
	long long bytes; /* in NAME.part */
};

enum partial_found {
	PARTIAL_NONE,	 /* begin at the first byte */
	PARTIAL_RESUMES, /* partial->bytes are there and can be built upon */
	PARTIAL_FOREIGN, /* NAME.part or its .json is not ours, or another URL's */
	PARTIAL_ERROR,	 /* errno is set */
};

/*
 * Look for what an earlier run left of NAME for this URL; open it if it can be used.  One
 * of another URL, or without its .json, is not ours.  After a restart of the machine only
 * the bytes that were put on disk count.
 */
enum partial_found partial_open(
    struct partial *partial, int directory, const char *name, const char *url);

/*
 * Begin: write the state, then make an empty NAME.part.  0, or -1 with errno set
 * (EEXIST: another's is there).
 */
int partial_begin(struct partial *partial);

/* Write the state as it is now.  0, or -1 with errno set. */
int partial_save(struct partial *partial);

/* Append.  0, or -1 with errno set. */
int partial_write(struct partial *partial, const void *p, size_t n);

/* Throw its bytes away.  0, or -1 with errno set. */
int partial_empty(struct partial *partial);

/*
 * Leave it for another time: put it on disk, and in its state how many bytes of which
 * SHA-256.  Closes it.  0, or -1 with errno set.
 */
int partial_leave(struct partial *partial, const char *sha256);

/*
 * It is whole: label it, set its time of change (if changed >= 0), put it on disk, give
 * it its name and put that on disk.  replace: a file of that name is ours and goes.
 * Closes it.  0; 1 with errno set: it is in its place, but its name may not survive a
 * power cut; or -1 with errno set (EEXIST: somebody made one meanwhile): it then stays as
 * NAME.part.
 */
int partial_finish(
    struct partial *partial, const char *sha256, long long changed, bool replace);

/* Close and release; nothing on disk changes. */
void partial_close(struct partial *partial);

/*
 * The label of a finished file: the state under which it came, kept in its extended
 * attribute user.elog where the file system has such.  1: it has one of this URL, and
 * *state gets it (to be released), with the bytes and the SHA-256 of the whole file; 0:
 * it has none; -1: it has that of another URL.
 */
int partial_label(int fd, const char *url, struct partial_state *state);

void partial_state_free(struct partial_state *state);

#endif
