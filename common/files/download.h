/* The records of streams downloads and partial_downloads, as elog-stream(5) shows them.
 */
#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include <stdbool.h>

#include "files/target.h"
#include "stream/stream.h"

struct download {
	struct stream *out; /* borrowed */
	bool schema_sent, partial_schema_sent;
};

/* A file that is in its place.  Times are texts of RFC 3339, or NULL. */
struct download_done {
	const char *path, *sha256, *started, *modified, *mtime;
	long long size, attempts, resumed_from;
};

/* A file that is left for another time. */
struct download_left {
	const char *path, *sha256, *error;
	long long bytes, total, attempts;
	bool failed; /* for good, as it seems: another attempt would end the same way */
};

/* Write a record, and before the first of its stream the SCHEMA. */
void download_done(struct download *download, const struct target *file,
    const struct download_done *done);
void download_left(struct download *download, const struct target *file,
    const struct download_left *left);

#endif
