/*
 * What elog-pull reads: lines of a stream, which go on to stdout as they are, and the
 * records among them that name files; or what a database says is pending.
 */
#ifndef INTAKE_H
#define INTAKE_H

#include <stdbool.h>

#include "files/downloads.h"
#include "files/pull.h"
#include "stream/lines.h"
#include "stream/stream.h"

struct intake {
	struct lines lines;
	int fd; /* that lines reads, never blocking */
	bool own_fd;
	struct stream *out; /* NULL: lines do not go on */
	struct downloads *downloads;
	char *record; /* pending: the one that was given last */
	bool failed;  /* a line or the database was no good: exit 1 */
};

/*
 * Read fd, a line only when it is asked for.  out: where all lines go on to, unchanged,
 * or NULL.  The descriptor is opened anew where that can be, so that not blocking is ours
 * alone.
 */
void intake_stream(struct intake *intake, int fd, struct stream *out);

/* Read what is pending. */
void intake_pending(struct intake *intake, struct downloads *downloads);

/* As a source for pull_run(). */
struct pull_source intake_source(struct intake *intake);

void intake_close(struct intake *intake);

#endif
