/* The records of the streams remote_files and scanned_directories, as lines. */
#ifndef REMOTE_RECORD_H
#define REMOTE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "files/template.h"
#include "stream/stream.h"

/* Texts may be NULL or "" where a column may be NULL: see elog-schema(5). */
struct remote_file {
	const char *url, *source, *path;
	int64_t size; /* -1: not told */
	const char *modified, *observed_at, *time;
	const char *fields; /* a JSON object */
};

struct remote_directory {
	const char *url, *source, *time, *until;
	bool listed, settled;
	long entries, attempts;
	const char *newest_change, *modified, *selection, *message, *tried_at;
};

/* Names of files need not be UTF-8: bytes that are not are written as %XX. */
void remote_record_file(struct stream *out, const struct remote_file *file);
void remote_record_directory(
    struct stream *out, const struct remote_directory *directory);

/* A text as it stands in a record, malloc'd; NULL without memory. */
char *remote_record_text(const char *text);

/* What names and paths said, {"field":"DBZH"}, malloc'd; NULL without memory. */
char *remote_record_fields(
    const struct template *template, const struct template_values *values);

/* Write the record of a stream that says that what has this URL is no more. */
void remote_record_gone(struct stream *out, const char *stream, const char *url);

#endif
