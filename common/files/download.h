/* The records of streams downloads and partial_downloads, as elog-stream(5) shows them.
 */
#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include <stdbool.h>

#include "files/target.h"
#include "stream/stream.h"

struct download {
	struct stream *out;	/* borrowed */
	const char *schemas[4]; /* streams whose SCHEMA was written */
};

/* A file that is in its place.  Times are texts of RFC 3339, or NULL. */
struct download_done {
	const char *path, *sha256, *started, *modified, *mtime;
	const char *directory; /* above path, absolute; or NULL */
	long long size, attempts, resumed_from;
};

/* A file that is left for another time. */
struct download_left {
	const char *path, *sha256, *error;
	long long bytes, total, attempts;
	/* Another attempt would end the same way, as it seems: next_attempt is set, later
	   with each. */
	bool failed;
};

/* Write a record, and before the first of its stream the SCHEMA. */
void download_done(struct download *download, const struct target *file,
    const struct download_done *done);
void download_left(struct download *download, const struct target *file,
    const struct download_left *left);

/* Write a record that is an object already. */
void download_put(struct download *download, const char *stream, const char *record);

#endif
