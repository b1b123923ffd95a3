/*
 * What elog-pull reads: lines of a stream, which go on to stdout as they are, and the
 * records among them that name files; or what a database says is pending; or what it says
 * came, and is not there any more.
 */
#ifndef INTAKE_H
#define INTAKE_H

#include <stdbool.h>

#include "files/download.h"
#include "files/downloads.h"
#include "files/pull.h"
#include "files/verify.h"
#include "stream/lines.h"
#include "stream/stream.h"

struct intake {
	struct lines lines;
	int fd; /* that lines reads, never blocking */
	bool own_fd;
	struct stream *out; /* NULL: lines do not go on */
	struct downloads *downloads;
	char *record; /* pending: the one that was given last */
	bool refetch; /* lost ones are to come */
	char **lost;  /* URLs of files that are not what came; n_lost of them */
	size_t n_lost, next_lost, lost_room;
	struct download download;
	bool failed; /* a line or the database was no good: exit 1 */
};

/*
 * Read fd, a line only when it is asked for.  out: where all lines go on to, unchanged,
 * or NULL.  The descriptor is opened anew where that can be, so that not blocking is ours
 * alone.
 */
void intake_stream(struct intake *intake, int fd, struct stream *out);

/* Read what is pending. */
void intake_pending(struct intake *intake, struct downloads *downloads);

/*
 * Read the files of downloads under the directory root again, see verify.h; those that
 * are not what came are told, with a message and on out with a record, and are to come
 * again, for a pull_run() that distrusts what is in their places.
 */
void intake_lost(struct intake *intake, struct downloads *downloads, int root,
    struct stream *out, struct verify_totals *totals);

/* As a source for pull_run(). */
struct pull_source intake_source(struct intake *intake);

void intake_close(struct intake *intake);

#endif
