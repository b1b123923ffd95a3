/*
 * One file on its way: a libcurl handle on one side, NAME.part on the other, and the
 * checksums of what passes between them.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include <curl/curl.h>
#include <signal.h>
#include <stdbool.h>

#include "files/partial.h"
#include "files/rate.h"
#include "files/remote.h"
#include "files/target.h"
#include "files/url.h"
#include "text/checksum.h"

#define TRANSFER_WHY 320

enum transfer_outcome {
	TRANSFER_DONE,	   /* in its place, on disk; why is not "" if that is not sure */
	TRANSFER_AGAIN,	   /* broke off: worth another attempt */
	TRANSFER_RESTART,  /* what is in the .part is of no use: again from its beginning
			    */
	TRANSFER_AWAY,	   /* no connection to the server */
	TRANSFER_LOGIN,	   /* the server does not know us */
	TRANSFER_FAILED,   /* another attempt would end the same way */
	TRANSFER_NO_ROOM,  /* the disk is full, or failed */
	TRANSFER_REDIRECT, /* HTTP: go on with transfer->redirect */
};

/* What the headers of an HTTP answer said. */
struct transfer_answer {
	char *etag, *last_modified, *type;
	long long from, total; /* of Content-Range, -1 where it does not say */
	struct checksum_expected expected;
};

struct transfer {
	CURL *easy;
	enum url_scheme scheme;
	const struct target *file; /* borrowed */
	struct partial partial;
	struct checksum checksum;
	struct curl_slist *headers;
	struct transfer_answer answer;
	long long offset;  /* where this attempt begins in the file */
	long long moved;   /* bytes of the file that it received */
	bool as_listed;	   /* FTP: the record is taken at its word for size and time */
	bool judged;	   /* the answer was looked at, and its bytes are taken */
	bool refused;	   /* it was, and they are not: outcome and why say it */
	struct rate *rate; /* borrowed: how fast it may come, or NULL */
	/* Borrowed; not 0: a file:// is left, which libcurl reads in one go. */
	const volatile sig_atomic_t *stop;
	bool paused;	/* it waits for rate: curl_easy_pause() lets it go on */
	bool anew;	/* nothing is resumed */
	bool unchecked; /* no checksum counts, and gzip is not unpacked */
	bool replace;	/* the file in its place is ours, and is to be replaced */
	char *redirect; /* TRANSFER_REDIRECT: malloc'd */
	enum transfer_outcome outcome;
	char why[TRANSFER_WHY];
	char sha256[CHECKSUM_HEX]; /* of what is in the .part, or in the file */
	long long changed;	   /* TRANSFER_DONE: the time of change it got, or -1 */
};

/*
 * Look at NAME in a directory (both borrowed until transfer_end()) and what is left there
 * of an earlier attempt.  anew and unchecked are set already.  Returns 0, or -1 with
 * t->why: the place is taken by somebody else.  In either case transfer_end() releases.
 */
int transfer_open(
    struct transfer *t, const struct target *file, int directory, const char *name);

/* Is all of it there already, so that nothing need be asked?  Then transfer_finish(). */
bool transfer_is_whole(const struct transfer *t);

/*
 * Begin an attempt with a handle (borrowed) that is aimed at a URL and is to be added to
 * a multi handle.  Returns 0, or -1 with t->outcome and t->why.
 */
int transfer_begin(struct transfer *t, CURL *easy);

/*
 * The attempt ended with code: remote may be asked what it means.  Checks size, kind and
 * checksums; the file is in its place and on disk if the result is TRANSFER_DONE, else
 * what came is kept on disk where it is of use.
 */
enum transfer_outcome transfer_finish(
    struct transfer *t, struct remote *remote, CURLcode code);

/* Leave it in the middle: what came is put on disk, for another run. */
void transfer_leave(struct transfer *t);

/* Release. */
void transfer_end(struct transfer *t);

#endif
