/*
 * Fetching files, several at a time: what is wanted comes as records, each file goes into
 * its place under one directory, and a record tells what became of it.
 */
#ifndef PULL_H
#define PULL_H

#include <signal.h>
#include <stdbool.h>

#include "files/downloads.h"
#include "files/remote.h"
#include "logbook/session.h"
#include "stream/stream.h"
#include "text/json.h"

struct pull_options {
	const char *directory; /* for messages */
	const char *place;     /* the same, absolute, for records and for exec; or NULL */
	int root;	       /* of it, from place_root() */
	const char *layout;    /* of remote_files: a template that layout_check() took */
	int jobs;	       /* at once */
	int attempts;	       /* at each file, in this run */
	long long rate;	       /* bytes a second of all together, 0: no limit */
	bool anew;	       /* begin at the first byte, whatever is there */
	bool unchecked;	       /* checksums and gzip do not count */
	const char *exec;      /* for each file that came, see hook.h; or NULL */
	bool distrust;	       /* what is in its place is fetched again */
	bool dry_run;	       /* only say what would be done, as lines on out */
	bool quiet;	       /* no progress */
	struct downloads *downloads; /* or NULL */
	struct session *session;     /* for attachments */
	struct remote *remote;
	struct stream *out;	     /* records go here */
	volatile sig_atomic_t *stop; /* not 0: leave all as it is, and end */
	int wake;		     /* readable when stop was set, or -1 */
};

/* Where the files that are wanted come from. */
enum pull_next {
	PULL_FILE,  /* *record is one */
	PULL_LATER, /* none now: fd is readable when there may be more */
	PULL_END,
};

struct pull_source {
	/* The next record, which is gone with the next call. */
	enum pull_next (*next)(void *context, struct json_span *record, bool *attachment);
	void *context;
	int fd; /* to wait for, or -1 */
};

struct pull_totals {
	long fetched, already, left;
	long long bytes; /* that came over the line */
};

/*
 * Fetch all that the source gives.  A file that fails is reported, tried again where that
 * helps, and left with a record if it does not come.  Ends early, with a message, if the
 * disk is full or out cannot be written, and quietly if stop is set; the .part files stay
 * as they are then.
 *
 * Returns the exit status: 0; 1: some were left; 75: because a server was away; 77:
 * because it did not know us.
 */
int pull_run(const struct pull_options *options, const struct pull_source *source,
    struct pull_totals *totals);

#endif
